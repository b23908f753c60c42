"""A document cut into passages: pieces small enough to be read at once, at places a reader would cut.

Nothing here knows what a token is: the caller passes in a function that counts them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.text.layout import SENTENCE_END
from corpus.text.sentences import Span, sentence_spans, trimmed
from corpus.types import SEPARATOR, Document, Passage

_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
_WORD = re.compile(r"\S+")

CONTEXT_TOKENS = 40


def split(
    document: Document, count_tokens: Callable[[str], int], max_tokens: int = 256, min_tokens: int = 32
) -> list[Passage]:
    """Cut a document into passages, in order, that together hold every non-space character of it once.

    Paragraphs stay whole where they fit. A longer one is cut between sentences, a sentence that is too long
    between words, a word that is too long anywhere. A paragraph of fewer than ``min_tokens`` goes with the
    one after it (the last one with the one before it) where both fit together. What a passage needs to be understood
    and does not hold is its context: the headings above, its table's header, the words that lead in its list.

    Args:
        document: the document; its text should be normalised.
        count_tokens: how many tokens a text has, with whatever the model adds around it.
        max_tokens: no passage has more, unless a single character does.
        min_tokens: paragraphs shorter than this are joined to a neighbour.

    Raises:
        ValueError: ``max_tokens`` leaves no room for text.
    """
    splitter = _Splitter(document.text, count_tokens, max_tokens, min_tokens)
    outline = Outline(document)
    return [
        Passage(
            0,
            document.id,
            start,
            end,
            document.text[start:end],
            _cut(outline.context(start), count_tokens, CONTEXT_TOKENS),
        )
        for start, end in splitter.passages()
    ]


def _cut(parts: Sequence[str], count_tokens: Callable[[str], int], tokens: int) -> str:
    """Return the parts as one line of at most so many tokens; the nearest, which come last, are the last to go."""
    kept = [part for part in parts if part]
    added = count_tokens("")
    while kept and count_tokens(SEPARATOR.join(kept)) - added > tokens:
        if len(kept) == 1:
            words = kept[0].split()
            kept = [" ".join(words[: len(words) * 3 // 4])] if len(words) > 4 else []
        else:
            kept.pop(0)
    return SEPARATOR.join(kept)


class Outline:
    """What stands over any place of a document: its headings, tables and lists."""

    def __init__(self, document: Document) -> None:
        self._text, self._title = document.text, " ".join(document.title.split()).casefold()
        blocks = document.structure
        self._headings = [block for block in blocks if block.kind == "heading"]
        self._tables = [block for block in blocks if block.kind == "table"]
        self._rows = [block for block in blocks if block.kind == "row"]
        self._lists = [block for block in blocks if block.kind == "list" and block.level <= 1]

    def context(self, start: int) -> list[str]:
        """Return what a passage that begins there needs to be understood and does not hold, the widest first."""
        parts: list[tuple[int, str]] = []
        for heading in self._headings:
            if heading.start > start:
                break
            while parts and parts[-1][0] >= heading.level:
                parts.pop()
            parts.append((heading.level, "" if heading.start == start else self._words(heading.start, heading.end)))
        path = [words for _, words in parts if words.casefold() != self._title]
        return [*path, *self._header(start), *self._lead_in(start)]

    def _header(self, start: int) -> list[str]:
        for table in self._tables:
            if table.start < start < table.end:
                rows = [row for row in self._rows if table.start <= row.start and row.end <= table.end]
                if rows and rows[0].start < start and (rows[0].label == "header" or len(rows) > 2):
                    return [self._words(rows[0].start, rows[0].end)]
        return []

    def _lead_in(self, start: int) -> list[str]:
        for block in self._lists:
            if block.start < start < block.end or (block.start == start and start > 0):
                before = self._text[: block.start].rstrip()
                lead = before[before.rfind("\n") + 1 :]
                return [lead] if lead.endswith(":") and len(lead) <= 300 else []
        return []

    def _words(self, start: int, end: int) -> str:
        return " ".join(self._text[start:end].split())


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the text that is not cut any further; ``size`` is its tokens without the added ones."""

    start: int
    end: int
    size: int


class _Splitter:
    """One text being cut; no string it counts exceeds ``longest`` characters, so time stays linear."""

    def __init__(self, text: str, count_tokens: Callable[[str], int], max_tokens: int, min_tokens: int) -> None:
        self.text = text
        self.count_tokens = count_tokens
        self.added = count_tokens("")
        self.room = max_tokens - self.added
        self.min_size = min(min_tokens - self.added, self.room)
        # A model may count a thousand letters in a row as one unknown token, so characters are limited too.
        self.longest = max(2_000, 20 * max_tokens)
        if self.room < 1:
            raise ValueError(
                f"max_tokens is {max_tokens}, but the model alone adds {self.added} tokens to a text: "
                "choose a larger max_tokens."
            )

    def passages(self) -> Iterator[Span]:
        done: list[_Piece] = []
        waiting: list[_Piece] = []
        for start, end in self._paragraphs():
            size = self._size(start, end)
            if size is None:
                pieces = self._packed([*waiting, *self._sentences(start, end)])
                waiting = []
                done.extend(pieces)
                continue
            if waiting and not self._fit([*waiting, _Piece(start, end, size)]):
                done.extend(self._left_behind(done, waiting))
                waiting = []
            waiting.append(_Piece(start, end, size))
            if sum(piece.size for piece in waiting) >= self.min_size:
                done.append(self._joined(waiting))
                waiting = []
        if waiting:
            if done and self._fit([done[-1], *waiting]):
                waiting.insert(0, done.pop())
            done.append(self._joined(waiting))
        return ((piece.start, piece.end) for piece in done)

    def _paragraphs(self) -> Iterator[Span]:
        start = 0
        for found in _PARAGRAPH_BREAK.finditer(self.text):
            if span := trimmed(self.text, start, found.start()):
                yield span
            start = found.end()
        if span := trimmed(self.text, start, len(self.text)):
            yield span

    def _left_behind(self, done: list[_Piece], waiting: list[_Piece]) -> list[_Piece]:
        """Return short paragraphs that the next one has no room for, with the one before if they end it.

        A heading has no full stop; it would mislead with the paragraph before it and stands alone instead.
        """
        last = self.text[waiting[-1].start : waiting[-1].end]
        if done and SENTENCE_END.search(last) and self._fit([done[-1], *waiting]):
            waiting = [done.pop(), *waiting]
        return [self._joined(waiting)]

    def _size(self, start: int, end: int) -> int | None:
        """Return the tokens in a stretch of text, or None if it is too long for a passage."""
        if end - start > self.longest:
            return None
        size = self.count_tokens(self.text[start:end]) - self.added
        return size if size <= self.room else None

    def _fit(self, pieces: Sequence[_Piece]) -> bool:
        if sum(piece.size for piece in pieces) > self.room:
            return False
        return self._size(pieces[0].start, pieces[-1].end) is not None

    def _joined(self, pieces: Sequence[_Piece]) -> _Piece:
        return _Piece(pieces[0].start, pieces[-1].end, sum(piece.size for piece in pieces))

    def _sentences(self, start: int, end: int) -> Iterator[_Piece]:
        for first, last in sentence_spans(self.text[start:end]):
            size = self._size(start + first, start + last)
            if size is None:
                yield from self._words(start + first, start + last)
            else:
                yield _Piece(start + first, start + last, size)

    def _words(self, start: int, end: int) -> Iterator[_Piece]:
        """Cut a sentence that is too long into some words each, a word that is too long into some letters."""
        spans = [found.span() for found in _WORD.finditer(self.text, start, end)]
        ends = [span[1] for span in spans]
        index = 0
        while index < len(spans):
            start = spans[index][0]
            piece, index = self._stretch(start, ends, index)
            if piece is not None:
                yield piece
                continue
            letters = range(start + 1, ends[index] + 1)
            position = 0
            while position < len(letters):
                start = letters[position] - 1
                piece, position = self._stretch(start, letters, position)
                if piece is None:
                    # One character of more tokens than there is room for: nothing smaller can be made.
                    piece, position = _Piece(start, start + 1, self.room), position + 1
                yield piece
            index += 1

    def _stretch(self, start: int, ends: Sequence[int], index: int) -> tuple[_Piece | None, int]:
        """Return a piece from ``start`` to one of ``ends`` from ``index`` on, and the index after it.

        It fills about a quarter of a passage, so that pieces can be packed and balanced; the piece is None if
        not even the first end fits into a whole one. A few counts of short strings are enough.
        """
        room = max(1, self.room // 4)
        low, high = index, bisect_left(ends, start + self.longest // 4 + 1, index)
        best = None
        # A token has some four characters, so looking there first is mostly right.
        middle = bisect_left(ends, start + 4 * room, index)
        while low < high and (best is None or best.size < 0.75 * room):
            middle = min(middle, high - 1)
            size = self._size(start, ends[middle])
            if size is None or size > room:
                high = middle
            else:
                best, low = _Piece(start, ends[middle], size), middle + 1
            middle = (low + high) // 2
        if best is None and (size := self._size(start, ends[index])) is not None:
            best, low = _Piece(start, ends[index], size), index + 1
        return best, low

    def _packed(self, pieces: list[_Piece]) -> list[_Piece]:
        """Join pieces into passages as full as they may be, the last two of about equal length."""
        groups: list[list[_Piece]] = []
        group: list[_Piece] = []
        size = 0
        for piece in pieces:
            if group and (size + piece.size > self.room or piece.end - group[0].start > self.longest):
                groups.extend(self._checked(group))
                group, size = [], 0
            group.append(piece)
            size += piece.size
        if group:
            groups.extend(self._checked(group))
        if len(groups) > 1:
            groups[-2:] = self._balanced(groups[-2] + groups[-1], len(groups[-2]))
        return [self._joined(group) for group in groups]

    def _checked(self, group: list[_Piece]) -> Iterator[list[_Piece]]:
        """Yield the group, in halves where its parts count more together than apart."""
        if len(group) == 1 or self._size(group[0].start, group[-1].end) is not None:
            yield group
        else:
            yield from self._checked(group[: len(group) // 2])
            yield from self._checked(group[len(group) // 2 :])

    def _balanced(self, pieces: list[_Piece], cut: int) -> list[list[_Piece]]:
        total = sum(piece.size for piece in pieces)
        before = 0
        best = total
        chosen = cut
        for index, piece in enumerate(pieces[:-1], 1):
            before += piece.size
            if abs(total - 2 * before) < best:
                best, chosen = abs(total - 2 * before), index
        if not (self._fit(pieces[:chosen]) and self._fit(pieces[chosen:])):
            chosen = cut
        return [pieces[:chosen], pieces[chosen:]]
