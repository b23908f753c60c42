"""What the other rooms pass around: a document and the passages cut from it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from corpus.structure import STRUCK, Block

# Between a title, the headings below it, and what else stands over a passage.
SEPARATOR = " › "
# Counts up whenever documents are cut into passages, or read, in another way: those of an earlier form are made again.
FORM = 1
STRUCK_OUT = re.compile(rf"(?<!~){STRUCK}(?=\S)[^\n]{{1,2000}}?(?<=\S){STRUCK}(?!~)")


@dataclass(frozen=True, slots=True)
class Document:
    """One text somebody added.

    ``text`` has normalised whitespace; every offset in this project counts code points of it.
    ``source`` is where it came from: the absolute path of a file, or a name such as ``text:Notes``.
    ``date`` is an ISO date (``2017-06-07``, or ``2017-06`` and ``2017`` where no more is known), or ``""``.
    ``structure`` says what stretches of the text are: headings, lists, tables (see :mod:`corpus.structure`).
    ``id`` names exactly this text from exactly this source (see :func:`document_id`).
    """

    id: str
    source: str
    title: str
    date: str
    text: str
    structure: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is searched and read as one.

    Always ``document.text[start:end] == text``. ``id`` is an integer that the store never uses twice;
    it is 0 until the passage has been stored. ``context`` is what a reader must know to understand it and what does
    not stand in it: the headings above, a table's header, what leads in a list. Search and reader see it; it is never
    quoted.
    """

    id: int
    document_id: str
    start: int
    end: int
    text: str
    context: str = ""

    @property
    def heard(self) -> str:
        """The text as search and reader see it: with blanks in place of what is struck out, so that offsets stay."""
        return STRUCK_OUT.sub(lambda match: " " * len(match[0]), self.text)


def document_id(source: str, title: str, date: str, text: str) -> str:
    """Return 16 hexadecimal digits that change when the source, title, date or text does."""
    parts = "\0".join((source, title, date, text))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def make_document(source: str, title: str, date: str, text: str, structure: tuple[Block, ...] = ()) -> Document:
    """Return the document with its id filled in; ``text`` must already be normalised."""
    return Document(document_id(source, title, date, text), source, title, date, text, structure)


def headed(title: str, context: str) -> str:
    """Return what stands over a passage, for search and reader: its document's title and its context."""
    return SEPARATOR.join(part for part in (title, context) if part)


def titled(title: str, text: str) -> str:
    """Return a passage as the models see it, ``title: text``; ``title`` is what :func:`headed` gives."""
    return f"{title}: {text}" if title else text
