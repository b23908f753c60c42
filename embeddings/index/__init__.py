"""Indexes of vectors: one file for each kind, and the table of them.

To add one, write ``embeddings/index/NAME.py`` with a class that fulfils :class:`~embeddings.types.VectorIndex`, and
name it in :data:`INDEXES`: the contract tests in ``tests/contracts/test_indexes.py`` then ask it too. A library
records which kind it uses.
"""

from __future__ import annotations

from collections.abc import Mapping

from embeddings.index.flat import FlatIndex
from embeddings.types import VectorIndex

DEFAULT_INDEX = "flat"

INDEXES: Mapping[str, type[VectorIndex]] = {"flat": FlatIndex}

__all__ = ["DEFAULT_INDEX", "INDEXES", "FlatIndex"]
