"""qa.evaluation.figures: SAY WHAT THIS IS FOR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.evaluation.entry import Entry
from qa.evaluation.metrics import mean, recall_at

MEASURES: Mapping[str, str] = {
    "right": "answered or refused as it should be",
    "exact_match": "exact match",
    "f1": "F1",
    "f1_of_answered": "F1 of the answered",
    "recall@1": "recall@1",
    "recall@5": "recall@5",
    "citation_precision": "citation precision",
    "citation_from_source": "cited from the source given",
    "answered": "answered, of those with an answer",
    "refused": "refused, of those without one",
}
"""The shares, 0 to 1, that a report tells and a floor can be set for, in plain words."""


def measures(entries: Sequence[Entry]) -> dict[str, float | None]:
    """Return every one of ``MEASURES`` over the entries that are no drafts; None where there is nothing to measure.

    Exact match, F1 and recall are over the questions that have an answer (a refusal scores 0); citation precision
    is over those of them that were answered; ``refused`` is over the questions without an answer.
    """
    asked = [e for e in entries if not e.draft]
    answerable = [e for e in asked if e.expected]
    unanswerable = [e for e in asked if not e.expected]
    answered = [e for e in answerable if not e.abstained]
    ranks = [e.rank for e in answerable]
    return {
        "right": _share([e.right for e in asked]),
        "exact_match": _share([e.exact for e in answerable]),
        "f1": _share([e.f1 for e in answerable]),
        "f1_of_answered": _share([e.f1 for e in answered]),
        "recall@1": recall_at(1, ranks) if ranks else None,
        "recall@5": recall_at(5, ranks) if ranks else None,
        "citation_precision": _share([e.cited_holds for e in answered]),
        "citation_from_source": _share([e.cited_source for e in answered if e.source]),
        "answered": _share([not e.abstained for e in answerable]),
        "refused": _share([e.abstained for e in unanswerable]),
    }


def _share(values: Sequence[float]) -> float | None:
    return mean([float(value) for value in values]) if values else None
