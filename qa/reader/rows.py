"""The rows of the encoder's input, the same in training and in use.

Today ``[CLS] question [SEP] title: text [SEP]``, with the document's date in words behind its title where the question
names a year, and what is struck out blanked in the text. The form that the next reader is trained on, and that takes
its place with it, is frozen: ``[CLS] question [SEP] title › context: text [SEP]``, ``context`` being
:attr:`corpus.types.Passage.context`: the headings above the passage, its table's header, what leads in its list, at
most 40 word pieces with " › " between them, and left out where there is none; ``text`` 100 to 200 word pieces of one
section where the document has them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from corpus.types import titled
from qa.reader.decoding import Window

ROW_TOKENS = 384
QUESTION_TOKENS = 96
# Shared by two windows of a long passage; also as much of a title as is read.
OVERLAP_TOKENS = 64


class RowBuilder:
    """Turns questions and passages into rows of token ids. Not for several threads at once."""

    def __init__(self, tokenizer: Path, opening: int, closing: int, remember: int = 0) -> None:
        """Read ``tokenizer`` (a ``tokenizer.json``); ``opening`` and ``closing`` are the ids of [CLS] and [SEP].

        ``remember``: how many passages to keep in memory as tokens, for those that see the same ones again.
        """
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._opening, self._closing = opening, closing
        self._passage = lru_cache(remember)(self._encode) if remember else self._encode

    def windows(self, question: str, title: str, text: str, number: int = 0) -> list[Window]:
        """Return the rows of one passage, several where it is long; ``number`` is what they say the passage is."""
        asked = self._encode(question).ids[:QUESTION_TOKENS]
        lead = self._encode(titled(title, "")).ids[:OVERLAP_TOKENS]
        passage = self._passage(text)
        head = [self._opening, *asked, self._closing, *lead]
        room = ROW_TOKENS - len(head) - 1
        windows = []
        for start in range(0, max(1, len(passage.ids) - OVERLAP_TOKENS), room - OVERLAP_TOKENS):
            piece = slice(start, start + room)
            row = [*head, *passage.ids[piece], self._closing]
            windows.append(Window(row, len(head), len(row) - 1, passage.offsets[piece], number))
        return windows

    def _encode(self, text: str) -> Encoding:
        return self.tokenizer.encode(text, add_special_tokens=False)
