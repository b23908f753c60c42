"""What the other rooms pass around: a document and the passages cut from it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One text somebody added.

    ``text`` has normalised whitespace; every offset in this project counts code points of it.
    ``source`` is where it came from: the absolute path of a file, or a name such as ``text:Notes``.
    ``date`` is an ISO date (``2017-06-07``, or ``2017-06`` and ``2017`` where no more is known), or ``""``.
    ``id`` names exactly this text from exactly this source (see :func:`document_id`).
    """

    id: str
    source: str
    title: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is searched and read as one.

    Always ``document.text[start:end] == text``. ``id`` is an integer that the store never uses twice;
    it is 0 until the passage has been stored.
    """

    id: int
    document_id: str
    start: int
    end: int
    text: str


def document_id(source: str, title: str, date: str, text: str) -> str:
    """Return 16 hexadecimal digits that change when the source, title, date or text does."""
    parts = "\0".join((source, title, date, text))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def make_document(source: str, title: str, date: str, text: str) -> Document:
    """Return the document with its id filled in; ``text`` must already be normalised."""
    return Document(document_id(source, title, date, text), source, title, date, text)


def titled(title: str, text: str) -> str:
    """Return a passage as the models see it, ``title: text``."""
    return f"{title}: {text}" if title else text
