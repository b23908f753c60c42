"""corpus.errors: SAY WHAT THIS IS FOR."""

from __future__ import annotations


class ReadError(ValueError):
    """Something could not be read; the message is one sentence that names it and says what to do."""


class LibraryError(Exception):
    """A library, document or file that cannot be used; the message says what is wrong and what to do."""


class OtherMakerError(LibraryError):
    """A library made by another schema or embedder: it can be rebuilt from the texts it holds."""
