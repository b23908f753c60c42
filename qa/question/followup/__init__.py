"""A follow-up question to one that stands alone.

Whether something is missing is told from the wording (``detect``). Where a rule knows the place for it, it is put in
("Where did Anna Lee study?", ``rules``); what else was spoken of and is likely to be meant goes to the end, in brackets
("Who was the author? (Lake Almaty)", ``terms``). All else is left alone; nothing is invented: every added word stood
in the conversation, but for the "in" that is part of "there".
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.question.followup import rules
from qa.question.followup.detect import leaning
from qa.question.followup.history import history_of
from qa.question.followup.terms import missing
from qa.question.followup.weights import weights
from qa.types import Turn

__all__ = ["LONG", "LOOK_BACK", "SHORT", "history_of", "leans", "stand_alone", "whole_turns"]

LOOK_BACK = 5  # turns
LONG = 300  # a question before with more characters is passed over, one asked now is left as it is
SHORT = 80  # an answer with more characters is no name


def leans(question: str, bar: float | None = None) -> bool:
    """Whether the question cannot be understood without what was said before.

    ``bar``: the log-odds that count as such; the shipped bar is that of the weights.
    """
    if len(question) > LONG:
        return False
    return rules.leans(question) or leaning(question) > (weights()["leans"]["bar"] if bar is None else bar)


def stand_alone(question: str, history: Sequence[Turn], bar: float | None = None) -> str:
    """Return the question with what it leans on put in, or unchanged where it stands alone.

    ``history``: the turns before, oldest first. Each of the last ones is made to stand alone in its turn, so that a
    name is found again that was said some questions ago. ``bar``: as in :func:`leans`.
    """
    if not leans(question, bar):
        return question
    turns = whole_turns(history)
    if not turns:
        return question
    new, whole = rules.weave(question, turns) if rules.leans(question) else (question, False)
    if whole:
        return new
    model = weights()["missing"]
    terms = missing(new, turns, model["most"], model["bar"])
    return f"{new.rstrip()} ({', '.join(terms)})" if terms else new


def whole_turns(history: Sequence[Turn]) -> list[Turn]:
    """Return the last turns of a history, each question completed from the ones before it; no long texts."""
    turns: list[Turn] = []
    for said, answer in history[-LOOK_BACK:]:
        if (asked := " ".join(said[: LONG + 1].split())) and len(said) <= LONG:
            whole = rules.complete(asked, turns) if rules.leans(asked) else asked
            turns.append((whole if len(whole) <= LONG else asked, answer.strip(" .") if len(answer) <= SHORT else ""))
    return turns
