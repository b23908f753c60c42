"""What the library tab does when it is told to by something else than its own buttons."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from corpus.types import make_document
from qa.assistant import Assistant
from qa.library.default import default_library
from qa.library.library import Library
from qa.page.conversation import exchange_of
from qa.page.html.components import number_of
from qa.page.html.sources import sources_html
from qa.page.originals import original_address
from qa.page.session import Session
from qa.page.tabs.ask import scope_choices, where_of
from qa.page.tabs.library import _Handlers
from qa.reader.copy_reader import CopyReader
from ui import header


@pytest.fixture
def assistant(library: Library, reader: CopyReader) -> Assistant:
    library.add(text="The lease ends in May 2027.", title="Lease")
    return Assistant(library, reader=reader)


def last(updates: Any) -> str:
    """Return the report that is left standing."""
    return str(list(updates)[-1][0])


@pytest.mark.parametrize("options", [{"read_only": True}, {"local": False, "read_only": True}])
def test_a_read_only_page_changes_nothing(assistant: Assistant, tmp_path: Path, options: dict[str, bool]) -> None:
    handlers = _Handlers(Session(assistant, **options))
    file = tmp_path / "new.txt"
    file.write_text("A new text.")
    assert "is read&#45;only" in last(handlers.upload([str(file)], "", 0))
    assert "is read&#45;only" in last(handlers.add_folder(str(file), "", 0))
    assert "is read&#45;only" in handlers.refresh("", 0)[0]
    assert "is read&#45;only" in handlers.remove(assistant.library.documents()[0].id, "", 0)[0]
    assert "is read&#45;only" in handlers.open_library(str(tmp_path / "other"), True, 0)[0]
    assert [document.title for document in assistant.library.documents()] == ["Lease"]


def test_who_is_elsewhere_may_upload_but_not_name_folders(assistant: Assistant, tmp_path: Path) -> None:
    handlers = _Handlers(Session(assistant, local=False))
    file = tmp_path / "new.txt"
    file.write_text("A new text.")
    assert "only be done on the machine" in last(handlers.add_folder(str(file), "", 0))
    assert "only be done on the machine" in handlers.refresh("", 0)[0]
    assert "Added" in last(handlers.upload([str(file)], "", 0))
    assert len(assistant.library.documents()) == 2


def test_refreshing_says_that_nothing_has_changed(assistant: Assistant, tmp_path: Path) -> None:
    handlers = _Handlers(Session(assistant))
    file = tmp_path / "one.txt"
    file.write_text("One text.")
    list(handlers.add_folder(str(file), "", 0))
    assert "Nothing has changed in 1 file." in handlers.refresh("", 0)[0]


def test_only_a_file_that_is_there_is_said_to_stay(assistant: Assistant, tmp_path: Path) -> None:
    handlers = _Handlers(Session(assistant))
    here, gone = tmp_path / "here.txt", tmp_path / "gone.txt"
    for file in (here, gone):
        file.write_text(f"A text of its own: {file.name}")
        assistant.library.add(file)
    gone.unlink()
    assistant.library.add_documents([make_document("sample:expo.md", "Expo", "", "The sample of a fair.")])
    said = {
        document.source: handlers.ask_to_remove(gr.EventData(None, {"document": document.id}))[0]
        for document in assistant.library.documents()
    }
    assert len(said) == 4 and all(question.startswith("<p>Remove <b>") for question in said.values())
    assert [source for source, question in said.items() if "stays where it is" in question] == [str(here)]


@pytest.mark.parametrize(
    ("documents", "since", "until", "said"),
    [
        (0, "", "", ""),
        (1, "", " ", "“Lease”"),
        (2, "", "", "2 documents"),
        (0, "2017", "", "documents dated 2017 or later"),
        (0, "", "2019", "documents dated 2019 or earlier"),
        (0, "2017", "2019-05", "documents dated from 2017 to 2019-05"),
        (1, "2017", "", "“Lease”, dated 2017 or later"),
        (2, "", "2019", "2 documents, dated 2019 or earlier"),
    ],
)
def test_what_a_search_was_narrowed_to_reads_as_english(
    assistant: Assistant, documents: int, since: str, until: str, said: str
) -> None:
    assistant.library.add(text="The rent is due in June.", title="Rent")
    ids = [document.id for document in sorted(assistant.library.documents(), key=lambda document: document.title)]
    assert where_of(Session(assistant), ids[:documents], since, until) == said


def test_a_file_that_makes_trouble_does_not_stop_the_others(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = _Handlers(Session(assistant))
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(f"This is {file.name}.")
    upload = assistant.library.upload

    def troubled(path: Path, name: str, progress: Any) -> Any:
        if name == "a.txt":
            raise OSError("the disk is full")
        return upload(path, name, progress)

    monkeypatch.setattr(assistant.library, "upload", troubled)
    report = last(handlers.upload([str(file) for file in files], "", 0)).replace("&#46;", ".")
    assert 'Not added</b> <span class="cb-name">a.txt' in report
    assert 'Added</b> <span class="cb-name">b.txt' in report


@pytest.mark.parametrize(
    "data", [None, {}, {"exchange": "x"}, {"exchange": "-1"}, {"exchange": "²"}, {"exchange": None}, "rubbish"]
)
def test_what_is_no_number_is_none(data: Any) -> None:
    event = gr.EventData(None, data)
    assert number_of(event, "exchange") == -1
    assert number_of(gr.EventData(None, {"exchange": "12"}), "exchange") == 12


def test_the_samples_are_asked_until_something_is_uploaded(
    samples_made: None, tmp_path: Path, reader: CopyReader
) -> None:
    with closing(default_library()) as library:
        session = Session(Assistant(library, reader=reader))
        tab = _Handlers(session)
        assert "No documents yet" in tab.documents("") and "sample corpus" in tab.documents("")
        assert "Sample corpus" in header(library) and "20 documents" in header(library)
        assert len(scope_choices(session)) == 20
        theme = "What was the theme of Expo 2017?"
        cited = exchange_of(theme, session.assistant.ask(theme))
        assert "Future" in sources_html(session.asked, cited, 0)
        assert original_address(session, cited.citations[0].document)
        assert (
            "no longer in the library"
            in tab.ask_to_remove(gr.EventData(None, {"document": cited.citations[0].document}))[0]
        ), "the samples are nobody's to remove"
        file = tmp_path / "lease.txt"
        file.write_text("The lease of the garden house ends in May 2027.")
        report, table, *_ = list(tab.upload([str(file)], "", 0))[-1]
        assert "Added" in report and "lease" in table and "sample corpus" not in table
        assert "library: 1 document<" in header(library)
        assert [title for title, _ in scope_choices(session)] == ["The lease of the garden house ends in May 2027"]
        assert session.assistant.ask(theme).abstained
        assert session.assistant.ask("When does the lease of the garden house end?").text == "May 2027"
