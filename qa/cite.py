"""Spans to citations: where in which document, the sentence around it, and what else says the same."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from corpus.split import sentence_spans
from corpus.types import Document, LibraryError, Passage
from qa.library import Library
from qa.metrics import normalise_answer
from qa.types import Citation, Hit, Prediction, Reading

# A passage read alone has nothing to compete with but "no answer": on a handful of toy passages the reader
# gave 0.4 to 0.7 to a mere year in a passage of something else, and 0.95 and more where the passage does answer.
ALONE_PREFERENCE = 0.75
# Set on a handful of toy passages as well: requests ("List all ...") are not among the training questions.
LISTED_PREFERENCE = 0.4


def cite(library: Library, prediction: Prediction, number: int) -> Citation | None:
    """Return the citation of a span, or None where its document has just been removed."""
    passage = prediction.hit.passage
    try:
        document = library.document(passage.document_id)
    except LibraryError:
        return None
    start, end = passage.start + prediction.start, passage.start + prediction.end
    return cite_span(document, passage, start, end, number, library.unread_since(document.id))


def cite_span(
    document: Document, passage: Passage, start: int, end: int, number: int, unread_since: str = ""
) -> Citation:
    """Return the citation of the document's characters ``start..end`` with the sentences they lie in."""
    spans = [(passage.start + a, passage.start + b) for a, b in sentence_spans(passage.text)]
    first = max(0, bisect.bisect_right([a for a, _ in spans], start) - 1)
    last = max(first, bisect.bisect_left([b for _, b in spans], end))
    sentence_start, sentence_end = spans[first][0], spans[min(last, len(spans) - 1)][1]
    sentence_start, sentence_end = min(sentence_start, start), max(sentence_end, end)
    return Citation(number, document, passage, start, end, sentence_start, sentence_end, unread_since)


def distinct(readings: Sequence[Reading], threshold: float) -> list[tuple[Prediction, float]]:
    """Return spans with their confidence, best first: no two that overlap or read the same.

    The items of a list share what probability there is, so each is judged by whether the reader prefers it to "no
    answer" at least as much as ``threshold`` says, not by how sure it would be as the one answer.
    """
    found = [(r.preference(p), r.confidence(p), p) for r in readings for p in r.predictions]
    kept: list[tuple[Prediction, float]] = []
    for preference, confidence, prediction in sorted(found, key=lambda item: -item[0]):
        if preference >= threshold and not any(_same(prediction, other) for other, _ in kept):
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
    return [hit for hit in others if padded in f" {normalise_answer(hit.passage.text)} "]


def also_supporting(answer: Prediction, alone: Iterable[Reading], threshold: float) -> list[Prediction]:
    """Return the same span in other hits: only where the reader, alone on that hit, clearly prefers it to "no answer".

    A hit that merely holds the same words, such as a year, is no support; so the reader must be surer than usual.
    ``alone``: the readings of such hits, each by itself.
    """
    wanted = normalise_answer(answer.text)
    found = []
    for reading in alone:
        best = reading.predictions[0] if reading.predictions else None
        same = best is not None and normalise_answer(best.text) == wanted
        if best and same and reading.preference(best) >= max(threshold, ALONE_PREFERENCE):
            found.append(best)
    return found
