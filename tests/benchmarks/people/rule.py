"""The rule that needs no judge: does what is shown hold what was asked for, soon enough?

Of what is shown the first 80 words count, the first 250 where the question's own kind is list, howto, table, summary or
comparison: a dump of passages wins nothing. Answers are compared as words, in lower case, without punctuation, marks of
Markdown and articles. RUBRIC.md says what the outcomes mean and where the rule is blind.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from tests.benchmarks.people.rows import Question
from tests.benchmarks.people.runs import Said

Outcome = Literal["right", "incomplete", "wrong", "refused", "hinted", "answered"]
ANSWERABLE: tuple[Outcome, ...] = ("right", "incomplete", "wrong", "refused")
UNANSWERABLE: tuple[Outcome, ...] = ("refused", "hinted", "answered")

LEAST_F1 = 0.6
LEAST_POINTS = 0.6  # of a summary's key points

# Typographic marks too: a reference is compared by whole words, and must be found between curly quotes.
_SPACED = str.maketrans(
    {
        **dict.fromkeys(string.punctuation + "‘’‚‛“”„‟«»‹›‐‑‒–—―…•·", " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),  # seen by nobody
    }
)


def words(text: str) -> list[str]:
    """Return the words by which texts are compared."""
    bare = re.sub(r"[`*_]", "", text).lower().translate(_SPACED)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def flat(text: str, limit: int | None = None) -> str:
    """Return the (first ``limit``) words in one line, with a space before and after, so that whole words are found."""
    return f" {' '.join(words(text)[:limit])} "


def holds(line: str, wanted: str) -> bool:
    """Whether a text as :func:`flat` gives it has these words in a row."""
    return bool(words(wanted)) and flat(wanted) in line


def holds_gold(line: str, gold: Iterable[str]) -> bool:
    """Whether the text has one of the gold strings, which may begin and end within a word: they are long enough."""
    return any(" ".join(words(one)) in line for one in gold if words(one))


def f1(answer: str, reference: str) -> float:
    """Return the F1 of the words of two texts, 0 to 1."""
    one, other = words(answer), words(reference)
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other)) if shared else 0.0


def outcome(question: Question, said: Said) -> Outcome:
    """Return what became of a question, by the rule."""
    if not question.answerable:
        return said.state
    shown = flat(said.shown, question.limit)
    if said.state == "refused" or not shown.strip():
        return "refused"
    if question.every:
        return _all(question, shown)
    # A bare yes or no says something only where an answer begins with it: "no" stands in many a sentence.
    verdicts = {tuple(words(one)) for one in question.answers} & {("yes",), ("no",)}
    if verdicts and (begins := tuple(shown.split()[:1])) in {("yes",), ("no",)}:
        return "right" if begins in verdicts else "wrong"
    references = [one for one in question.answers if tuple(words(one)) not in verdicts]
    near = any(f1(said.text, reference) >= LEAST_F1 for reference in references)
    there = holds_gold(shown, question.gold) or any(holds(shown, one) for one in references)
    return "right" if near or there else "wrong"


def _all(question: Question, shown: str) -> Outcome:
    found = sum(holds(shown, one) for one in question.answers)
    if question.kind == "summary":
        enough = found >= LEAST_POINTS * len(question.answers) or holds_gold(shown, question.gold)
    else:
        enough = found == len(question.answers)
    return "right" if enough else "incomplete" if found else "wrong"
