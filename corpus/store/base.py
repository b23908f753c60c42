"""What a store holds and what it can do, whatever keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.scope import Scope
from corpus.types import Document, Passage

Entry = tuple[Document, Sequence[Passage], NDArray[np.float32]]  # one vector a passage


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A line of the list of documents: all but the text.

    ``file``: whether it is known to have been read from a file, the path of which is the source. ``unread_since``: when
    that was read last, in ISO form, where it could not be read since and the text is the old one; otherwise "".
    """

    id: str
    source: str
    title: str
    date: str
    added: str
    passages: int
    characters: int
    file: bool = False
    unread_since: str = ""


class Store(Protocol):
    """The only truth of a library: documents, passages and their vectors. Safe to use from several threads.

    Every change is whole or not at all. A passage id is an integer that is never used twice, not even after its
    document was removed. Every implementation passes ``tests/contracts/test_stores.py``; where a call cannot be done it
    raises :class:`~corpus.errors.LibraryError`.
    """

    @property
    def library(self) -> str:
        """A random name for what is stored: another one after a rebuild, when no vector is what it was."""
        ...

    def close(self) -> None:
        """Let go of what the store holds open; it cannot be used afterwards."""
        ...

    def replace(
        self, document: Document, passages: Sequence[Passage], vectors: NDArray[np.float32], file: bool = False
    ) -> bool:
        """Store the document with its passages in place of whatever its source held before.

        ``vectors``: float32, one row a passage. ``file``: it was read from the file that its source names. Returns
        False, with nothing changed, where exactly this document is stored already.
        """
        ...

    def holds(self, document: str) -> bool:
        """Whether the document with this id is stored, its passages in today's form (:data:`corpus.types.FORM`)."""
        ...

    def older(self) -> list[str]:
        """Return the sources of the documents whose passages are of an earlier form."""
        ...

    def confirm(self, documents: Mapping[str, bool]) -> None:
        """Note that the documents with these ids were read again and are the same; True: from a file."""
        ...

    def mark_unreadable(self, source: str) -> str:
        """Note that the file of this source cannot be read, and return when it was last; "" where nothing is stored."""
        ...

    def remove(self, document: str) -> bool:
        """Remove the document with this id and all that belongs to it; False where there is none."""
        ...

    def documents(self) -> list[StoredDocument]:
        """Return all documents, by title."""
        ...

    def document(self, identity: str) -> Document | None:
        """Return the document with this id."""
        ...

    def unread_since(self, identity: str) -> str:
        """Return when the file of the document with this id was last read, where it could not be read since; or ""."""
        ...

    def document_of_source(self, source: str) -> str | None:
        """Return the id of the document from this source."""
        ...

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, str, str, str]]:
        """Return passage, title, date and source for every id that is there."""
        ...

    def passages_of(self, document: str) -> list[Passage]:
        """Return the passages of a document, in order."""
        ...

    def passage_ids(self, scope: Scope | None = None) -> NDArray[np.int64]:
        """Return the ids of all passages within the scope, ascending: int64, shape (passages,)."""
        ...

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of these passages in their order, zeros for missing ones: float32, (ids, dimensions)."""
        ...

    def search_text(self, words: Sequence[str], k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (passage id, score), best first, for passages with any of the words."""
        ...

    def setting(self, name: str) -> str:
        """Return what was last set under this name, or "" where nothing was; a rebuild keeps it."""
        ...

    def set_setting(self, name: str, value: str) -> None:
        """Keep a value under this name, in place of what stood there."""
        ...

    def check_not_rebuilt(self) -> None:
        """Raise LibraryError where another process has made the library anew since this store was opened."""
        ...

    def version(self) -> int:
        """Return a number that changes whenever somebody else has changed what is stored."""
        ...
