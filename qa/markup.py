"""Text as HTML: escaped, with spans marked. Nothing from a document or a visitor becomes HTML in another way."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

Span = tuple[int, int]

COLOURS = 5

# All ASCII punctuation, not only <, >, & and quotes: the chat reads Markdown, and no entity is Markdown.
_ENTITIES = str.maketrans({mark: f"&#{ord(mark)};" for mark in string.punctuation})


def escape(text: str) -> str:
    """Return the text so that HTML and Markdown both show it as it is; safe in an attribute as well."""
    return text.translate(_ENTITIES)


def highlight(text: str, spans: Iterable[Span], numbers: Sequence[int] = ()) -> str:
    """Return the text as escaped HTML, ``<mark>`` around the spans and ``<br>`` at every line end.

    ``spans``: (start, end) in code points of the text, in any order; those that overlap or touch become one,
    and what lies outside the text is left out. Without tags and entities the result is the text again.
    ``numbers``: that of the citation each span belongs to, for its colour; where spans become one, the first's.
    """
    pieces, position = [], 0
    for start, end, number in _merged(spans, numbers, len(text)):
        mark = f'<mark class="{colour(number)}">' if number else "<mark>"
        pieces += [_lines(text[position:start]), mark, _lines(text[start:end]), "</mark>"]
        position = end
    return "".join([*pieces, _lines(text[position:])])


def colour(number: int) -> str:
    """Return the CSS class that says the colour of the citation with this number: ``cb-c1`` to ``cb-c5``."""
    return f"cb-c{(number - 1) % COLOURS + 1}"


def _lines(text: str) -> str:
    # The line end stays behind the tag, so no empty line ever arises: that would end HTML inside Markdown.
    return escape(text).replace("\n", "<br>\n")


def _merged(spans: Iterable[Span], numbers: Sequence[int], length: int) -> list[tuple[int, int, int]]:
    numbered = zip(spans, numbers, strict=True) if numbers else ((span, 0) for span in spans)
    merged: list[tuple[int, int, int]] = []
    for start, end, number in sorted((max(0, span[0]), min(span[1], length), number) for span, number in numbered):
        if start >= end:
            continue
        # Two colours may touch each other, but not overlap.
        if merged and start < merged[-1][1] + (number == merged[-1][2]):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, end, number))
    return merged
