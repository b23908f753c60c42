"""Spans to citations: where in which document, and the sentence around it."""

from __future__ import annotations

import bisect

from corpus.errors import LibraryError
from corpus.text.sentences import sentence_spans
from corpus.types import Document, Passage
from qa.library.library import Library
from qa.types import Citation, Prediction


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
