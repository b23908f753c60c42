"""What a file format is: bytes in, the words of a document out. One file in this folder for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from corpus.structure import Block


@dataclass(frozen=True, slots=True)
class Content:
    """What a format finds in a file: the words alone, nothing about where the file lies.

    ``text`` is normalised (:func:`corpus.text.layout.normalise`), ``structure`` says what its stretches are; ``title``
    and the ISO ``date`` are "" where the file does not say; a file without words has an empty ``text``. ``left_out`` is
    the share of the visible words that were taken for something around the text, such as menus, 0 to 1.
    """

    title: str
    date: str
    text: str
    structure: tuple[Block, ...] = ()
    left_out: float = 0.0


class UnreadableError(ValueError):
    """A file of this format that cannot be read; the message goes on from the file's name: "is protected by ..."."""


class Format(Protocol):
    """A kind of file. Every one passes ``tests/contracts/test_formats.py``."""

    @property
    def name(self) -> str:
        """What people call it, such as ``web page``."""
        ...

    @property
    def suffixes(self) -> frozenset[str]:
        """How names of such files end, in lower case with the dot."""
        ...

    @property
    def media_type(self) -> str:
        """As what a browser is shown the original: ``text/html`` or ``text/plain``."""
        ...

    def read(self, data: bytes) -> Content:
        """Return what is in a file with these bytes.

        Raises:
            UnreadableError: it cannot be read, and why.
            ValueError: the bytes are no such file.
        """
        ...

    def decode(self, data: bytes) -> str:
        """Return the file as a browser is to show it, for :attr:`media_type`.

        Raises:
            ValueError: the bytes are no such file.
        """
        ...
