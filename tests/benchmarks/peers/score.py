"""Judging: a reply of a language model to an answer, and answers to the table's figures.

A reply is read kindly. Its first line with words counts, without "The answer is:", quotation marks, list numbers, and
citations such as [2]; the first such number anywhere in the reply is its citation. It is a refusal where that line is
missing or has a phrase of ``REFUSALS`` in it, in any case; the prompts ask for "not in the documents", the rest is what
a model says instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.evaluation.metrics import interval, mean
from qa.matching import exact_match, f1, holds_answer

REFUSALS = re.compile(
    r"\bnot (?:\w+ ){0,2}(?:in|by|from) (?:the |these |this |any |any of the )?(?:documents?|passages?|context|text)\b"
    r"|(?:\bnot|n't|n’t) (?:\w+ )?(?:mention|specif|provide|stated?\b|say\b|contain|include|found\b|given\b|know\b)"
    r"|\b(?:cannot|can't|can’t|could not|couldn't) (?:be )?(?:answer|determin|find|found)"
    r"|\bno (?:answer|information|mention)\b|\bunanswerable\b|\bunknown\b",
    re.IGNORECASE,
)
_CITATION = re.compile(r"\[\s*(?:passage\s+)?(\d+)[^\]]*\]", re.IGNORECASE)
_AROUND = " *\"'“”‘’"
_PREFIX = re.compile(
    r"^(?:\d{1,2}[.)] |a: |(?:the )?answer\b(?: to (?:[\w’']+ ){1,3}?question)?(?:,? \".*?\")?(?: is\b:?|:) ?)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A reply taken apart; ``text`` is "" for a refusal, ``citation`` the number it cites."""

    text: str
    citation: int | None
    refused: bool


def parse(reply: str) -> Parsed:
    """Take a language model's reply apart."""
    found = _CITATION.search(reply)
    citation = int(found.group(1)) if found else None
    lines = (_bare(_CITATION.sub(" ", line)) for line in reply.splitlines())
    line = next((line for line in lines if re.search(r"\w", line)), "")
    if not line or REFUSALS.search(line):
        return Parsed("", citation, True)
    return Parsed(re.sub(r"\s+([.,;:!?])", r"\1", line), citation, False)


def _bare(line: str) -> str:
    return _PREFIX.sub("", " ".join(line.split()).strip(_AROUND)).strip(_AROUND)


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer beside its references. ``references`` is empty where the question must be refused."""

    references: tuple[str, ...]
    gold: str
    text: str
    cited: str
    cited_text: str
    refused: bool


def figures(answers: Sequence[Judged]) -> dict[str, str]:
    """Return the columns of the table, as they are printed.

    Exact match and F1 are over all answerable questions, a refusal scoring 0; citation precision is over the answered
    ones of them, no citation counting as a wrong one. The answers' 95 % interval is that of the mean.
    """
    answerable = [a for a in answers if a.references]
    unanswerable = [a for a in answers if not a.references]
    answered = [a for a in answerable if not a.refused]
    return {
        "EM": _shown([exact_match(a.text, a.references) for a in answerable]),
        "F1": _shown([f1(a.text, a.references) for a in answerable], interval_too=True),
        "answered": _shown([float(not a.refused) for a in answerable]),
        "F1 of the answered": _shown([f1(a.text, a.references) for a in answered]),
        "cited the gold paragraph": _shown([float(a.cited == a.gold) for a in answered]),
        "cited one that holds the answer": _shown([float(holds_answer(a.cited_text, a.references)) for a in answered]),
        "refused of the unanswerable": _shown([float(a.refused) for a in unanswerable]),
    }


def _shown(values: Sequence[float], interval_too: bool = False) -> str:
    if not values:
        return "none"
    low, high = interval(values)
    return f"{100 * mean(values):.1f}" + (f" ({100 * low:.0f} to {100 * high:.0f})" if interval_too else "")


def table(rows: dict[str, dict[str, str]]) -> str:
    """Return Markdown: a row a pipeline, a column a figure."""
    columns = list(next(iter(rows.values()), {}))
    lines = ["| pipeline | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
    lines += [f"| {name} | " + " | ".join(row[column] for column in columns) + " |" for name, row in rows.items()]
    return "\n".join(lines)
