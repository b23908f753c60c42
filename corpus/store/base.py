"""corpus.store.sqlite.base: SAY WHAT THIS IS FOR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
