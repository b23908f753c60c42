"""What the library tab does when it is told to by something else than its own buttons."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from qa.assistant import Assistant
from qa.library.default import default_library
from qa.library.library import Library
from qa.page.conversation import turn_of
from qa.page.html.components import number_of
from qa.page.html.sources import sources_html
from qa.page.originals import original_address
from qa.page.session import Desk
from qa.page.tabs.ask import scope_choices
from qa.page.tabs.library import _Room
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
def test_a_page_that_may_only_be_read_changes_nothing(
    assistant: Assistant, tmp_path: Path, options: dict[str, bool]
) -> None:
    room = _Room(Desk(assistant, **options))
    file = tmp_path / "new.txt"
    file.write_text("A new text.")
    assert "may not change" in last(room.upload([str(file)], "", 0))
    assert "may not change" in last(room.add_folder(str(file), "", 0))
    assert "may not change" in room.refresh("", 0)[0]
    assert "may not change" in room.remove(assistant.library.documents()[0].id, "", 0)[0]
    assert "Another library" in room.open_library(str(tmp_path / "other"), True, 0)[0]
    assert [document.title for document in assistant.library.documents()] == ["Lease"]


def test_who_is_elsewhere_may_upload_but_not_name_folders(assistant: Assistant, tmp_path: Path) -> None:
    room = _Room(Desk(assistant, local=False))
    file = tmp_path / "new.txt"
    file.write_text("A new text.")
    assert "may not change" in last(room.add_folder(str(file), "", 0))
    assert "Added" in last(room.upload([str(file)], "", 0))
    assert len(assistant.library.documents()) == 2


def test_a_file_that_makes_trouble_does_not_stop_the_others(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = _Room(Desk(assistant))
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(f"This is {file.name}.")
    upload = assistant.library.upload

    def troubled(path: Path, name: str, progress: Any) -> Any:
        if name == "a.txt":
            raise OSError("the disk is full")
        return upload(path, name, progress)

    monkeypatch.setattr(assistant.library, "upload", troubled)
    report = last(room.upload([str(file) for file in files], "", 0)).replace("&#46;", ".")
    assert 'Not added</b> <span class="cb-name">a.txt' in report
    assert 'Added</b> <span class="cb-name">b.txt' in report


@pytest.mark.parametrize("data", [None, {}, {"turn": "x"}, {"turn": "-1"}, {"turn": "²"}, {"turn": None}, "rubbish"])
def test_what_is_no_number_is_none(data: Any) -> None:
    event = gr.EventData(None, data)
    assert number_of(event, "turn") == -1
    assert number_of(gr.EventData(None, {"turn": "12"}), "turn") == 12


def test_the_samples_are_asked_until_something_is_uploaded(tmp_path: Path, reader: CopyReader) -> None:
    with closing(default_library()) as library:
        desk = Desk(Assistant(library, reader=reader))
        room = _Room(desk)
        assert "No documents yet" in room.table("") and "sample corpus" in room.table("")
        assert "Sample corpus" in header(library) and "20 documents" in header(library)
        assert len(scope_choices(desk)) == 20
        theme = "What was the theme of Expo 2017?"
        cited = turn_of(theme, desk.assistant.ask(theme))
        assert "Future" in sources_html(desk.asked, cited, 0)
        assert original_address(desk, cited.citations[0].document)
        assert (
            "no longer in the library"
            in room.ask_to_remove(gr.EventData(None, {"document": cited.citations[0].document}))[0]
        ), "the samples are nobody's to remove"
        file = tmp_path / "lease.txt"
        file.write_text("The lease of the garden house ends in May 2027.")
        report, table, *_ = list(room.upload([str(file)], "", 0))[-1]
        assert "Added" in report and "lease" in table and "sample corpus" not in table
        assert "library: 1 document<" in header(library)
        assert [title for title, _ in scope_choices(desk)] == ["The lease of the garden house ends in May 2027"]
        assert desk.assistant.ask(theme).abstained
        assert desk.assistant.ask("When does the lease of the garden house end?").text == "May 2027"
