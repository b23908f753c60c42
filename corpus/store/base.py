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
    """A line of the list of documents: all but the text."""

    id: str
    source: str
    title: str
    date: str
    added: str
    passages: int
    characters: int
