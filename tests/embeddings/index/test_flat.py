"""The vector index: the same as brute force, and whatever lies in its files, an index or none but never an error."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.index.flat import FlatIndex
from embeddings.synced import sync
from embeddings.types import Ids, Vectors

DIMENSIONS = 8


def vectors_of(ids: Ids, dimensions: int = DIMENSIONS) -> Vectors:
    """Return a unit vector an id, always the same one."""
    rows = [np.random.default_rng(int(number)).normal(size=dimensions) for number in ids]
    vectors = np.array(rows, dtype=np.float32).reshape(-1, dimensions)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def index_of(*numbers: int) -> FlatIndex:
    index = FlatIndex(DIMENSIONS)
    ids = np.array(numbers, dtype=np.int64)
    index.add(ids, vectors_of(ids))
    return index


def held(index: FlatIndex) -> list[int]:
    return sorted(index.ids().tolist())


def check_search(index: FlatIndex, question: Vectors, k: int, within: Ids | None = None) -> None:
    """Check that the index finds what comparing with every single vector finds."""
    candidates = np.array([i for i in index.ids().tolist() if within is None or i in within], dtype=np.int64)
    cosines = dict(zip(candidates.tolist(), (vectors_of(candidates) @ question).tolist(), strict=True))
    best = sorted(cosines.values(), reverse=True)[: max(k, 0)]
    found = index.search(question, k, within)
    assert len({number for number, _ in found}) == len(found) == len(best)
    assert [score for _, score in found] == pytest.approx(best, abs=1e-5)
    assert all(score == pytest.approx(cosines[number], abs=1e-5) for number, score in found)


numbers = st.integers(0, 40) | st.sampled_from([2**31, 2**40, 2**62])
batches = st.lists(st.tuples(st.booleans(), st.sets(numbers, max_size=12)), max_size=8)


@given(batches, st.integers(0, 99), st.integers(0, 50), st.none() | st.lists(numbers, max_size=15))
@settings(max_examples=200, deadline=None)
def test_as_brute_force(changes: list[tuple[bool, set[int]]], seed: int, k: int, within: list[int] | None) -> None:
    index = FlatIndex(DIMENSIONS)
    expected: set[int] = set()
    for adding, some in changes:
        ids = np.array(sorted(some - expected if adding else some), dtype=np.int64)
        if adding:
            index.add(ids, vectors_of(ids))
            expected |= some
        else:
            index.remove(ids)
            expected -= some
    assert held(index) == sorted(expected) and len(index) == len(expected)
    question = vectors_of(np.array([1000 + seed]))[0]
    check_search(index, question, k)
    if within is not None:
        check_search(index, question, k, np.array(within, dtype=np.int64))


def test_a_larger_index_is_searched_exactly() -> None:
    index = index_of(*range(0, 6_000, 2))
    assert index.dimensions == DIMENSIONS and index.ids().dtype == np.int64
    for number in (0, 2, 998, 5_998):
        question = vectors_of(np.array([number]))[0]
        assert [found for found, _ in index.search(question, 1)] == [number]
        check_search(index, question, 20)
        check_search(index, question, 20, np.arange(0, 3_000, 3))


def test_within() -> None:
    index = index_of(1, 2, 3)
    question = vectors_of(np.array([3]))[0]
    assert [number for number, _ in index.search(question, 5, np.array([1, 3, 99]))] == [3, 1]
    assert index.search(question, 5, np.array([99])) == []
    assert index.search(question, 5, np.array([], dtype=np.int64)) == []
    assert len(index.search(question, 5)) == 3 and index.search(question, 0) == []
    assert FlatIndex(DIMENSIONS).search(question, 5) == []


# --- sync ----------------------------------------------------------------------------------------------


@given(st.sets(numbers, max_size=15), st.sets(numbers, max_size=15))
@settings(max_examples=50, deadline=None)
def test_sync_fetches_only_what_is_missing(before: set[int], after: set[int]) -> None:
    index = index_of(*before)
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


def test_save_and_load(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    index = index_of(3, 1, 2**40)
    index.save(path, "library one")
    loaded = FlatIndex.load(path, "library one", DIMENSIONS)
    assert loaded is not None and held(loaded) == [1, 3, 2**40]
    question = vectors_of(np.array([5]))[0]
    assert loaded.search(question, 3) == index.search(question, 3)
    # A loaded index goes on changing, and saving it again replaces the files.
    loaded.remove(np.array([1]))
    loaded.add(np.array([9]), vectors_of(np.array([9])))
    loaded.save(path, "library one")
    again = FlatIndex.load(path, "library one", DIMENSIONS)
    assert again is not None and held(again) == [3, 9, 2**40]
    check_search(again, question, 3)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["vectors.faiss", "vectors.json"]


def test_an_empty_index_can_be_saved(tmp_path: Path) -> None:
    FlatIndex(DIMENSIONS).save(tmp_path / "v.faiss", "x")
    loaded = FlatIndex.load(tmp_path / "v.faiss", "x", DIMENSIONS)
    assert loaded is not None and len(loaded) == 0


def test_what_belongs_to_others_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    assert FlatIndex.load(path, "x", DIMENSIONS) is None
    index_of(1, 2).save(path, "x")
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


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_files_are_not_loaded(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("damaged") / "vectors.faiss"
    index_of(*range(20)).save(path, "x")
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    for damaged in (flipped, whole[:place], whole + b"\0"):
        path.write_bytes(damaged)
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


def test_saving_where_it_cannot_be_saved(tmp_path: Path) -> None:
    index = index_of(1)
    with pytest.raises(OSError):
        index.save(tmp_path / "missing" / "v.faiss", "x")
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        index.save(tmp_path / "file" / "v.faiss", "x")
    (tmp_path / "folder.faiss").mkdir()
    with pytest.raises(OSError):
        index.save(tmp_path / "folder.faiss", "x")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder.faiss"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_saving_in_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    index_of(1).save(folder / "v.faiss", "x")
    folder.chmod(0o555)
    try:
        with pytest.raises(OSError):
            index_of(1, 2).save(folder / "v.faiss", "x")
        assert sorted(path.name for path in folder.iterdir()) == ["v.faiss", "v.json"]
        loaded = FlatIndex.load(folder / "v.faiss", "x", DIMENSIONS)
        assert loaded is not None and held(loaded) == [1]
    finally:
        folder.chmod(0o755)


def test_an_interrupted_save_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vectors.faiss"
    index_of(1).save(path, "x")
    synced: list[int] = []

    def fail_on_the_label(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail_on_the_label)
    with pytest.raises(OSError, match="No space left"):
        index_of(1, 2).save(path, "x")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["vectors.faiss", "vectors.json"]
    assert FlatIndex.load(path, "x", DIMENSIONS) is None


# --- threads -------------------------------------------------------------------------------------------


def test_two_threads_search_while_one_changes(tmp_path: Path) -> None:
    kept = np.arange(500)
    index = index_of(*kept.tolist())
    questions = vectors_of(np.arange(10_000, 10_050))
    # What is added and removed points away from every question, so the best of the rest are known.
    expected = [index.search(question, 5) for question in questions]
    away = -questions.mean(axis=0)
    done = threading.Event()
    wrong: list[object] = []
    searched = [0, 0]

    def search(place: int) -> None:
        try:
            while not done.is_set() or searched[place] < 100:
                turn = searched[place] % len(questions)
                found = index.search(questions[turn], 5, kept if turn % 2 else None)
                good = [(number, score) for number, score in found if number < 10_000]
                scores = [score for _, score in expected[turn][: len(good)]]
                ids = [number for number, _ in expected[turn][: len(good)]]
                if len(found) != 5 or [i for i, _ in good] != ids or not np.allclose([s for _, s in good], scores):
                    wrong.append((turn, found))
                searched[place] += 1
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=search, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for start in range(20_000, 20_000 + 60 * 50, 50):
        ids = np.arange(start, start + 50)
        index.add(ids, np.tile(away, (50, 1)).astype(np.float32))
        index.save(tmp_path / "v.faiss", "x")
        index.remove(ids[::2])
    done.set()
    for thread in threads:
        thread.join(timeout=30)
    assert wrong == [] and min(searched) >= 100
    assert len(index) == 500 + 60 * 25
    loaded = FlatIndex.load(tmp_path / "v.faiss", "x", DIMENSIONS)
    assert loaded is not None and len(loaded) == 500 + 59 * 25 + 50
