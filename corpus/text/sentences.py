"""Where sentences begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]


_WINDOW = 10_000


# Abbreviations sentencex breaks after although a number follows, and labels such as "2." or "b." that it
# takes for sentences.
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(])(?:nos?|vols?|figs?|eqs?|ch|chap|pts?|pp?|approx|est|ca|c|al|art|sec|app|tab|max|min)\.\s*$",
    re.IGNORECASE,
)


_LABEL = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s*")


def sentence_spans(text: str) -> list[Span]:
    """Return where each sentence starts and ends, without the space around it.

    Offsets count code points. A line end always ends a sentence; every non-space character is in one span.
    """
    spans: list[Span] = []
    start = 0
    for line in text.split("\n"):
        spans.extend(_line_sentences(text, start, start + len(line)))
        start += len(line) + 1
    return spans


def _line_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    open_at = start
    for boundary in _boundaries(text, start, end):
        piece = text[open_at:boundary] if boundary - open_at < _WINDOW else text[boundary - 100 : boundary]
        follows_number = boundary < end and text[boundary].isdecimal()
        if boundary < end and (
            _LABEL.fullmatch(piece.lstrip())
            or (follows_number and _BEFORE_NUMBER.search(piece))
            # As in: What? he asked.
            or (text[boundary].islower() and not piece.rstrip().endswith("."))
        ):
            continue
        if span := trimmed(text, open_at, boundary):
            yield span
        open_at = boundary


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentencex ends its sentences in one line, the last time at ``end``.

    Windows keep it linear: it takes quadratic time over unclosed quotation marks. A window's last sentence is
    read again with what follows it, unless it fills the window.
    """
    from sentencex import get_sentence_boundaries

    while start < end:
        stop = min(end, start + _WINDOW)
        if stop < end:
            space = text.rfind(" ", start + _WINDOW // 2, stop)
            stop = space + 1 if space >= 0 else stop
        # Its own offsets are not used: they are right in one line, but summing lengths cannot be wrong.
        lengths = [len(found["text"]) for found in get_sentence_boundaries("en", text[start:stop])]
        if sum(lengths) != stop - start:
            lengths = [stop - start]
        if stop < end and len(lengths) > 1:
            lengths.pop()
        elif stop < end:
            start = stop
            continue
        for length in lengths:
            start += length
            yield start
    yield end


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return a span without the blanks at its ends; None where nothing else is in it."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    return (start, start + len(piece)) if piece else None
