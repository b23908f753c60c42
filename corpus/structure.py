"""The structure of a document: blocks over the offsets of its text, and the writer by which formats make both.

A block never says anything that is not in the text: it says what a stretch of the text is. Splitting reads it for
headings, lists and tables, answers for how far to quote, the page for how to show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from corpus.text.layout import normalise

Kind = Literal[
    "heading",  # level 1 to 6
    "paragraph",
    "list",  # what its items are in; level: how deep it is nested, from 1
    "item",  # label: its number as the text prints it, "" for a bullet; level as its list's
    "table",  # what its rows are in
    "row",  # label: "header" where it names the columns
    "cell",  # level: its column, from 1; label: "header" where it names a row or column
    "code",
    "quote",
    "note",  # an aside, warning, footnote
    "deleted",  # struck out: shown as such, never quoted as valid
    "page",  # label: its number, as printed or counted
]

KINDS: frozenset[str] = frozenset(get_args(Kind))

Gap = Literal["", " ", " | ", "\n", "\n\n"]
"""What stands between two stretches of text; of two in a row the wider one counts."""

_WIDTH = {"": 0, " ": 1, " | ": 2, "\n": 3, "\n\n": 4}
# Around what is struck out; nobody writes these (the last private characters), and none reaches a text.
_OPEN, _CLOSE = "\U0010fff8", "\U0010fff9"
STRUCK = "~~"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text, ``text[start:end]`` in code points, and what it is (see :data:`Kind`)."""

    kind: Kind
    start: int
    end: int
    level: int = 0
    label: str = ""


def to_json(blocks: Iterable[Block]) -> str:
    """Return blocks as a library keeps them: one short list for each."""
    return json.dumps([[b.kind, b.start, b.end, b.level, b.label] for b in blocks], separators=(",", ":"))


def from_json(text: str) -> tuple[Block, ...]:
    """Return the blocks that :func:`to_json` wrote; a kind that this version does not know is passed over."""
    return tuple(Block(*values) for values in json.loads(text or "[]") if values[0] in KINDS)


def within(blocks: Sequence[Block], start: int, end: int, *kinds: Kind) -> Iterator[Block]:
    """Yield the blocks of these kinds that touch ``text[start:end]``, in order."""
    return (b for b in blocks if b.kind in kinds and b.start < end and b.end > start)


class Writer:
    """Writes a document's text in its one normal form, and notes the blocks as they open and close."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._run: list[str] = []
        self._gap: Gap = ""
        self._open: list[tuple[int, Kind, int, str, int | None]] = []
        self._blocks: list[tuple[int, int, Block]] = []
        self._opened = 0

    def write(self, text: str) -> None:
        """Go on with some words."""
        self._run.append(text.replace(_OPEN, "").replace(_CLOSE, ""))

    def gap(self, gap: Gap) -> None:
        """Leave at least this much room before whatever comes next."""
        self._flush()
        if _WIDTH[gap] > _WIDTH[self._gap]:
            self._gap = gap

    def open(self, kind: Kind, level: int = 0, label: str = "") -> None:
        """Begin a block with whatever is written next."""
        self._flush()
        self._open.append((self._opened, kind, level, label, None))
        self._opened += 1

    def close(self) -> None:
        """End the block that was opened last; one without any words is left out."""
        self._flush()
        order, kind, level, label, start = self._open.pop()
        if start is not None:
            self._blocks.append((start, order, Block(kind, start, self._length, level, label)))

    def strike(self) -> None:
        """Begin what is struck out."""
        self._run.append(_OPEN)

    def unstrike(self) -> None:
        """End what is struck out."""
        self._run.append(_CLOSE)

    def last(self) -> str:
        """Return the words of the run at hand: what stands right before the next ones."""
        return "".join(self._run)

    def finish(self) -> tuple[str, tuple[Block, ...]]:
        """Return the text and its blocks: by where they begin, the outer before the inner."""
        self._flush()
        while self._open:
            self.close()
        return "".join(self._parts), tuple(block for _, _, block in sorted(self._blocks, key=lambda entry: entry[:2]))

    def _flush(self) -> None:
        if not self._run:
            return
        text, struck = _without_marks(normalise("".join(self._run)))
        self._run.clear()
        if not text:
            return
        if self._length:
            self._parts.append(self._gap)
            self._length += len(self._gap)
        self._gap = ""
        start = self._length
        self._open = [(o, k, lv, la, start if s is None else s) for o, k, lv, la, s in self._open]
        for first, last in struck:
            self._blocks.append((start + first, self._opened, Block("deleted", start + first, start + last)))
            self._opened += 1
        self._parts.append(text)
        self._length += len(text)


def _without_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with ``~~`` around what is struck out, and where that is."""
    if _OPEN not in text and _CLOSE not in text:
        return text, []
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    length = depth = begin = 0
    for piece in _pieces(text):
        if piece == _OPEN:
            depth += 1
            if depth == 1:
                begin = length
                parts.append(STRUCK)
                length += len(STRUCK)
        elif piece == _CLOSE:
            depth = max(0, depth - 1)
            if depth == 0 and length > begin + len(STRUCK):
                parts.append(STRUCK)
                length += len(STRUCK)
                spans.append((begin, length))
        else:
            parts.append(piece)
            length += len(piece)
    if depth:
        parts.append(STRUCK)
        spans.append((begin, length + len(STRUCK)))
    return "".join(parts), spans


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for character in text:
        if character in (_OPEN, _CLOSE):
            if piece:
                yield piece
            piece = ""
            yield character
        else:
            piece += character
    if piece:
        yield piece
