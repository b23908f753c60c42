"""Vectors and ids, and what an encoder and an index must do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from corpus.progress import Progress

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]


class Encoder(Protocol):
    """What the library needs of an embedding model. Safe to call from several threads.

    Every implementation passes ``tests/contracts/test_encoders.py``.
    """

    @property
    def name(self) -> str:
        """Tell models apart: vectors of encoders with different names must never meet in one index."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads, its special tokens included."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the whole text has, special tokens included."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress = ...) -> Vectors:
        """Return one unit vector a text: float32, shape (texts, dimensions)."""
        ...

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question: float32, shape (questions, dimensions)."""
        ...


class VectorIndex(Protocol):
    """Unit vectors by passage id, searched by inner product. Safe to use from several threads.

    It can always be made again from the store, so a file that is missing, damaged or of another library is no error.
    Every implementation passes ``tests/contracts/test_indexes.py``.
    """

    def __init__(self, dimensions: int) -> None:
        """Make an empty index for vectors of that length."""
        ...

    def __len__(self) -> int:
        """Return how many vectors there are."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    def ids(self) -> Ids:
        """Return the ids of all vectors, in no particular order: int64, shape (vectors,)."""
        ...

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add unit vectors (float32, shape (n, dimensions)) under ids that the index does not hold yet."""
        ...

    def remove(self, ids: Ids) -> None:
        """Remove the vectors of these ids; ids that are not there are passed over."""
        ...

    def search(self, vector: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (id, cosine), best first, for one unit vector of shape (dimensions,).

        ``within``: search only these ids; ids that are not there are passed over.
        """
        ...

    def save(self, path: Path, library: str) -> None:
        """Write the index to ``path``, as that of this library.

        Raises:
            OSError: it cannot be written; what was saved there before stays.
        """
        ...

    @classmethod
    def load(cls, path: Path, library: str, dimensions: int) -> Self | None:
        """Return the index saved at ``path`` for this library, or None: missing, damaged, or of another library."""
        ...
