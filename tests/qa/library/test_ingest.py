from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import LibraryError
from corpus.types import make_document
from qa.library.library import Library
from qa.question.query import Query
from qa.retrieval.search import retrieve
from tests.conftest import write_texts
from tests.fakes import HashEncoder

ARTICLE = "Expo 2017 was held in Astana.\n\nIts theme was Future Energy, and about four million people came to see it."


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

    def progress(iterable, *, total=None, desc=""):  # type: ignore[no-untyped-def]
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
    quick._adder.PENDING = 1  # type: ignore[misc]
    documents = [make_document(f"text:{n}", f"T{n}", "", f"Text number {n}.") for n in range(5)]

    def interrupted(iterable, *, total=None, desc=""):  # type: ignore[no-untyped-def]
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
