"""Where an answer was lost on its way: in reading, splitting, searching, choosing or showing.

Gold strings are looked for as :mod:`tests.benchmarks.people.rule` compares texts: in the documents as they were read,
in their passages, in the passages found, in those quoted. One gold string is enough at every place.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.people.rows import Question
from tests.benchmarks.people.rule import flat, holds_gold
from tests.benchmarks.people.runs import Found, Said

READ = 5  # the passages that the program reads
STAGES = (
    "not in the text as read",
    "in no passage",
    "not found among 20",
    "not found among 5",
    "found but not chosen",
    "chosen but not shown",
)


def gold(question: Question) -> tuple[str, ...]:
    """Return the strings that stand in the passage that answers."""
    return question.gold or question.answers


def rank(question: Question, hits: Sequence[Found]) -> int | None:
    """Return the place, from 1, of the first passage that holds a gold string; None where none does."""
    places = (place for place, hit in enumerate(hits, 1) if holds_gold(flat(hit.text), gold(question)))
    return next(places, None)


def lost(question: Question, said: Said) -> str:
    """Return the stage at which the answer to an answerable question, not answered rightly, was lost."""
    place = rank(question, said.hits)
    if place is None:
        return STAGES[0] if not said.gold_in_text else STAGES[1] if not said.gold_in_passage else STAGES[2]
    if place > READ:
        return STAGES[3]
    # A passage of a refusal is read and not chosen, whatever the reader would have taken from it.
    return STAGES[5] if rank(question, said.cited) is not None and said.state != "refused" else STAGES[4]
