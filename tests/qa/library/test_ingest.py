from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from corpus.files import read_file
from corpus.progress import Item
from corpus.types import make_document
from qa.library.ingest import AddReport
from qa.library.library import Library
from qa.question.query import Query
from qa.retrieval.search import retrieve
from tests.conftest import write_texts
from tests.fakes import HashEncoder

ARTICLE = "Expo 2017 was held in Astana.\n\nIts theme was Future Energy, and about four million people came to see it."


def made_long_ago(library: Library) -> None:
    """Let everything have been read on 3 May 2026."""
    with closing(sqlite3.connect(library.path / "library.sqlite")) as database, database:
        database.execute("UPDATE documents SET added = '2026-05-03T09:00:00Z'")
        database.execute("UPDATE documents SET last_read = added")


def everything(library: Library) -> set[str]:
    return {p.text for d in library.documents() for p in library.passages_of(d.id)}


def test_files_folders_and_texts_go_in(library: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", expo=ARTICLE)
    write_texts(folder / "deeper", rail="The Khorgos dry port opened in 2015 beside the border with China.")
    report = library.add(folder)
    assert len(report.added) == 2
    assert not report.failed
    report = library.add(text="Dimash Kudaibergen was born in Aktobe.", title="Dimash", date="2017-06-07")
    assert report.added == ["text:Dimash"]
    titles = {d.title: d.date for d in library.documents()}
    assert titles["Dimash"] == "2017-06-07"
    assert len(library) == len(everything(library)) > 0
    for document in library.documents():
        text = library.document(document.id).text
        for passage in library.passages_of(document.id):
            assert text[passage.start : passage.end] == passage.text


def test_adding_again_changes_nothing(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", expo=ARTICLE, other="Another text about railways.")
    quick.add(folder)
    before = quick._store.passage_ids().tolist()
    report = quick.add(folder)
    assert (len(report.unchanged), len(report.added), len(report.replaced)) == (2, 0, 0)
    assert quick._store.passage_ids().tolist() == before


def test_an_edited_file_replaces_its_passages_and_a_removed_one_leaves_nothing(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", expo=ARTICLE, other="Another text about railways.")
    quick.add(folder)
    write_texts(folder, expo="Everything is different in this sentence.")
    report = quick.add(folder)
    assert len(report.replaced) == 1
    assert "Everything is different in this sentence." in everything(quick)
    assert not any("four million" in text for text in everything(quick))
    assert retrieve(quick, Query.of("four million people"), 5)[0].passage.text != ARTICLE
    assert quick.search_text(["million"], 5) == []
    removed = quick.remove("other.txt")
    assert removed.source.endswith("other.txt")
    assert len(quick) == 1
    assert quick.search_text(["railways"], 5) == []
    assert all(hit.passage.text.startswith("Everything") for hit in retrieve(quick, Query.of("railways"), 5))


def test_refresh_takes_in_edits_and_vanished_files_but_not_texts(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", expo=ARTICLE, gone="This file will vanish.", same="This one stays.")
    quick.add(folder)
    quick.add(text="A note typed in.", title="Note")
    write_texts(folder, expo="Edited.")
    (folder / "gone.txt").unlink()
    report = quick.refresh()
    assert len(report.replaced) == len(report.unchanged) == len(report.removed) == 1
    assert everything(quick) == {"Edited.", "This one stays.", "A note typed in."}


@pytest.mark.parametrize(
    "source", ["https://example.org/lease", "TICKET-4711", "/wiki/Lease", "C:\\notes\\lease.md", "note\0"]
)
def test_refresh_leaves_alone_what_never_was_a_file(
    quick: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    quick.add_documents([make_document(source, "Lease", "", "The lease ends in May 2027.")])
    # Nor is a file of that name in the folder at hand its file.
    monkeypatch.chdir(write_texts(tmp_path / "here", other="Another text."))
    (tmp_path / "here" / "TICKET-4711").write_text("Something else.")
    report = quick.refresh()
    assert not (report.removed or report.failed or report.added or report.replaced)
    assert [d.source for d in quick.documents()] == [source]


def test_what_was_read_from_a_file_can_vanish_whoever_read_it(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", mine="Read by the library.", theirs="Read by a program.")
    quick.add(folder / "mine.txt")
    quick.add_documents([read_file(folder / "theirs.txt")])
    rebuilt = Library(quick.path, encoder=HashEncoder(), rebuild=True)
    for file in folder.iterdir():
        file.unlink()
    assert len(rebuilt.refresh().removed) == 2, "what is known of a document outlives a rebuild"
    rebuilt.close()


def test_a_file_that_cannot_be_looked_at_is_not_gone(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", a="The first text.", b="The second text.")
    quick.add(folder)
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(folder / "a.txt")  # a loop: there, and not to be opened
    (folder / "b.txt").unlink()
    (folder / "b.txt").mkdir()
    report = quick.refresh()
    assert not report.removed and len(report.failed) == 2
    assert [bool(d.unread_since) for d in quick.documents()] == [True, True]
    assert len(quick.documents()) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_text(""),
        lambda file: file.write_text(" \n\n"),
        lambda file: file.write_bytes(bytes(range(256)) * 40),
    ],
)
@pytest.mark.parametrize("again", ["refresh", "add"])
def test_an_old_text_is_marked_while_its_file_cannot_be_read(
    quick: Library, tmp_path: Path, again: str, spoil: Callable[[Path], object]
) -> None:
    folder = write_texts(tmp_path / "notes", key="The spare key lies under the blue pot.", other="Bees and pears.")
    quick.add(folder)
    made_long_ago(quick)
    file = folder / "key.txt"

    def look() -> AddReport:
        return quick.refresh() if again == "refresh" else quick.add([file, folder / "other.txt"])

    assert not look().failed and len(quick.documents()) == 2
    made_long_ago(quick)
    spoil(file)
    for _ in range(2):
        ((source, sentence),) = look().failed
        assert source == str(file)
        assert sentence.endswith(" Its text of 3 May 2026 stays in the library and is still quoted.")
        marks = {Path(d.source).name: d.unread_since for d in quick.documents()}
        assert marks == {"key.txt": "2026-05-03T09:00:00Z", "other.txt": ""}
    rebuilt = Library(quick.path, encoder=HashEncoder(), rebuild=True)
    assert [d.unread_since for d in rebuilt.documents() if d.source == source] == ["2026-05-03T09:00:00Z"]
    file.unlink()
    write_texts(folder, key="The spare key lies under the blue pot.")
    assert not rebuilt.add(file).failed
    assert not any(d.unread_since for d in rebuilt.documents()), "the same text, but it could be read again"
    spoil(file)
    assert rebuilt.refresh().failed[0][1].endswith("is still quoted.")
    file.unlink()
    write_texts(folder, key="Another text.")
    assert rebuilt.refresh().replaced
    assert not any(d.unread_since for d in rebuilt.documents())
    rebuilt.close()


def test_what_never_could_be_read_has_no_old_text(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", empty="")
    assert "still quoted" not in quick.add(folder).failed[0][1]


def test_one_bad_file_does_not_stop_the_others(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", good="A good text.", empty="")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    report = quick.add([folder, tmp_path / "not-there"])
    assert len(report.added) == 1
    assert len(report.failed) == 3
    for source, reason in report.failed:
        assert Path(source).name in reason, "each names its file"
        assert reason.count("\n") == 0


def test_a_file_that_vanishes_while_indexing_is_reported(quick: Library, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "notes", a="First text.", b="Second text.", c="Third text.")

    def progress(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
        for number, item in enumerate(iterable):
            if number == 0:
                (folder / "b.txt").unlink(missing_ok=True)
            yield item

    report = quick.add(folder, progress=progress)
    assert len(report.added) == 2
    assert [Path(source).name for source, _ in report.failed] == ["b.txt"]


def test_an_empty_folder_is_said_to_be_empty(quick: Library, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    report = quick.add(tmp_path / "empty")
    assert "nothing to read" in report.failed[0][1]


def test_an_empty_text_or_wrong_date_is_refused(quick: Library) -> None:
    with pytest.raises(LibraryError, match="empty"):
        quick.add(text="  ", title="Nothing")
    with pytest.raises(LibraryError, match="not a date"):
        quick.add(text="Words.", title="Note", date="yesterday")
    assert len(quick) == 0


def test_another_script_is_indexed_with_a_warning(quick: Library) -> None:
    report = quick.add(text="Казахстан и Китай подписали соглашение о торговле.", title="Новости")
    assert report.added
    assert "English only" in report.warnings[0][1]


def test_an_interruption_keeps_what_was_finished(quick: Library, tmp_path: Path) -> None:
    quick._adder.PENDING = 1
    documents = [make_document(f"text:{n}", f"T{n}", "", f"Text number {n}.") for n in range(5)]

    def interrupted(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
        for number, item in enumerate(iterable):
            if number == 3:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        quick.add_documents(documents, interrupted)
    assert len(quick) == len(quick.documents()) == 3
    quick.close()
    again = Library(quick.path, encoder=HashEncoder())
    assert len(again) == 3
    assert len(again.add_documents(documents).added) == 2
