"""What every index of vectors must do. How the flat one keeps its files is in tests/embeddings/index/."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.index import INDEXES
from embeddings.types import VectorIndex
from tests.contracts import broken
from tests.contracts.raising import raises
from tests.embeddings.index.vectors import DIMENSIONS, check_search, held, index_of, numbers, vectors_of

batches = st.lists(st.tuples(st.booleans(), st.sets(numbers, max_size=12)), max_size=8)


def check_as_brute_force(kind: type[VectorIndex], folder: Path) -> None:
    @given(batches, st.integers(0, 99), st.integers(0, 50), st.none() | st.lists(numbers, max_size=15))
    @settings(max_examples=200, deadline=None, database=None, report_multiple_bugs=False)
    def check(changes: list[tuple[bool, set[int]]], seed: int, k: int, within: list[int] | None) -> None:
        index = kind(DIMENSIONS)
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

    check()


def check_a_larger_index_is_searched_exactly(kind: type[VectorIndex], folder: Path) -> None:
    index = index_of(kind, *range(0, 6_000, 2))
    assert index.dimensions == DIMENSIONS and index.ids().dtype == np.int64
    for number in (0, 2, 998, 5_998):
        question = vectors_of(np.array([number]))[0]
        assert [found for found, _ in index.search(question, 1)] == [number]
        check_search(index, question, 20)
        check_search(index, question, 20, np.arange(0, 3_000, 3))


def check_within(kind: type[VectorIndex], folder: Path) -> None:
    index = index_of(kind, 1, 2, 3)
    question = vectors_of(np.array([3]))[0]
    assert [number for number, _ in index.search(question, 5, np.array([1, 3, 99]))] == [3, 1]
    assert index.search(question, 5, np.array([99])) == []
    assert index.search(question, 5, np.array([], dtype=np.int64)) == []
    assert len(index.search(question, 5)) == 3 and index.search(question, 0) == []
    assert kind(DIMENSIONS).search(question, 5) == []


def check_save_and_load(kind: type[VectorIndex], folder: Path) -> None:
    path = folder / "vectors.index"
    index = index_of(kind, 3, 1, 2**40)
    index.save(path, "library one")
    files = len(list(folder.iterdir()))
    loaded = kind.load(path, "library one", DIMENSIONS)
    assert loaded is not None and held(loaded) == [1, 3, 2**40]
    question = vectors_of(np.array([5]))[0]
    assert loaded.search(question, 3) == index.search(question, 3)
    # A loaded index goes on changing, and saving it again replaces the files.
    loaded.remove(np.array([1]))
    loaded.add(np.array([9]), vectors_of(np.array([9])))
    loaded.save(path, "library one")
    again = kind.load(path, "library one", DIMENSIONS)
    assert again is not None and held(again) == [3, 9, 2**40]
    check_search(again, question, 3)
    assert len(list(folder.iterdir())) == files, "saving again leaves nothing behind"


def check_an_empty_index_can_be_saved(kind: type[VectorIndex], folder: Path) -> None:
    kind(DIMENSIONS).save(folder / "v.index", "x")
    loaded = kind.load(folder / "v.index", "x", DIMENSIONS)
    assert loaded is not None and len(loaded) == 0


def check_damaged_files_are_not_loaded(kind: type[VectorIndex], folder: Path) -> None:
    path = folder / "vectors.index"
    index_of(kind, *range(20)).save(path, "x")
    whole = path.read_bytes()

    @given(st.integers(0, len(whole) - 1), st.integers(1, 255))
    @settings(max_examples=60, deadline=None, database=None, report_multiple_bugs=False)
    def check(place: int, change: int) -> None:
        flipped = whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :]
        for damaged in (flipped, whole[:place], whole + b"\0"):
            path.write_bytes(damaged)
            assert kind.load(path, "x", DIMENSIONS) is None

    check()
    path.write_bytes(whole)
    assert kind.load(path, "x", DIMENSIONS) is not None


def check_what_belongs_to_others_is_not_loaded(kind: type[VectorIndex], folder: Path) -> None:
    path = folder / "vectors.index"
    assert kind.load(path, "x", DIMENSIONS) is None
    index_of(kind, 1, 2).save(path, "x")
    assert kind.load(path, "y", DIMENSIONS) is None
    assert kind.load(path, "x", DIMENSIONS + 1) is None
    assert kind.load(path, "x", DIMENSIONS) is not None
    path.unlink()
    assert kind.load(path, "x", DIMENSIONS) is None


def check_saving_where_it_cannot_be_saved(kind: type[VectorIndex], folder: Path) -> None:
    index = index_of(kind, 1)
    with raises(OSError):
        index.save(folder / "missing" / "v.index", "x")
    (folder / "file").touch()
    with raises(OSError):
        index.save(folder / "file" / "v.index", "x")
    (folder / "folder.faiss").mkdir()
    with raises(OSError):
        index.save(folder / "folder.faiss", "x")
    assert sorted(path.name for path in folder.rglob("*")) == ["file", "folder.faiss"]


def check_saving_in_a_folder_that_is_not_writable(kind: type[VectorIndex], folder: Path) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    folder = folder / "locked"
    folder.mkdir()
    index_of(kind, 1).save(folder / "v.index", "x")
    files = len(list(folder.iterdir()))
    folder.chmod(0o555)
    try:
        with raises(OSError):
            index_of(kind, 1, 2).save(folder / "v.index", "x")
        assert len(list(folder.iterdir())) == files
        loaded = kind.load(folder / "v.index", "x", DIMENSIONS)
        assert loaded is not None and held(loaded) == [1]
    finally:
        folder.chmod(0o755)


def check_two_threads_search_while_one_changes(kind: type[VectorIndex], folder: Path) -> None:
    kept = np.arange(500)
    index = index_of(kind, *kept.tolist())
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
        index.save(folder / "v.index", "x")
        index.remove(ids[::2])
    done.set()
    for thread in threads:
        thread.join(timeout=30)
    assert wrong == [] and min(searched) >= 100
    assert len(index) == 500 + 60 * 25
    loaded = kind.load(folder / "v.index", "x", DIMENSIONS)
    assert loaded is not None and len(loaded) == 500 + 59 * 25 + 50


Check = Callable[[type[VectorIndex], Path], None]
CHECKS: list[Check] = [
    check_as_brute_force,
    check_a_larger_index_is_searched_exactly,
    check_within,
    check_save_and_load,
    check_an_empty_index_can_be_saved,
    check_what_belongs_to_others_is_not_loaded,
    check_damaged_files_are_not_loaded,
    check_saving_where_it_cannot_be_saved,
    check_saving_in_a_folder_that_is_not_writable,
    check_two_threads_search_while_one_changes,
]


@pytest.fixture(params=INDEXES)
def kind(request: pytest.FixtureRequest) -> type[VectorIndex]:
    return INDEXES[request.param]


@pytest.mark.parametrize("check", CHECKS)
def test_every_index(kind: type[VectorIndex], tmp_path: Path, check: Check) -> None:
    check(kind, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (broken.ForgetsRemovals, check_as_brute_force),
        (broken.ForgetsRemovals, check_save_and_load),
        (broken.IgnoresWithin, check_within),
        (broken.IgnoresWithin, check_as_brute_force),
        (broken.FiltersTooLate, check_a_larger_index_is_searched_exactly),
        (broken.LoadsWhatIsThere, check_what_belongs_to_others_is_not_loaded),
    ],
)
def test_a_broken_index_is_found_out(wrong: type[VectorIndex], tmp_path: Path, check: Check) -> None:
    with pytest.raises(AssertionError):
        check(wrong, tmp_path)
