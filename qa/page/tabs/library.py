"""The tab of documents: see, search, add, refresh, remove, and open another library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from corpus.errors import LibraryError
from corpus.sources import short_source
from qa.library.ingest import AddReport
from qa.markup import escape
from qa.page.html.components import data_of, html
from qa.page.html.documents import report_html, table_html
from qa.page.html.sources import document_html, nothing_open_html
from qa.page.jobs import problem_of
from qa.page.originals import original_address
from qa.page.session import Desk
from qa.wording import counted

# Gradio puts the progress of each call in its place.
_PROGRESS = gr.Progress()
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True, slots=True)
class LibraryRoom:
    """What the page needs of this room: ``changed`` says, whenever it takes another value, that documents changed."""

    changed: gr.State


def _failed(name: str, sentence: str) -> str:
    report = AddReport()
    report.failed.append((name, sentence))
    return report_html(report)


class _Room:
    """What happens in the tab, on a desk; the methods are Gradio's event handlers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def table(self, words: str) -> str:
        if self.desk.asked is not self.desk.library:
            return f'<p class="cb-hint">{_SAMPLES_ASKED}</p>'
        return table_html(self.desk.library.documents(), words or "", self.desk.may_change)

    def upload(
        self, files: Sequence[str] | None, words: str, changed: int, progress: Any = _PROGRESS
    ) -> Iterator[list[Any]]:
        """Add uploaded files one by one; yields report, table, files, changed."""
        # What is hidden on the page can still be sent to it.
        if not self.desk.may_change:
            yield [_failed("Upload", _READ_ONLY), gr.skip(), None, gr.skip()]
            return
        paths = [Path(file) for file in files or ()]
        report = AddReport()
        for number, path in enumerate(paths):
            names = [later.name for later in paths[number:]]
            yield [report_html(report, names), gr.skip(), gr.skip(), gr.skip()]
            place = f"{number + 1} of {len(paths)}: {path.name}" if len(paths) > 1 else path.name
            progress(0, desc=place)
            try:
                _merge(report, self.desk.library.upload(path, path.name, _bar(progress, place)))
            except Exception as error:
                report.failed.append((path.name, problem_of(error)))
        yield [report_html(report), self.table(words), None, changed + 1]

    def add_folder(self, folder: str, words: str, changed: int, progress: Any = _PROGRESS) -> Iterator[list[Any]]:
        """Add a file or folder of this machine; yields report, table, folder, changed."""
        wrong = _READ_ONLY if not self.desk.may_browse else "" if folder.strip() else "Name a file or a folder."
        if wrong:
            yield [_failed("Add", wrong), gr.skip(), gr.skip(), gr.skip()]
            return
        yield ['<p class="cb-hint" role="status">Reading …</p>', gr.skip(), gr.skip(), gr.skip()]
        try:
            report = self.desk.library.add(folder.strip(), progress=_bar(progress))
        except Exception as error:
            yield [_failed(folder, problem_of(error)), self.table(words), gr.skip(), changed + 1]
            return
        yield [report_html(report), self.table(words), "" if not report.failed else gr.skip(), changed + 1]

    def refresh(self, words: str, changed: int, progress: Any = _PROGRESS) -> list[Any]:
        if not self.desk.may_browse:
            return [_failed("Refresh", _READ_ONLY), gr.skip(), gr.skip()]
        try:
            report = self.desk.library.refresh(_bar(progress))
        except Exception as error:
            return [_failed("Refresh", problem_of(error)), self.table(words), changed + 1]
        same = len(report.unchanged)
        report.unchanged.clear()
        said = report_html(report) or f'<p class="cb-hint" role="status">Nothing has changed in {same} files.</p>'
        return [said, self.table(words), changed + 1]

    def view(self, event: gr.EventData) -> str:
        identity = data_of(event, "document")
        try:
            document = self.desk.library.document(identity)
        except LibraryError:
            return f'<div class="cb-problem" role="alert"><p>{_GONE}</p></div>'
        return document_html(document, original_address(self.desk, identity))

    def ask_to_remove(self, event: gr.EventData) -> list[Any]:
        """Ask whether a document is to go; returns question, row, document."""
        identity = data_of(event, "document")
        known = {document.id: document for document in self.desk.library.documents()}
        if identity not in known or not self.desk.may_change:
            return [f"<p>{_GONE}</p>", gr.update(visible=False), ""]
        found = known[identity]
        title = escape(" ".join(found.title.split()) or short_source(found.source))
        file = " The file itself stays where it is." if found.file else ""
        size = counted(found.passages, "passage")
        said = f"<p>Remove <b>{title}</b> with its {size} from the library?{file}</p>"
        return [said, gr.update(visible=True), identity]

    def remove(self, identity: str, words: str, changed: int) -> list[Any]:
        """Remove the document; returns report, table, row, view, changed."""
        report = AddReport()
        try:
            if not self.desk.may_change:
                raise LibraryError(_READ_ONLY)
            gone = self.desk.library.remove(identity)
            said = f'<p class="cb-hint" role="status">Removed “{escape(" ".join(gone.title.split()))}”.</p>'
        except Exception as error:
            report.failed.append(("Remove", problem_of(error)))
            said = report_html(report)
        return [said, self.table(words), gr.update(visible=False), nothing_open_html(), changed + 1]

    def open_library(self, folder: str, create: bool, changed: int) -> list[Any]:
        """Open or create another library; returns what became of it, table, changed."""
        try:
            library = self.desk.open(folder, create)
        except Exception as error:
            return [_failed("Library", problem_of(error)), gr.skip(), gr.skip()]
        said = f'<p class="cb-hint" role="status">Open: {escape(str(library.path))}</p>'
        return [said, self.table(""), changed + 1]


_READ_ONLY = "This page may not change the library from here."
_SAMPLES_ASKED = "No documents yet: until you add some, questions are asked of the built-in sample corpus."
_GONE = "This document is no longer in the library."


def _bar(progress: Any, place: str = "") -> Any:
    """Return Gradio's progress as the library takes it; ``place`` says what is being added."""

    def shown(items: Iterable[Any], *, total: int | None = None, desc: str = "") -> Any:
        return progress.tqdm(items, total=total, desc=f"{desc}, {place}" if place else desc)

    return shown


def _merge(report: AddReport, more: AddReport) -> None:
    for name in ("added", "replaced", "unchanged", "removed", "failed", "warnings"):
        getattr(report, name).extend(getattr(more, name))


def library_room(desk: Desk, bridge: gr.HTML) -> LibraryRoom:
    """Build the tab and its events; ``bridge`` hears what is clicked in our own HTML."""
    room = _Room(desk)
    changed = gr.State(0)
    chosen = gr.State("")
    with gr.Row(elem_classes="cb-columns"):
        with gr.Column(scale=5, min_width=300, elem_classes="cb-documents"):
            with gr.Row(elem_classes="cb-find"):
                words = gr.Textbox(
                    "", label="Find a document", placeholder="Words of its title, date or file name", scale=4
                )
                again = gr.Button("Refresh", size="sm", min_width=90, scale=0, visible=desk.may_browse)
            bar = html("", "cb-progress")
            report = html("", "cb-said-of-files")
            with gr.Row(visible=False, elem_classes="cb-confirm") as confirm:
                really = html("", "cb-really")
                yes = gr.Button("Remove", variant="stop", size="sm", min_width=90, scale=0)
                no = gr.Button("Keep", size="sm", min_width=90, scale=0)
            table = html(room.table(""), "cb-table-box")
        with gr.Column(scale=4, min_width=300, elem_classes="cb-adding"):
            with gr.Column(visible=desk.may_change, elem_classes="cb-add"):
                files = gr.File(label="Add documents (.txt, .md, .html)", file_count="multiple", height=118)
                folders = gr.Accordion("Add a folder of this machine", open=False, visible=desk.may_browse)
                with folders, gr.Row(elem_classes="cb-line"):
                    folder = gr.Textbox(show_label=False, label="Folder or file", placeholder="/home/me/notes", scale=4)
                    add = gr.Button("Add", size="sm", min_width=80, scale=0)
                with gr.Accordion("Open or create another library", open=False, visible=desk.may_browse):
                    other = gr.Textbox(
                        show_label=False, label="The library's folder", placeholder="/home/me/my-library"
                    )
                    with gr.Row(elem_classes="cb-line"):
                        opens = gr.Button("Open", size="sm", min_width=80)
                        creates = gr.Button("Create", size="sm", min_width=80)
                    opened = html("", "cb-opened")
            view = html(nothing_open_html(), "cb-pane cb-view")
    no_progress = dict(QUIET)
    # Shows the bar with the file at hand in its own place, so that the report below it can be read.
    loud: dict[str, Any] = {"show_progress": "full", "show_progress_on": [bar], "api_visibility": "private"}
    words.change(room.table, [words], table, **no_progress)
    files.upload(room.upload, [files, words, changed], [report, table, files, changed], **loud)
    for trigger in (add.click, folder.submit):
        trigger(room.add_folder, [folder, words, changed], [report, table, folder, changed], **loud)
    again.click(room.refresh, [words, changed], [report, table, changed], **loud)
    bridge.select(room.view, None, view, **no_progress)
    bridge.delete(room.ask_to_remove, None, [really, confirm, chosen], **no_progress)
    yes.click(room.remove, [chosen, words, changed], [report, table, confirm, view, changed], **no_progress)
    no.click(lambda: gr.update(visible=False), None, confirm, **no_progress)
    opens.click(
        lambda path, n: room.open_library(path, False, n), [other, changed], [opened, table, changed], **no_progress
    )
    creates.click(
        lambda path, n: room.open_library(path, True, n), [other, changed], [opened, table, changed], **no_progress
    )
    return LibraryRoom(changed)
