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
from qa.page.html.components import QUIET, data_of, html, problem_html
from qa.page.html.documents import documents_html, report_html
from qa.page.html.sources import document_html, nothing_open_html
from qa.page.jobs import problem_of
from qa.page.originals import original_address
from qa.page.session import ONLY_THERE, READ_ONLY, Session
from qa.wording import counted

# Gradio puts the progress of each call in its place.
_PROGRESS = gr.Progress()


@dataclass(frozen=True, slots=True)
class LibraryTab:
    """What the page needs of this tab: ``changed`` takes another value whenever documents have changed."""

    changed: gr.State


class _Handlers:
    """What happens in the tab; the methods are Gradio's event handlers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def _forbidden(self) -> str:
        """Return why folders of this machine cannot be named from where the visitor is, "" where they can."""
        if self.session.may_browse:
            return ""
        return ONLY_THERE if self.session.may_change else READ_ONLY

    def documents(self, words: str) -> str:
        if self.session.asked is not self.session.library:
            return f'<p class="cb-hint">{_SAMPLES_ASKED}</p>'
        return documents_html(self.session.library.documents(), words or "", self.session.may_change)

    def upload(
        self, files: Sequence[str] | None, words: str, changed: int, progress: Any = _PROGRESS
    ) -> Iterator[list[Any]]:
        """Add uploaded files one by one; yields report, documents, files, changed."""
        # What is hidden on the page can still be sent to it.
        if not self.session.may_change:
            yield [problem_html(READ_ONLY), gr.skip(), None, gr.skip()]
            return
        paths = [Path(file) for file in files or ()]
        report = AddReport()
        for number, path in enumerate(paths):
            names = [later.name for later in paths[number:]]
            yield [report_html(report, names), gr.skip(), gr.skip(), gr.skip()]
            place = f"{number + 1} of {len(paths)}: {path.name}" if len(paths) > 1 else path.name
            progress(0, desc=place)
            try:
                _merge(report, self.session.library.upload(path, path.name, _bar(progress, place)))
            except Exception as error:
                report.failed.append((path.name, problem_of(error)))
        yield [report_html(report), self.documents(words), None, changed + 1]

    def add_folder(self, folder: str, words: str, changed: int, progress: Any = _PROGRESS) -> Iterator[list[Any]]:
        """Add a file or folder of this machine; yields report, documents, folder, changed."""
        wrong = self._forbidden() or ("" if folder.strip() else "Enter the path of a file or a folder.")
        if wrong:
            yield [problem_html(wrong), gr.skip(), gr.skip(), gr.skip()]
            return
        yield ['<p class="cb-hint" role="status">Reading …</p>', gr.skip(), gr.skip(), gr.skip()]
        try:
            report = self.session.library.add(folder.strip(), progress=_bar(progress))
        except Exception as error:
            yield [
                report_html(AddReport(failed=[(folder.strip(), problem_of(error))])),
                self.documents(words),
                gr.skip(),
                changed + 1,
            ]
            return
        yield [report_html(report), self.documents(words), "" if not report.failed else gr.skip(), changed + 1]

    def refresh(self, words: str, changed: int, progress: Any = _PROGRESS) -> list[Any]:
        if wrong := self._forbidden():
            return [problem_html(wrong), gr.skip(), gr.skip()]
        try:
            report = self.session.library.refresh(_bar(progress))
        except Exception as error:
            return [problem_html(problem_of(error)), self.documents(words), changed + 1]
        same = counted(len(report.unchanged), "file")
        report.unchanged.clear()
        said = report_html(report) or f'<p class="cb-hint" role="status">Nothing has changed in {same}.</p>'
        return [said, self.documents(words), changed + 1]

    def view(self, event: gr.EventData) -> str:
        identity = data_of(event, "document")
        try:
            document = self.session.library.document(identity)
        except LibraryError:
            return problem_html(_GONE)
        return document_html(document, original_address(self.session, identity))

    def ask_to_remove(self, event: gr.EventData) -> list[Any]:
        """Ask whether a document is to go; returns question, row, document."""
        identity = data_of(event, "document")
        known = {document.id: document for document in self.session.library.documents()}
        if identity not in known or not self.session.may_change:
            return [f"<p>{_GONE}</p>", gr.update(visible=False), ""]
        found = known[identity]
        title = escape(" ".join(found.title.split()) or short_source(found.source))
        has_file = found.file and original_address(self.session, identity)
        file = " The file itself stays where it is." if has_file else ""
        size = counted(found.passages, "passage")
        said = f"<p>Remove <b>{title}</b> and its {size} from the library?{file}</p>"
        return [said, gr.update(visible=True), identity]

    def remove(self, identity: str, words: str, changed: int) -> list[Any]:
        """Remove the document; returns report, documents, row, view, changed."""
        try:
            if not self.session.may_change:
                raise LibraryError(READ_ONLY)
            gone = self.session.library.remove(identity)
            said = f'<p class="cb-hint" role="status">Removed “{escape(" ".join(gone.title.split()))}”.</p>'
        except Exception as error:
            said = problem_html(problem_of(error))
        return [said, self.documents(words), gr.update(visible=False), nothing_open_html(), changed + 1]

    def open_library(self, folder: str, create: bool, changed: int) -> list[Any]:
        """Open or create another library; returns what became of it, documents, changed."""
        try:
            library = self.session.open(folder, create)
        except Exception as error:
            return [problem_html(problem_of(error)), gr.skip(), gr.skip()]
        said = f'<p class="cb-hint" role="status">Opened {escape(str(library.path))}.</p>'
        return [said, self.documents(""), changed + 1]


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


def library_tab(session: Session, bridge: gr.HTML) -> LibraryTab:
    """Build the tab and its events; ``bridge`` hears what is clicked in our own HTML."""
    handlers = _Handlers(session)
    changed = gr.State(0)
    chosen = gr.State("")
    with gr.Row(elem_classes="cb-columns"):
        with gr.Column(scale=5, min_width=300, elem_classes="cb-library"):
            with gr.Row(elem_classes="cb-find"):
                words = gr.Textbox(
                    "", label="Find a document", placeholder="Words from its title, date or file name", scale=4
                )
                again = gr.Button("Refresh", size="sm", min_width=90, scale=0, visible=session.may_browse)
            bar = html("", "cb-progress")
            report = html("", "cb-said-of-files")
            with gr.Row(visible=False, elem_classes="cb-confirm") as confirm:
                really = html("", "cb-really")
                yes = gr.Button("Remove", variant="stop", size="sm", min_width=90, scale=0)
                no = gr.Button("Keep", size="sm", min_width=90, scale=0)
            documents = html(handlers.documents(""), "cb-documents-box")
        with gr.Column(scale=4, min_width=300, elem_classes="cb-adding"):
            with gr.Column(visible=session.may_change, elem_classes="cb-add"):
                files = gr.File(label="Add documents (.txt, .md, .html)", file_count="multiple", height=118)
                folders = gr.Accordion("Add a folder on this machine", open=False, visible=session.may_browse)
                with folders, gr.Row(elem_classes="cb-line"):
                    folder = gr.Textbox(
                        show_label=False, label="Folder or file", placeholder="Path of a folder or a file", scale=4
                    )
                    add = gr.Button("Add", size="sm", min_width=80, scale=0)
                with gr.Accordion("Open or create another library", open=False, visible=session.may_browse):
                    other = gr.Textbox(show_label=False, label="The library's folder", placeholder="Path of a folder")
                    with gr.Row(elem_classes="cb-line"):
                        opens = gr.Button("Open", size="sm", min_width=80)
                        creates = gr.Button("Create", size="sm", min_width=80)
                    opened = html("", "cb-opened")
            view = html(nothing_open_html(), "cb-sources-box cb-view")
    # Shows the bar with the file at hand in its own place, so that the report below it can be read.
    loud: dict[str, Any] = {"show_progress": "full", "show_progress_on": [bar], "api_visibility": "private"}
    words.change(handlers.documents, [words], documents, **QUIET)
    files.upload(handlers.upload, [files, words, changed], [report, documents, files, changed], **loud)
    for trigger in (add.click, folder.submit):
        trigger(handlers.add_folder, [folder, words, changed], [report, documents, folder, changed], **loud)
    again.click(handlers.refresh, [words, changed], [report, documents, changed], **loud)
    bridge.select(handlers.view, None, view, **QUIET)
    bridge.delete(handlers.ask_to_remove, None, [really, confirm, chosen], **QUIET)
    yes.click(handlers.remove, [chosen, words, changed], [report, documents, confirm, view, changed], **QUIET)
    no.click(lambda: gr.update(visible=False), None, confirm, **QUIET)
    opens.click(
        lambda path, n: handlers.open_library(path, False, n), [other, changed], [opened, documents, changed], **QUIET
    )
    creates.click(
        lambda path, n: handlers.open_library(path, True, n), [other, changed], [opened, documents, changed], **QUIET
    )
    return LibraryTab(changed)
