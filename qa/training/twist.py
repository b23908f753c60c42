"""Questions close to a real one that its passage no longer answers: a name, a number or an adjective exchanged.

SQuAD 2.0's unanswerable questions were written by people to look like that, but for Wikipedia alone (Rajpurkar et al.
2018, https://arxiv.org/abs/1806.03822). These are made by rule, for the other fields.
"""

from __future__ import annotations

import random
import re

_NAME = re.compile(r"[A-Z][\w'’-]*(?: (?:of|the|de|von|and|for) [A-Z][\w'’-]*| [A-Z][\w'’-]*)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_YEAR = re.compile(r"1\d{3}|20[0-2]\d")
# Words that are written with a capital for where they stand, not for what they name.
_NOT_NAMES = frozenset(
    "the a an in on at it he she they this that these those his her their its but and as for from with when while"
    " after before during by to of if we i".split()
)
_PAIRS = (
    "first/last before/after north/south northern/southern east/west eastern/western largest/smallest most/least"
    " more/less increase/decrease increased/decreased win/lose won/lost early/late earliest/latest high/low"
    " higher/lower highest/lowest old/young older/younger oldest/youngest beginning/end started/ended begin/stop"
    " male/female men/women long/short longest/shortest best/worst good/bad rich/poor strong/weak above/below"
    " maximum/minimum major/minor public/private opened/closed born/buried buy/sell bought/sold imports/exports"
    " support/oppose supported/opposed allowed/banned positive/negative right/left inside/outside large/small"
    " big/little common/rare ancient/modern summer/winter day/night father/mother son/daughter king/queen"
    " husband/wife arrived/left accept/refuse accepted/rejected safe/dangerous cheap/expensive recommend/discourage"
    " benefits/risks advantage/disadvantage love/hate fresh/stale cause/prevent causes/prevents"
)
_OPPOSITES = {a: b for pair in _PAIRS.split() for x, y in [pair.split("/")] for a, b in ((x, y), (y, x))}


def twist(question: str, passage: str, other: str, answers: list[str], generator: random.Random) -> str | None:
    """Return the question with one thing in it exchanged, or None where nothing can be.

    Names and numbers come from the passage itself or from ``other``, another passage, and never from an answer. A
    real annotator would find that a few of these still have an answer: filter them by a reader (``fooled``).
    """
    names = [m for m in _NAME.finditer(question) if m.start() > 0 and len(m[0]) > 2 and m[0].lower() in passage.lower()]
    numbers = [m for m in _NUMBER.finditer(question) if m[0] in passage]
    words = [m for m in re.finditer(r"[A-Za-z]+", question) if m[0].lower() in _OPPOSITES]
    ways = [(match, way) for way, matches in enumerate((names, numbers, words)) for match in matches]
    if not ways:
        return None
    match, way = generator.choice(ways)
    new = (_another_name, _another_number, _opposite)[way](match[0], question, passage, other, answers, generator)
    return None if new is None else question[: match.start()] + new + question[match.end() :]


def _another_name(
    name: str, question: str, passage: str, other: str, answers: list[str], generator: random.Random
) -> str | None:
    known = _words(question).union(*map(_words, answers))
    pool = [
        found
        for found in _names(passage if generator.random() < 0.5 else other)
        if not _words(found) & known and abs(len(found.split()) - len(name.split())) < 2
    ]
    return generator.choice(pool) if pool else None


def _another_number(
    number: str, question: str, passage: str, other: str, answers: list[str], generator: random.Random
) -> str | None:
    pool = [
        found
        for found in _NUMBER.findall(f"{passage} {other}")
        if found != number and len(found) == len(number) and found not in question
    ]
    if _YEAR.fullmatch(number):
        pool.append(str(int(number) + generator.choice([-30, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10])))
    pool = [found for found in pool if not any(found in answer for answer in answers)]
    return generator.choice(pool) if pool else None


def _opposite(
    word: str, question: str, passage: str, other: str, answers: list[str], generator: random.Random
) -> str | None:
    opposite = _OPPOSITES[word.lower()]
    if opposite in question.lower():
        return None
    return opposite.capitalize() if word[0].isupper() else opposite


def _names(text: str) -> list[str]:
    """Return what is written with capitals in the middle of a sentence."""
    found = []
    for match in _NAME.finditer(text):
        first, _, rest = match[0].partition(" ")
        name = rest if first.lower() in _NOT_NAMES else match[0]
        at_start = match.start() == 0 or text[: match.start()].rstrip()[-1:] in (".", "?", "!", "")
        if len(name) > 2 and not (at_start and name == match[0]):
            found.append(name)
    return found


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
