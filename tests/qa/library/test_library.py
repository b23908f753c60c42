from __future__ import annotations

import contextlib
import ntpath
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import LibraryError, OtherMakerError
from corpus.progress import Item
from corpus.types import make_document
from embeddings.index import INDEXES, FlatIndex
from embeddings.sentence_transformer import SentenceEncoder
from embeddings.types import Ids, Vectors
from qa.library.library import Library
from qa.question.query import Query
from qa.retrieval.search import retrieve
from tests.conftest import ROOT, write_texts
from tests.fakes import HashEncoder

ARTICLE = "Expo 2017 was held in Astana.\n\nIts theme was Future Energy, and about four million people came to see it."


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage", "other library", "older", "no label"])
def test_an_index_that_does_not_match_is_rebuilt(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "library"
    library = Library(path, encoder=HashEncoder())
    library.add(text=ARTICLE, title="Expo")
    index, label = path / "vectors.faiss", path / "vectors.json"
    if damage == "older":
        kept = index.read_bytes(), label.read_bytes()
        library.add(text="A second text about rails.", title="Rails")
        index.write_bytes(kept[0])
        label.write_bytes(kept[1])
    elif damage == "missing":
        index.unlink()
    elif damage == "truncated":
        index.write_bytes(index.read_bytes()[:-7])
    elif damage == "garbage":
        index.write_bytes(b"\xff" * 500)
    elif damage == "no label":
        label.unlink()
    else:
        other = Library(tmp_path / "other", encoder=HashEncoder())
        other.add(text="Another library altogether.", title="Other")
        shutil.copy(other.path / "vectors.faiss", index)
        shutil.copy(other.path / "vectors.json", label)
    vector = library.encoder.encode_questions(["four million people"])[0]
    expected = library.search_vectors(vector, 5)
    library.close()
    seen: list[str] = []

    def progress(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
        seen.append(desc)
        return iterable

    again = Library(path, encoder=HashEncoder(), progress=progress)
    assert dict(again.search_vectors(again.encoder.encode_questions(["four million people"])[0], 5)) == pytest.approx(
        dict(expected)
    )
    assert "Rebuilding the index" in seen
    again.close()
    seen.clear()
    Library(path, encoder=HashEncoder(), progress=progress).close()
    assert not seen, "the rebuilt index was saved"


def test_a_library_of_another_embedder_is_refused_or_rebuilt(tmp_path: Path, encoder: SentenceEncoder) -> None:
    old = Library(tmp_path / "library", encoder=HashEncoder())
    old.add(text=ARTICLE, title="Expo", date="2017")
    ids = old._store.passage_ids()
    old.close()
    with pytest.raises(OtherMakerError, match=r"hash-encoder.*rebuild"):
        Library(tmp_path / "library", encoder=encoder)
    new = Library(tmp_path / "library", encoder=encoder, rebuild=True)
    assert [(d.title, d.date) for d in new.documents()] == [("Expo", "2017")]
    assert retrieve(new, Query.of("How many visitors were there?"), 1)[0].title == "Expo"
    assert new._store.passage_ids().min() > ids.max()
    new.close()


def test_a_library_of_another_schema_is_refused_or_rebuilt(tmp_path: Path) -> None:
    library = Library(tmp_path / "library", encoder=HashEncoder())
    library.add(text=ARTICLE, title="Expo")
    library.close()
    database = sqlite3.connect(tmp_path / "library" / "library.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(OtherMakerError, match="schema 99"):
        Library(tmp_path / "library", encoder=HashEncoder())
    again = Library(tmp_path / "library", encoder=HashEncoder(), rebuild=True)
    assert len(again.documents()) == 1
    again.close()


def test_what_another_process_adds_during_a_rebuild_is_not_lost(tmp_path: Path, encoder: SentenceEncoder) -> None:
    old = Library(tmp_path / "library", encoder=HashEncoder())
    old.add(text=ARTICLE, title="Expo")

    def progress(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
        if desc == "Rebuilding the library":
            old.add(text="Added meanwhile.", title="Late")
        return iterable

    with pytest.raises(LibraryError, match="while it was being rebuilt"):
        Library(tmp_path / "library", encoder=encoder, rebuild=True, progress=progress)
    assert {d.title for d in old.documents()} == {"Expo", "Late"}
    old.close()


def test_a_library_rebuilt_elsewhere_takes_no_more_of_the_old_vectors(tmp_path: Path, encoder: SentenceEncoder) -> None:
    old = Library(tmp_path / "library", encoder=HashEncoder())
    old.add(text=ARTICLE, title="Expo")
    new = Library(tmp_path / "library", encoder=encoder, rebuild=True)
    with pytest.raises(LibraryError, match="open it again"):
        retrieve(old, Query.of("four million people"), 3)
    with pytest.raises(LibraryError, match="open it again"):
        old.add(text="Vectors of another kind.", title="Wrong")
    assert [d.title for d in new.documents()] == ["Expo"]
    assert retrieve(new, Query.of("four million people"), 3)[0].title == "Expo"
    old.close()
    new.close()


def test_encoding_shows_its_own_progress(library: Library) -> None:
    seen: list[str] = []

    def progress(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
        seen.append(desc)
        return iterable

    library.add_documents([make_document("text:a", "A", "", "A text to encode.")], progress)
    assert seen == ["Reading", "Encoding passages"]


def test_a_path_that_is_a_file_and_a_damaged_database_are_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("words")
    with pytest.raises(LibraryError, match="is a file"):
        Library(file, encoder=HashEncoder())
    assert file.read_text() == "words"
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "library.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(LibraryError, match="damaged"):
        Library(folder, encoder=HashEncoder())
    with pytest.raises(LibraryError, match="damaged"):
        Library(folder, encoder=HashEncoder(), rebuild=True)
    assert (folder / "library.sqlite").read_bytes() == b"not a database" * 1000


def test_an_open_library_notices_what_another_process_does(tmp_path: Path) -> None:
    mine = Library(tmp_path / "library", encoder=HashEncoder())
    theirs = Library(tmp_path / "library", encoder=HashEncoder())
    theirs.add(text="The other process wrote about camels.", title="Camels")
    assert [hit.title for hit in retrieve(mine, Query.of("camels"), 3)] == ["Camels"]
    theirs.remove("Camels")
    assert retrieve(mine, Query.of("camels"), 3) == []
    mine.close()
    theirs.close()


INDEXER = """
import sys
from pathlib import Path
from qa.library import Library
from tests.fakes import HashEncoder
Library(sys.argv[1], encoder=HashEncoder()).add(sys.argv[2:])
"""


def test_two_processes_may_index_the_same_library(tmp_path: Path) -> None:
    both = write_texts(tmp_path / "both", **{f"n{n}": f"Text number {n} that both add." for n in range(20)})
    one = write_texts(tmp_path / "one", **{f"a{n}": f"Text number {n} of the first." for n in range(20)})
    two = write_texts(tmp_path / "two", **{f"b{n}": f"Text number {n} of the second." for n in range(20)})
    started = [
        subprocess.Popen(
            [sys.executable, "-c", INDEXER, str(tmp_path / "library"), str(own), str(both)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for own in (one, two)
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors
    library = Library(tmp_path / "library", encoder=HashEncoder())
    assert len(library.documents()) == len(library) == 60
    assert sorted(library._index.ids().tolist()) == library._store.passage_ids().tolist()
    library.close()


def test_documents_are_found_by_id_source_name_and_title(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", expo="Title: The great fair\n\nIt was a long story about the fair.")
    quick.add(folder)
    (document,) = quick.documents()
    for name in (document.id, document.id[:8], document.source, "expo.txt", "EXPO.TXT", "the great fair"):
        assert quick.find(name, one=True) == [document]
    with pytest.raises(LibraryError, match="No document is called"):
        quick.find("nothing")
    write_texts(tmp_path / "more", expo="Another file of the same name.")
    quick.add(tmp_path / "more")
    assert len(quick.find("expo.txt")) == 2
    with pytest.raises(LibraryError, match="2 documents"):
        quick.remove("expo.txt")


def test_a_document_in_a_linked_folder_is_found_by_the_link(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", expo="A long story about the fair.")
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    quick.add(tmp_path / "link")
    write_texts(tmp_path / "more", expo="Another file of the same name.")
    quick.add(tmp_path / "more")
    (document,) = quick.find(str(tmp_path / "link" / "expo.txt"), one=True)
    assert document.source == str((folder / "expo.txt").resolve())
    (folder / "expo.txt").unlink()
    assert quick.remove(str(tmp_path / "link" / "expo.txt")) == document


def test_capitals_in_a_path_count_where_they_do_for_the_system(
    quick: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_texts(tmp_path / "notes", expo="A long story about the fair.") / "expo.txt"
    quick.add([path, write_texts(tmp_path / "other" / "notes", expo="Another of that name.")])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.path.normcase", str)
    assert len(quick.find("NOTES/expo.txt")) == 2, "no file has that path, but two end like it"
    monkeypatch.setattr("os.path.normcase", ntpath.normcase)
    assert [document.source for document in quick.find("NOTES/expo.txt")] == [str(path.resolve())]


@pytest.mark.parametrize("name", ["~nobody-at-all/x", "a\0b", "a\ud800", "~", "n" * 5000])
def test_a_name_that_cannot_be_a_path_is_only_a_name(quick: Library, name: str) -> None:
    with pytest.raises(LibraryError, match="No document is called"):
        quick.find(name)
    quick.add_documents([make_document("text:a", name.replace("\ud800", "?"), "", "Words.")])
    assert quick.find(name.replace("\ud800", "?"), one=True)


@pytest.mark.parametrize("path", ["~nobody-at-all/x", "a\0b", "a\ud800", "n" * 5000])
def test_a_path_where_no_library_can_be(path: str) -> None:
    with pytest.raises(LibraryError, match=r"cannot be (used|made)") as caught:
        Library(path, encoder=HashEncoder())
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_path_that_cannot_be_is_reported_and_the_others_are_added(quick: Library, tmp_path: Path) -> None:
    notes = write_texts(tmp_path / "notes", expo=ARTICLE)
    report = quick.add(["~nobody-at-all/x", notes, "a\0b"])
    assert [said for _, said in report.failed] == [
        "~nobody-at-all/x cannot be used: there is no such home folder.",
        r"'a\x00b' cannot be used: it is not a path.",
    ]
    assert len(report.added) == 1


def test_it_is_closed_after_the_block(tmp_path: Path) -> None:
    with Library(tmp_path / "library", encoder=HashEncoder()) as library:
        library.add(text=ARTICLE, title="Expo")
        assert len(library) == 1
    with pytest.raises(LibraryError):
        library.documents()
    with pytest.raises(ZeroDivisionError), Library(tmp_path / "library", encoder=HashEncoder()) as library:
        assert len(library) == 1 / 0
    with pytest.raises(LibraryError):
        library.documents()


# --- the kind of index ---------------------------------------------------------------------------------


class AnotherIndex(FlatIndex):
    """A kind of its own that counts its searches."""

    searches = 0

    def search(self, vector: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        type(self).searches += 1
        return super().search(vector, k, within)


@pytest.fixture
def another(monkeypatch: pytest.MonkeyPatch) -> type[AnotherIndex]:
    monkeypatch.setattr(AnotherIndex, "searches", 0)
    monkeypatch.setitem(INDEXES, "another", AnotherIndex)
    return AnotherIndex


def recorded(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path / "library.sqlite")) as database:
        return [value for (value,) in database.execute("SELECT value FROM meta WHERE key = 'setting:index'")]


def searched(library: Library) -> list[int]:
    vector = library.encoder.encode_questions(["four million people"])[0]
    return [number for number, _ in library.search_vectors(vector, 5)]


def test_a_library_uses_the_kind_of_index_that_it_recorded(tmp_path: Path, another: type[AnotherIndex]) -> None:
    path = tmp_path / "library"
    with Library(path, encoder=HashEncoder(), index="another") as library:
        library.add(text=ARTICLE, title="Expo")
        ids = searched(library)
        assert len(ids) == 1 and another.searches == 1 and library.index == "another"
    with Library(path, encoder=HashEncoder()) as library:
        assert searched(library) == ids and another.searches == 2 and library.index == "another"
    with Library(path, encoder=HashEncoder(), rebuild=True) as library:
        assert len(searched(library)) == 1 and another.searches == 3
    with Library(path, encoder=HashEncoder(), index="flat") as library:
        assert len(searched(library)) == 1 and another.searches == 3 and recorded(path) == ["flat"]
    with Library(path, encoder=HashEncoder()) as library:
        assert library.index == "flat"


def test_a_library_of_before_there_was_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "library"
    with Library(path, encoder=HashEncoder()) as library:
        assert recorded(path) == ["flat"] and library.index == "flat"
        library.add(text=ARTICLE, title="Expo")
    with contextlib.closing(sqlite3.connect(path / "library.sqlite")) as database, database:
        database.execute("DELETE FROM meta WHERE key LIKE 'setting:%'")
    with Library(path, encoder=HashEncoder()) as library:
        assert library.index == "flat" and len(searched(library)) == 1 and recorded(path) == []


def test_a_kind_of_index_that_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "library"
    with pytest.raises(LibraryError, match=r"no kind of index called 'hnsw': use one of flat\.$"):
        Library(path, encoder=HashEncoder(), index="hnsw")
    assert not path.exists(), "nothing was made"
    with Library(path, encoder=HashEncoder()) as library:
        library.add(text=ARTICLE, title="Expo")
        library._store.set_setting("index", "of a later version")
    with pytest.raises(LibraryError, match=r"uses an index called 'of a later version'.*\(flat\)\.$"):
        Library(path, encoder=HashEncoder())
    assert recorded(path) == ["of a later version"]
    with Library(path, encoder=HashEncoder(), index="flat") as library:
        assert len(searched(library)) == 1 and recorded(path) == ["flat"]


def test_a_file_of_another_kind_of_index_is_never_loaded(tmp_path: Path, another: type[AnotherIndex]) -> None:
    """A subclass of the flat one could read its file; another approximate kind might be read as an exact one."""
    path = tmp_path / "library"
    with Library(path, encoder=HashEncoder()) as library:
        library.add(text=ARTICLE, title="Expo")
    seen: list[str] = []

    def progress(iterable, *, total=None, desc=""):  # type: ignore[no-untyped-def]
        seen.append(desc)
        return iterable

    Library(path, encoder=HashEncoder(), index="another", progress=progress).close()
    assert seen == ["Rebuilding the index"]


def test_scope_narrows_both_searches(quick: Library) -> None:
    for year in (2015, 2017, 2022):
        quick.add(text=f"Trade between the two countries grew in {year}.", title=f"Trade {year}", date=f"{year}-06-01")
    quick.add(text="Trade without a date.", title="Undated")

    def titles(**narrow: object) -> set[str]:
        scope = quick.scope(**narrow)  # type: ignore[arg-type]
        by_vector = {n for n, _ in quick.search_vectors(quick.encoder.encode_questions(["trade"])[0], 9, scope)}
        by_word = {n for n, _ in quick.search_text(["trade"], 9, scope)}
        assert by_vector == by_word
        return {entry[1] for entry in quick.passages(sorted(by_vector)).values()}

    assert titles(since="2017") == {"Trade 2017", "Trade 2022"}
    assert titles(until="2017") == {"Trade 2015", "Trade 2017"}
    assert titles(since="2017-06-02") == {"Trade 2022"}
    assert titles(documents="Trade 2015") == {"Trade 2015"}
    assert titles(documents=["Trade 2015", "Undated"], since="2010") == {"Trade 2015"}
    assert len(titles()) == 4
    for wrong in ("June", "2017-13", "2017-02-30", "17"):
        with pytest.raises(LibraryError, match="not a date"):
            quick.scope(since=wrong)


def test_threads_may_search_while_one_adds(quick: Library) -> None:
    quick.add(text="The first text about horses.", title="Horses")
    failures: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                assert "Horses" in {hit.title for hit in retrieve(quick, Query.of("horses"), 50)}
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(25):
        quick.add(text=f"Text {n} about something else, or horses.", title=f"T{n}")
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(quick) == 26


def test_vectors_come_from_title_and_text(library: Library, encoder: SentenceEncoder) -> None:
    library.add(text="It was opened in 2015.", title="Khorgos dry port")
    ids = library._store.passage_ids()
    expected = encoder.encode_passages(["Khorgos dry port: It was opened in 2015."])
    np.testing.assert_allclose(library._store.vectors(ids), expected, atol=1e-6)


@pytest.fixture
def locked(quick: Library) -> Iterator[Library]:
    """A library in whose file another process is in the middle of a write."""
    quick.add(text=ARTICLE, title="Expo")
    code = (
        "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None); d.execute('BEGIN IMMEDIATE'); "
        "d.execute(\"DELETE FROM meta WHERE key = 'x'\"); print('writing', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(quick.path / "library.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "writing\n"
    yield quick
    other.communicate("")


def test_a_library_that_another_process_writes_in_can_be_read_and_says_so(
    locked: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.store.database.TIMEOUT", 0.5)
    note = write_texts(tmp_path / "notes", note="A note.") / "note.txt"
    changes: list[Callable[[], object]] = [
        lambda: locked.add(text="More.", title="More"),
        lambda: locked.remove("Expo"),
        lambda: locked.upload(note, "note.txt"),
        lambda: locked.feedback.add("When?", "When?", "2017", "up"),
    ]
    for change in changes:
        with pytest.raises(LibraryError, match="is locked by another process: wait until it has finished"):
            change()
    assert retrieve(locked, Query.of("How many visitors were there?"), 1)[0].title == "Expo"
    assert [d.title for d in locked.documents()] == ["Expo"]
    assert not list(locked.path.glob("uploads/*"))


def test_others_go_on_reading_while_one_waits_to_write(locked: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.store.database.TIMEOUT", 3.0)
    refused: list[LibraryError] = []

    def change() -> None:
        try:
            locked.feedback.add("When?", "When?", "2017", "up")
        except LibraryError as error:
            refused.append(error)

    waiting = threading.Thread(target=change)
    waiting.start()
    longest = 0.0
    for _ in range(20):
        begin = time.perf_counter()
        assert locked.documents()
        longest = max(longest, time.perf_counter() - begin)
        time.sleep(0.02)
    assert waiting.is_alive() and longest < 1
    waiting.join()
    assert refused
