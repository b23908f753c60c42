"""The index follows its store; how a damaged index file is met is tested in test_library.py and in
tests/contracts/test_indexes.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corpus.errors import LibraryError
from corpus.progress import no_progress
from corpus.scope import Scope
from corpus.store.sqlite import SqliteStore
from corpus.types import Passage, make_document
from embeddings.index import FlatIndex
from embeddings.synced import StoreIndex


def put(store: SqliteStore, name: str, vector: list[float], date: str = "") -> str:
    document = make_document(f"text:{name}", name, date, name)
    passage = Passage(0, document.id, 0, len(name), name)
    store.replace(document, [passage], np.array([vector], dtype=np.float32))
    return document.id


def test_the_index_follows_its_own_and_other_changes(tmp_path: Path) -> None:
    store, other = SqliteStore(tmp_path / "s.sqlite", "e", 2), SqliteStore(tmp_path / "s.sqlite", "e", 2)
    index = StoreIndex(store, FlatIndex, tmp_path / "v.faiss", 2, no_progress)
    assert index.search(np.array([1, 0], dtype=np.float32), 5) == []
    put(store, "east", [1, 0], "2015")
    index.update()
    north = put(other, "north", [0, 1], "2020")
    found = index.search(np.array([0, 1], dtype=np.float32), 5)
    assert [round(score, 3) for _, score in found] == [1.0, 0.0]
    assert [n for n, _ in index.search(np.array([0, 1], dtype=np.float32), 5, Scope(until="2016"))] == [found[1][0]]
    other.remove(north)
    assert len(index) == 1
    assert index.ids().tolist() == store.passage_ids().tolist()
    saved = StoreIndex(store, FlatIndex, tmp_path / "v.faiss", 2, no_progress)
    assert saved.ids().tolist() == index.ids().tolist()
    store.close()
    other.close()


def test_an_index_that_cannot_be_saved_still_searches(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = SqliteStore(tmp_path / "s.sqlite", "e", 2)
    put(store, "east", [1, 0])
    index = StoreIndex(store, FlatIndex, tmp_path / "missing" / "v.faiss", 2, no_progress)
    assert len(index.search(np.array([1, 0], dtype=np.float32), 5)) == 1
    assert "could not be saved" in caplog.text
    store.close()


def test_a_store_rebuilt_elsewhere_is_not_searched(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.sqlite", "e", 2)
    put(store, "east", [1, 0])
    index = StoreIndex(store, FlatIndex, tmp_path / "v.faiss", 2, no_progress)
    SqliteStore(tmp_path / "s.sqlite", "other", 3, rebuilt=[]).close()
    for look in (lambda: len(index), index.update):
        with pytest.raises(LibraryError, match="open it again"):
            look()
    store.close()
