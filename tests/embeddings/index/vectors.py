"""Vectors by their ids, indexes of them, and what a search must find."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pytest
from hypothesis import strategies as st

from embeddings.types import Ids, VectorIndex, Vectors

Index = TypeVar("Index", bound=VectorIndex)

DIMENSIONS = 8


def vectors_of(ids: Ids, dimensions: int = DIMENSIONS) -> Vectors:
    """Return a unit vector an id, always the same one."""
    rows = [np.random.default_rng(int(number)).normal(size=dimensions) for number in ids]
    vectors = np.array(rows, dtype=np.float32).reshape(-1, dimensions)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def index_of(kind: type[Index], *numbers: int) -> Index:
    """Return an index of the kind with the vectors of these ids."""
    index = kind(DIMENSIONS)
    ids = np.array(numbers, dtype=np.int64)
    index.add(ids, vectors_of(ids))
    return index


def held(index: VectorIndex) -> list[int]:
    """Return the ids that an index holds, in order."""
    return sorted(index.ids().tolist())


def check_search(index: VectorIndex, question: Vectors, k: int, within: Ids | None = None) -> None:
    """Check that the index finds what comparing with every single vector finds."""
    candidates = np.array([i for i in index.ids().tolist() if within is None or i in within], dtype=np.int64)
    cosines = dict(zip(candidates.tolist(), (vectors_of(candidates) @ question).tolist(), strict=True))
    best = sorted(cosines.values(), reverse=True)[: max(k, 0)]
    found = index.search(question, k, within)
    assert len({number for number, _ in found}) == len(found) == len(best)
    assert [score for _, score in found] == pytest.approx(best, abs=1e-5)
    assert all(score == pytest.approx(cosines[number], abs=1e-5) for number, score in found)


numbers = st.integers(0, 40) | st.sampled_from([2**31, 2**40, 2**62])
