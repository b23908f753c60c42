"""Spans that say the same: the distinct ones of a list, and the passages that give the answer as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa.matching import normalise_answer
from qa.types import Hit, Prediction, Reading


def distinct(readings: Sequence[Reading], bar: float) -> list[tuple[Prediction, float]]:
    """Return spans with their confidence, best first: no two that overlap or read the same.

    The items of a list share what probability there is, so each is judged by whether the reader prefers it to "no
    answer" at least as much as ``bar`` says (a preference), not by how sure it would be as the one answer.
    """
    found = [(r.preference(p), r.confidence(p), p) for r in readings for p in r.predictions]
    kept: list[tuple[Prediction, float]] = []
    for preference, confidence, prediction in sorted(found, key=lambda item: -item[0]):
        if preference >= bar and not any(_same(prediction, other) for other, _ in kept):
            kept.append((prediction, confidence))
    return kept


def _same(one: Prediction, other: Prediction) -> bool:
    if one.hit.passage.id == other.hit.passage.id and one.start < other.end and other.start < one.end:
        return True
    a, b = normalise_answer(one.text).split(), normalise_answer(other.text).split()
    return set(a) <= set(b) or set(b) <= set(a)


def holding(answer: Prediction, hits: Sequence[Hit]) -> list[Hit]:
    """Return the other hits that hold the words of the answer."""
    padded = f" {normalise_answer(answer.text)} "
    others = (hit for hit in hits if hit.passage.id != answer.hit.passage.id)
    return [hit for hit in others if padded in f" {normalise_answer(hit.passage.heard)} "]


def also_supporting(answer: Prediction, alone: Iterable[Reading], bar: float) -> list[Prediction]:
    """Return the same span in other hits: only where the reader, alone on that hit, clearly prefers it to "no answer".

    A hit that merely holds the same words, such as a year, is no support; so the reader must be surer than usual.
    ``alone``: the readings of such hits, each by itself. ``bar``: the preference that they need.
    """
    wanted = normalise_answer(answer.text)
    found = []
    for reading in alone:
        best = reading.predictions[0] if reading.predictions else None
        same = best is not None and normalise_answer(best.text) == wanted
        if best and same and reading.preference(best) >= bar:
            found.append(best)
    return found
