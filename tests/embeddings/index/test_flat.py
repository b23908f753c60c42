"""The flat index: its files, and keeping it in step; what it finds is in tests/contracts/test_indexes.py."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.index.flat import FlatIndex
from embeddings.synced import sync
from embeddings.types import Ids, Vectors
from tests.embeddings.index.vectors import DIMENSIONS, check_search, held, index_of, numbers, vectors_of

# --- sync ----------------------------------------------------------------------------------------------


@given(st.sets(numbers, max_size=15), st.sets(numbers, max_size=15))
@settings(max_examples=50, deadline=None)
def test_sync_fetches_only_what_is_missing(before: set[int], after: set[int]) -> None:
    index = index_of(FlatIndex, *before)
    fetched: list[int] = []

    def fetch(ids: Ids) -> Vectors:
        fetched.extend(ids.tolist())
        return vectors_of(ids)

    assert sync(index, np.array(sorted(after), dtype=np.int64), fetch) == len(before ^ after)
    assert held(index) == sorted(after) and sorted(fetched) == sorted(after - before)
    assert sync(index, np.array(sorted(after), dtype=np.int64), fetch) == 0
    check_search(index, vectors_of(np.array([7]))[0], 50)


def test_sync_fetches_in_parts() -> None:
    sizes: list[int] = []

    def fetch(ids: Ids) -> Vectors:
        sizes.append(len(ids))
        return np.ones((len(ids), DIMENSIONS), dtype=np.float32)

    index = FlatIndex(DIMENSIONS)
    assert sync(index, np.arange(20_000), fetch) == 20_000
    assert len(index) == sum(sizes) == 20_000 and max(sizes) < 20_000


# --- files ---------------------------------------------------------------------------------------------


def test_what_belongs_to_others_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    assert FlatIndex.load(path, "x", DIMENSIONS) is None
    index_of(FlatIndex, 1, 2).save(path, "x")
    assert FlatIndex.load(path, "y", DIMENSIONS) is None
    assert FlatIndex.load(path, "x", DIMENSIONS + 1) is None
    assert FlatIndex.load(path, "x", DIMENSIONS) is not None
    label = path.with_suffix(".json")
    label.rename(tmp_path / "kept")
    assert FlatIndex.load(path, "x", DIMENSIONS) is None
    for broken in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"library": "x"}', b"[" * 100_000):
        label.write_bytes(broken)
        assert FlatIndex.load(path, "x", DIMENSIONS) is None
    (tmp_path / "kept").replace(label)
    path.unlink()
    assert FlatIndex.load(path, "x", DIMENSIONS) is None


def test_files_of_another_faiss_are_not_loaded(tmp_path: Path) -> None:
    """The checksum fits, but what it vouches for is in a format that this FAISS cannot read or is no such index."""
    path = tmp_path / "vectors.faiss"
    plain = faiss.serialize_index(faiss.IndexFlatIP(DIMENSIONS)).tobytes()
    for data in (b"", b"IxXX" + bytes(100), plain):
        path.write_bytes(data)
        label = {"library": "x", "sha256": hashlib.sha256(data).hexdigest()}
        path.with_suffix(".json").write_text(json.dumps(label))
        assert FlatIndex.load(path, "x", DIMENSIONS) is None


def test_an_interrupted_save_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vectors.faiss"
    index_of(FlatIndex, 1).save(path, "x")
    synced: list[int] = []

    def fail_on_the_label(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail_on_the_label)
    with pytest.raises(OSError, match="No space left"):
        index_of(FlatIndex, 1, 2).save(path, "x")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["vectors.faiss", "vectors.json"]
    assert FlatIndex.load(path, "x", DIMENSIONS) is None
