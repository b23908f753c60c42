"""embeddings.types: SAY WHAT THIS IS FOR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.progress import Progress

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What the library needs of an embedding model. Safe to call from several threads."""

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


Ids = NDArray[np.int64]
