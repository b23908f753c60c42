"""Questions as they are asked in a conversation, completed as follow-ups are in use.

Somebody who has just asked about Chopin asks "When did he die?", and the reader is then given what
:func:`qa.question.followup.stand_alone` makes of that: sometimes the whole question again, sometimes "When did he die?
(Chopin)".
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from qa.question.followup import stand_alone
from qa.types import Turn

_NAME = re.compile(
    r"(?:\b[Tt]he )?\b[A-Z][\w.’-]*\w(?: (?:of|the|de|von|and) [A-Z][\w’-]*\w| [A-Z][\w’-]*\w)*(?P<own>['’]s)?"
)
# Only after one of these does a pronoun stand where a name stood: not in "queen Victoria", "a Boeing engine".
_BEFORE = frozenset(
    "did does do was were is are has had have can could will would should when where while after before if that what"
    " and but than as of in by to with for from on at about against into between during through within under over"
    " like called made gave left joined".split()
)
_OF = frozenset("of in by to with for from on at about against into between under over through than like".split())
# Who is meant cannot be told here, so every kind occurs: subject, object, possessive.
_PRONOUNS = (("it", "it", "its"), ("he", "him", "his"), ("she", "her", "her"), ("they", "them", "their"))
_SHARES = (5, 3, 1, 2)
_INTRODUCTIONS = ("What is {}?", "Who is {}?", "Tell me about {}.", "What do you know about {}?")


def follow_up(question: str, others: Sequence[Turn], generator: random.Random) -> str | None:
    """Return the question as a follow-up, completed from what was asked before.

    None where it has no name to leave out, and where completing it does not bring the name back: nobody could answer
    that. ``others``: questions about the same paragraph with their answers; one that has the name comes before, if
    there is any.
    """
    found = [match for match in _NAME.finditer(question) if _replaceable(question, match)]
    if not found:
        return None
    match = generator.choice(found)
    end = match.start("own") if match["own"] else match.end()
    name = question[match.start() : end].removeprefix("the ").removeprefix("The ")
    before = [turn for turn in others if name.lower() in turn[0].lower()]
    turns = [generator.choice(before) if before else (generator.choice(_INTRODUCTIONS).format(name), "")]
    if others and generator.random() < 0.3:
        turns.append(generator.choice(others))
    subject, object_, own = generator.choices(_PRONOUNS, _SHARES)[0]
    previous = question[: match.start()].rsplit(maxsplit=1)[-1].lower()
    pronoun = own if match["own"] else object_ if previous in _OF else subject
    asked = question[: match.start()] + pronoun + question[match.end() :]
    whole = stand_alone(asked, turns)
    return whole if set(name.split()) <= set(re.findall(r"[\w.’-]*\w", whole)) else None


def _replaceable(question: str, match: re.Match[str]) -> bool:
    words = question[: match.start()].split()
    return bool(words) and words[-1].lower() in _BEFORE
