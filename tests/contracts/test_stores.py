"""What every store must do; each is asked in a folder of its own. How SQLite files fail is in tests/corpus/store/."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.errors import LibraryError
from corpus.scope import Scope
from corpus.store.base import Entry, Store
from corpus.store.sqlite import SqliteStore
from corpus.types import Passage, make_document
from tests.contracts import broken
from tests.contracts.raising import raises
from tests.corpus.store.stored import DIMENSIONS, check_whole, entry, found, unit_vectors


class Place:
    """Where SQLite stores are kept: one file, opened as often as wanted. Another kind of store has a place like it."""

    def __init__(self, folder: Path, kind: type[SqliteStore] = SqliteStore) -> None:
        folder.mkdir()
        self._folder, self._kind, self._file = folder, kind, folder / "library.sqlite"
        self._opened = contextlib.ExitStack()
        self._others = 0

    def open(self, rebuilt: list[Entry] | None = None) -> Store:
        return self._opened.enter_context(contextlib.closing(self._kind(self._file, "e", DIMENSIONS, rebuilt)))

    def another(self) -> Place:
        """Return an empty place for a store of the same kind."""
        self._others += 1
        return Place(self._folder / str(self._others), self._kind)

    def close(self) -> None:
        self._opened.close()

    def check_whole(self) -> None:
        check_whole(self._file)


STORES: dict[str, Callable[[Path], Place]] = {"sqlite": Place}


def check_what_goes_in_comes_out(place: Place) -> None:
    store = place.open()
    document, passages, vectors = entry("a", "Ünal 😀 paid.\nThe second line.", "A Title", "2019-03")
    assert store.replace(document, passages, vectors)
    assert store.document(document.id) == document
    assert store.document_of_source("text:a") == document.id
    (listed,) = store.documents()
    assert (listed.id, listed.source, listed.title, listed.date) == (document.id, "text:a", "A Title", "2019-03")
    assert (listed.passages, listed.characters) == (2, len(document.text))
    stored = store.passages_of(document.id)
    assert [(p.start, p.end, p.text) for p in stored] == [(p.start, p.end, p.text) for p in passages]
    ids = store.passage_ids()
    assert ids.dtype == np.int64 and ids.tolist() == [p.id for p in stored]
    assert (store.vectors(ids) == vectors).all() and store.vectors(ids).dtype == np.float32
    assert (store.vectors(ids[::-1]) == vectors[::-1]).all()
    assert store.passages([*ids.tolist(), 99]) == {p.id: (p, "A Title", "2019-03", "text:a") for p in stored}
    place.check_whole()


def check_an_empty_store(place: Place) -> None:
    store = place.open()
    assert store.documents() == [] and store.document("x") is None and store.document_of_source("x") is None
    assert store.passage_ids().shape == (0,) and store.passage_ids().dtype == np.int64
    assert store.vectors(store.passage_ids()).shape == (0, DIMENSIONS)
    assert store.passages([]) == {} and store.passages_of("x") == [] and store.search_text(["a"], 5) == []
    assert not store.remove("x")


def check_a_document_without_passages(place: Place) -> None:
    store = place.open()
    document = make_document("text:a", "", "", "x")
    assert store.replace(document, [], unit_vectors(0))
    assert [line.passages for line in store.documents()] == [0]
    assert store.remove(document.id)
    place.check_whole()


def check_unchanged_documents_are_left_alone(place: Place) -> None:
    store = place.open()
    first = entry("a", "one\ntwo")
    assert store.replace(*first)
    ids = store.passage_ids().tolist()
    assert not store.replace(*first)
    assert store.passage_ids().tolist() == ids
    place.check_whole()


def check_nothing_is_left_of_what_was_replaced(place: Place) -> None:
    store = place.open()
    store.replace(*entry("a", "apples grow\npears grow", "Fruit"))
    store.replace(*entry("b", "apples fall"))
    old = store.passage_ids().tolist()
    new = entry("a", "plums grow", "Stones")
    assert store.replace(*new)
    assert found(store, "pears") == [] and found(store, "Fruit") == []
    assert found(store, "apples") == ["apples fall"] and found(store, "Stones") == ["plums grow"]
    assert store.document_of_source("text:a") == new[0].id
    assert len(store.documents()) == len(store.passage_ids()) == 2
    assert store.passages(old[:2]) == {}
    place.check_whole()


def check_nothing_is_left_of_what_was_removed(place: Place) -> None:
    store = place.open()
    document, passages, vectors = entry("a", "apples\npears", "Fruit")
    store.replace(document, passages, vectors)
    assert store.remove(document.id) and not store.remove(document.id)
    assert found(store, "apples", "pears", "Fruit") == []
    assert store.documents() == [] and len(store.passage_ids()) == 0 and store.document(document.id) is None
    place.check_whole()


def check_any_order_of_changes(place: Place) -> None:
    @settings(max_examples=25, deadline=None, database=None, report_multiple_bugs=False)
    @given(st.lists(st.tuples(st.sampled_from("abc"), st.text("xyz \n", max_size=12) | st.none()), max_size=12))
    @example([("a", "x"), ("a", None), ("b", "y")])
    @example([("a", "x"), ("a", "y")])
    def check(changes: list[tuple[str, str | None]]) -> None:
        fresh = place.another()
        expected: dict[str, str] = {}
        used: set[int] = set()
        before: set[int] = set()
        store = fresh.open()
        for name, text in changes:
            if text is None:
                removed = store.remove(store.document_of_source(f"text:{name}") or "")
                assert removed == (expected.pop(name, None) is not None)
            else:
                assert store.replace(*entry(name, text, title=name)) == (expected.get(name) != text)
                expected[name] = text
            now = set(store.passage_ids().tolist())
            assert not (now - before) & used  # an id is never used twice
            used, before = used | now, now
        stored = {line.source.removeprefix("text:"): store.document(line.id) for line in store.documents()}
        assert {name: document.text for name, document in stored.items() if document} == expected
        for word in ("x", "xy", "zz", "a"):
            lines = [(name, line) for name, text in expected.items() for line in text.split("\n")]
            hits = sorted(line for name, line in lines if word in line.split() or word == name)
            assert sorted(found(store, word)) == hits
        fresh.close()
        fresh.check_whole()

    check()


def check_ids_are_never_used_again(place: Place) -> None:
    store = place.open()
    first, second = entry("a", "one\ntwo"), entry("b", "three")
    store.replace(*first)
    store.replace(*second)
    used = store.passage_ids().tolist()
    store.remove(second[0].id)
    store.remove(first[0].id)
    store.replace(*second)
    assert min(store.passage_ids()) > max(used)
    used += store.passage_ids().tolist()
    store.remove(second[0].id)  # a rebuild must not go by the ids that happen to be there
    store.close()
    rebuilt = place.open(rebuilt=[first])
    assert min(rebuilt.passage_ids()) > max(used)


def check_an_exception_leaves_the_old_state(place: Place) -> None:
    store = place.open()
    old, new = entry("a", "one\ntwo"), entry("a", "three\nfour")
    store.replace(*old)
    ids = store.passage_ids().tolist()
    with raises(ValueError):
        store.replace(new[0], new[1], unit_vectors(1))
    half = [new[1][0], Passage(0, new[0].id, 6, 10, None)]  # type: ignore[arg-type]
    with raises(LibraryError):
        store.replace(new[0], half, new[2])
    assert [line.id for line in store.documents()] == [old[0].id] and store.passage_ids().tolist() == ids
    assert found(store, "one") == ["one"] and found(store, "three") == []
    assert store.replace(*new)  # and the store can still be used
    place.check_whole()


DATED = ["", "2016", "2017", "2017-05", "2017-06", "2017-06-07", "2017-06-30", "2017-07-01", "2018-01"]


SPANS: list[tuple[str, str, list[str]]] = [
    ("", "", DATED),
    ("2017", "", DATED[2:]),
    ("", "2017", DATED[1:8]),
    ("2017", "2017", DATED[2:8]),
    ("2017-06", "2017-06", ["2017", "2017-06", "2017-06-07", "2017-06-30"]),
    ("2017-06-07", "2017-06-07", ["2017", "2017-06", "2017-06-07"]),
    ("2017-06-08", "", ["2017", "2017-06", "2017-06-30", "2017-07-01", "2018-01"]),
    ("", "2017-05-31", ["2016", "2017", "2017-05"]),
    ("2018-02", "", []),
    ("2018", "2016", []),
]


def check_dates(place: Place) -> None:
    store = place.open()
    for date in DATED:
        store.replace(*entry(f"of {date}", f"word {date}", date=date))
    everywhere = store.passages(store.passage_ids().tolist())
    for since, until, dates in SPANS:
        scope = Scope(None, since, until)
        inside = store.passage_ids(scope).tolist()
        assert [everywhere[number][2] for number in inside] == dates
        assert {number for number, _ in store.search_text(["word"], 99, scope)} == set(inside)
        assert scope.everything == (dates == DATED)


def check_documents_of_a_scope(place: Place) -> None:
    store = place.open()
    entries = [entry(name, f"word {name}", date=date) for name, date in (("a", "2017"), ("b", "2018"), ("c", ""))]
    for one in entries:
        store.replace(*one)
    a, b, c = (document.id for document, _, _ in entries)
    assert found(store, "word", scope=Scope((a, c, "unknown"))) == ["word a", "word c"]
    assert found(store, "word", scope=Scope((a, b, c), since="2018")) == ["word b"]
    assert found(store, "word", scope=Scope(())) == []
    assert store.passage_ids(Scope((b,))).tolist() == [store.passages_of(b)[0].id]
    assert found(store, "word", scope=Scope(("' OR 1 --",))) == []
    assert len(found(store, "word", scope=Scope())) == 3


def check_search_text(place: Place) -> None:
    store = place.open()
    store.replace(*entry("a", "He visited Astana.\nThe visit was long.\nNothing else.", "Travels"))
    store.replace(*entry("b", "Café at the corner."))
    assert sorted(found(store, "visits")) == ["He visited Astana.", "The visit was long."]
    assert found(store, "Astana", "visited")[0] == "He visited Astana."
    assert found(store, "cafe") == ["Café at the corner."]
    assert len(found(store, "travels")) == 3
    scores = [score for _, score in store.search_text(["visit", "long"], 10)]
    assert scores == sorted(scores, reverse=True) and len(store.search_text(["visit"], 1)) == 1
    assert store.search_text([], 5) == [] and store.search_text(["", '"'], 5) == []


ODD = ["AND", "OR", "NOT", "NEAR(", "NEAR", "*", '"', '""', "'", "a*", "^a", "title:", "-a", "(", ")", "{", "+", ":"]
ODD += ["\\", "a\0b", "\0", "\ud800", "a\ud800", "😀", "é", "%", ";--", "x" * 100_000]


def check_odd_words_are_only_words(place: Place) -> None:
    store = place.open()
    store.replace(*entry("a", "salt and pepper"))
    store.replace(*entry("b", "near the title"))
    alone = {"AND": ["salt and pepper"], "NEAR": ["near the title"], "NEAR(": ["near the title"]}
    for word in ODD:
        assert set(found(store, word, "pepper")) >= {"salt and pepper"}
        assert found(store, word) == (["near the title"] if word == "title:" else alone.get(word, []))


def check_an_operator_is_searched_for_as_a_word(place: Place) -> None:
    store = place.open()
    store.replace(*entry("a", "salt and pepper\nsalt\npepper\nnot here"))
    assert sorted(found(store, "salt", "AND", "pepper")) == ["pepper", "salt", "salt and pepper"]
    assert found(store, "NOT") == ["not here"]


def check_very_many_words(place: Place) -> None:
    store = place.open()
    store.replace(*entry("a", "salt and pepper"))
    assert found(store, *(f"word{number}" for number in range(3_000)), "salt") == ["salt and pepper"]


def check_any_words(place: Place) -> None:
    store = place.open()
    store.replace(*entry("a", "salt and pepper"))

    @settings(max_examples=50, deadline=None, database=None, report_multiple_bugs=False)
    @given(st.lists(st.text(max_size=6), max_size=6))
    def check(words: list[str]) -> None:
        assert found(store, *words, "salt") == ["salt and pepper"]

    check()


def check_the_version_tells_of_others(place: Place) -> None:
    mine, other = place.open(), place.open()
    before = mine.version()
    mine.replace(*entry("a", "one"))
    assert mine.version() == before
    other.replace(*entry("b", "two"))
    changed = mine.version()
    assert changed != before and mine.version() == changed
    other.remove(entry("a", "one")[0].id)
    assert mine.version() != changed and [line.source for line in mine.documents()] == ["text:b"]


def check_vectors_of_passages_another_has_removed(place: Place) -> None:
    mine, other = place.open(), place.open()
    gone, kept = entry("a", "one"), entry("b", "two")
    mine.replace(*gone)
    mine.replace(*kept)
    ids = mine.passage_ids()
    other.remove(gone[0].id)
    assert (mine.vectors(ids) == np.concatenate([np.zeros((1, DIMENSIONS)), kept[2]])).all()


def check_settings_are_kept(place: Place) -> None:
    store, other = place.open(), place.open()
    library = store.library
    assert store.setting("index") == "" == store.setting("library")
    store.set_setting("index", "flat")
    store.set_setting("library", "Ünal's 😀")
    other.set_setting("index", "another")
    assert (store.setting("index"), store.setting("library")) == ("another", "Ünal's 😀")
    assert store.library == library, "what the store keeps itself is no setting"
    store.replace(*entry("a", "one"))
    store.close()
    rebuilt = place.open(rebuilt=[entry("b", "two")])
    assert rebuilt.library != library and found(rebuilt, "one", "two") == ["two"]
    assert (rebuilt.setting("index"), rebuilt.setting("library")) == ("another", "Ünal's 😀")
    place.check_whole()


def check_a_store_rebuilt_elsewhere_is_not_changed(place: Place) -> None:
    store = place.open()
    store.check_not_rebuilt()
    store.replace(*entry("a", "one"))
    rebuilt = place.open(rebuilt=[entry("a", "one")])
    for change in (store.check_not_rebuilt, lambda: store.replace(*entry("b", "two"))):
        with raises(LibraryError, match="open it again"):
            change()
    assert [line.source for line in rebuilt.documents()] == ["text:a"]
    rebuilt.check_not_rebuilt()


def check_what_is_known_of_files(place: Place) -> None:
    store = place.open()
    (document, passages, vectors), other = entry("a", "one"), entry("b", "two")
    store.replace(document, passages, vectors, file=True)
    store.replace(*other)
    assert {line.source: line.file for line in store.documents()} == {"text:a": True, "text:b": False}
    assert store.mark_unreadable("text:unknown") == ""
    last = store.mark_unreadable("text:a")
    assert last and store.mark_unreadable("text:a") == last
    assert (store.unread_since(document.id), store.unread_since(other[0].id), store.unread_since("x")) == (last, "", "")
    assert {line.source: line.unread_since for line in store.documents()} == {"text:a": last, "text:b": ""}
    store.confirm({document.id: False, other[0].id: True})
    assert {line.source: line.file for line in store.documents()} == {"text:a": True, "text:b": True}
    assert store.unread_since(document.id) == ""


def check_several_threads(place: Place) -> None:
    store = place.open()
    store.replace(*entry("kept", "salt and pepper"))

    def work(name: str) -> None:
        for number in range(15):
            one = entry(f"{name} {number}", f"word {name}\nword {number}")
            assert store.replace(*one)
            assert found(store, "salt") == ["salt and pepper"]
            assert len(store.passages_of(one[0].id)) == 2
            if number % 2:
                assert store.remove(one[0].id)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, name) for name in "abcd"]:
            done.result(timeout=60)
    assert len(store.documents()) == 1 + 4 * 8 and len(store.search_text(["word"], 999)) == 4 * 8 * 2
    place.check_whole()


def check_a_closed_store_is_of_no_use(place: Place) -> None:
    store = place.open()
    store.close()
    with raises(LibraryError):
        store.documents()


CHECKS: list[Callable[[Place], None]] = [
    check_what_goes_in_comes_out,
    check_an_empty_store,
    check_a_document_without_passages,
    check_unchanged_documents_are_left_alone,
    check_nothing_is_left_of_what_was_replaced,
    check_nothing_is_left_of_what_was_removed,
    check_any_order_of_changes,
    check_ids_are_never_used_again,
    check_an_exception_leaves_the_old_state,
    check_dates,
    check_documents_of_a_scope,
    check_search_text,
    check_odd_words_are_only_words,
    check_an_operator_is_searched_for_as_a_word,
    check_very_many_words,
    check_any_words,
    check_the_version_tells_of_others,
    check_vectors_of_passages_another_has_removed,
    check_settings_are_kept,
    check_a_store_rebuilt_elsewhere_is_not_changed,
    check_what_is_known_of_files,
    check_several_threads,
    check_a_closed_store_is_of_no_use,
]


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    place = STORES[request.param](tmp_path / "place")
    yield place
    place.close()


@pytest.mark.parametrize("check", CHECKS)
def test_every_store(place: Place, check: Callable[[Place], None]) -> None:
    check(place)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (broken.ReusesIds, check_ids_are_never_used_again),
        (broken.ReusesIds, check_any_order_of_changes),
        (broken.KeepsOldPassages, check_nothing_is_left_of_what_was_replaced),
        (broken.KeepsOldPassages, check_any_order_of_changes),
        (broken.ChangesByHalves, check_an_exception_leaves_the_old_state),
        (broken.SearchesEverywhere, check_documents_of_a_scope),
        (broken.SearchesEverywhere, check_dates),
        (broken.ForgetsSettings, check_settings_are_kept),
    ],
)
def test_a_broken_store_is_found_out(tmp_path: Path, wrong: type[SqliteStore], check: Callable[[Place], None]) -> None:
    place = Place(tmp_path / "place", wrong)
    with pytest.raises(AssertionError):
        check(place)
    place.close()
