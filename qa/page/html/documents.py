"""The documents of a library as an HTML table, and what became of added files as a list."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.sources import short_source
from corpus.store.base import StoredDocument
from qa.library.ingest import AddReport
from qa.markup import escape
from qa.wording import counted, old_text

SHOWN = 200


def matching(documents: Sequence[StoredDocument], words: str) -> list[StoredDocument]:
    """Return the documents whose title, date or source has every one of the words, in any case."""
    wanted = words.casefold().split()
    return [d for d in documents if all(word in f"{d.title} {d.date} {d.source}".casefold() for word in wanted)]


def documents_html(documents: Sequence[StoredDocument], words: str = "", removable: bool = True) -> str:
    """Return the documents that match as a table, with buttons to open and, where that is allowed, to remove."""
    found = matching(documents, words)
    if not found:
        said = (
            "No document has all of these words in its title, date or file name." if documents else "No documents yet."
        )
        return f'<p class="cb-hint">{said}</p>'
    rows = "".join(_row(document, removable) for document in found[:SHOWN])
    head = "<th scope=col>Title</th><th scope=col>Date</th><th scope=col>Passages</th><th scope=col>Added</th>"
    head += '<th scope=col><span class="cb-unseen">Remove</span></th>' if removable else ""
    more = len(found) - SHOWN
    rest = f'<p class="cb-hint">{more:,} more are not shown: search to find them.</p>' if more > 0 else ""
    size = counted(len(documents), "document")
    caption = f"{len(found):,} of {size}" if words.strip() else size
    return (
        f'<table class="cb-documents"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{rest}"
    )


def _row(document: StoredDocument, removable: bool) -> str:
    title = escape(" ".join(document.title.split()) or short_source(document.source))
    source, whole = escape(short_source(document.source)), escape(document.source)
    remove = (
        f'<td><button type="button" class="cb-small" data-do="remove" data-document="{escape(document.id)}" '
        f'aria-label="Remove {title}">Remove</button></td>'
        if removable
        else ""
    )
    opens = (
        f'<button type="button" class="cb-link" data-do="open" data-document="{escape(document.id)}">{title}</button>'
    )
    old = f'<span class="cb-old">{escape(old_text(document.unread_since))}</span>' if document.unread_since else ""
    return (
        f'<tr><th scope="row">{opens}<span class="cb-file" title="{whole}">{source}</span>{old}</th>'
        f'<td data-label="Date">{escape(document.date) or "–"}</td><td data-label="Passages">{document.passages:,}</td>'
        f'<td data-label="Added">{escape(document.added[:10])}</td>{remove}</tr>'
    )


def report_html(report: AddReport, waiting: Sequence[str] = ()) -> str:
    """Return what became of every file; ``waiting`` are the names of those still to come, the first one under way."""
    lines = []
    for word, sources in (
        ("Added", report.added),
        ("Replaced", report.replaced),
        ("Already in the library", report.unchanged),
        ("Removed (the file is gone)", report.removed),
    ):
        lines += [_line("cb-done", word, short_source(source)) for source in sources]
    lines += [_line("cb-failed", "Not added", short_source(name), sentence) for name, sentence in report.failed]
    lines += [_line("cb-warned", "Note", short_source(name), sentence) for name, sentence in report.warnings]
    lines += [_line("cb-adding-now", "Adding", name) for name in waiting[:1]]
    lines += [_line("cb-waiting", "Waiting", name) for name in waiting[1:]]
    return f'<ul class="cb-report" role="status">{"".join(lines)}</ul>' if lines else ""


def _line(kind: str, word: str, name: str, sentence: str = "") -> str:
    reason = f'<span class="cb-reason">{escape(" ".join(sentence.split()))}</span>' if sentence else ""
    return f'<li class="{kind}"><b>{word}</b> <span class="cb-name">{escape(name)}</span>{reason}</li>'
