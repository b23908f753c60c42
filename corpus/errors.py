"""What can go wrong, said in one sentence: every error that a user may meet derives from :class:`CiteboundError`.

The terminal, the page and its endpoints catch that one and show its message; anything else is a fault of the program.
"""

from __future__ import annotations


class CiteboundError(Exception):
    """Something that cannot be done; the message is one sentence that says what is wrong and what to do."""


class ReadError(CiteboundError):
    """A file or text that cannot be read; the message names it."""


class LibraryError(CiteboundError):
    """A library, or a document in it, that cannot be used."""


class OtherMakerError(LibraryError):
    """A library made by another schema or embedder: it can be rebuilt from the texts it holds."""
