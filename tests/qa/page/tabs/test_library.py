"""What the library tab does when it is told to by something else than its own buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.html.components import number_of
from qa.page.session import Session
from qa.page.tabs.library import _Handlers
from qa.reader.copy_reader import CopyReader


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
    handlers = _Handlers(Session(assistant, **options))
    file = tmp_path / "new.txt"
    file.write_text("A new text.")
    assert "may not change" in last(handlers.upload([str(file)], "", 0))
    assert "may not change" in last(handlers.add_folder(str(file), "", 0))
    assert "may not change" in handlers.refresh("", 0)[0]
    assert "may not change" in handlers.remove(assistant.library.documents()[0].id, "", 0)[0]
    assert "Another library" in handlers.open_library(str(tmp_path / "other"), True, 0)[0]
    assert [document.title for document in assistant.library.documents()] == ["Lease"]


def test_who_is_elsewhere_may_upload_but_not_name_folders(assistant: Assistant, tmp_path: Path) -> None:
    handlers = _Handlers(Session(assistant, local=False))
    file = tmp_path / "new.txt"
    file.write_text("A new text.")
    assert "may not change" in last(handlers.add_folder(str(file), "", 0))
    assert "Added" in last(handlers.upload([str(file)], "", 0))
    assert len(assistant.library.documents()) == 2


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
