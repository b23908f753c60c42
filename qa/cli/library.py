"""The commands that look after a library: index, refresh, documents, show, remove, feedback."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli.common import ANSWERED, BAD_USE, PARTLY, bar, open_asked, open_library, print_json
from qa.wording import counted, old_text

if TYPE_CHECKING:
    from qa.library.ingest import AddReport
    from qa.library.library import Library


def run_index(options: argparse.Namespace) -> int:
    """Add files and folders, and say which indexed files are gone from these folders."""
    if not options.paths and not options.rebuild:
        print("qa: name the files or folders to add, for example `qa index notes`.", file=sys.stderr)
        return BAD_USE
    library = open_library(options, must_exist=False, rebuild=options.rebuild)
    report = library.add(options.paths, progress=bar)
    status = _summarise(report, library)
    gone = sum(document.file and _vanished(document.source, options.paths) for document in library.documents())
    if gone:
        no_longer, them = ("no longer exists", "it") if gone == 1 else ("no longer exist", "them")
        print(f"{counted(gone, 'indexed file')} {no_longer}; `qa refresh` removes {them} from the library.")
    return status


def _vanished(source: str, folders: Sequence[Path]) -> bool:
    from corpus.sources import file_source
    from qa.library.ingest import is_gone

    path = Path(source)
    return any(path.is_relative_to(file_source(folder)) for folder in folders) and is_gone(path)


def run_refresh(options: argparse.Namespace) -> int:
    """Read every file of the library again."""
    library = open_library(options)
    return _summarise(library.refresh(bar), library)


def _summarise(report: AddReport, library: Library) -> int:
    counts = {name: len(getattr(report, name)) for name in ("added", "replaced", "unchanged", "removed")}
    done = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing changed"
    print(f"{done}{f', {len(report.failed):,} failed' if report.failed else ''}.")
    size = f"{counted(len(library.documents()), 'document')}, {counted(len(library), 'passage')}"
    print(f"{library.path} holds {size}.")
    if not report.failed:
        return ANSWERED
    return PARTLY if any(counts.values()) else BAD_USE


def run_documents(options: argparse.Namespace) -> int:
    """List the documents, as text or as JSON."""
    documents = open_asked(options).asked().documents()
    if options.json:
        print_json([{name: getattr(d, name) for name in d.__slots__} for d in documents])
        return ANSWERED
    for d in documents:
        print(f"{d.id}  {d.date or 'no date':10}  {counted(d.passages, 'passage'):>14}  {d.title}\n{'':18}{d.source}")
        if d.unread_since:
            print(f"{'':18}({old_text(d.unread_since)})")
    print(f"{counted(len(documents), 'document')}.")
    return ANSWERED


def run_show(options: argparse.Namespace) -> int:
    """Print a document with the numbers and places of its passages."""
    library = open_asked(options).asked()
    (found,) = library.find(options.document, one=True)
    print(f"{found.title}\n{found.date or 'no date'}, {found.source}, id {found.id}")
    print(f"({old_text(found.unread_since)})\n" if found.unread_since else "")
    for passage in library.passages_of(found.id):
        print(f"[passage {passage.id}, characters {passage.start} to {passage.end}]\n{passage.text}\n")
    return ANSWERED


def run_remove(options: argparse.Namespace) -> int:
    """Remove documents, one after the other."""
    library = open_library(options)
    for name in options.documents:
        removed = library.remove(name)
        print(f"Removed {removed.title!r} ({removed.source}), {counted(removed.passages, 'passage')}.")
    return ANSWERED


def run_feedback(options: argparse.Namespace) -> int:
    """List the verdicts on answers, or write them as a question set."""
    feedback = open_library(options).feedback
    if options.export is not None:
        count = feedback.export(options.export)
        print(f"Wrote {counted(count, 'question')} to {options.export}.")
        return ANSWERED
    verdicts = feedback.verdicts()
    for verdict in verdicts:
        note = f"\n      {' '.join(verdict.note.split())}" if verdict.note else ""
        print(f"{verdict.id:4}  {verdict.thumb:4}  {verdict.question}\n      {verdict.answer or '(refused)'}{note}")
    print(f"{counted(len(verdicts), 'verdict')}.")
    return ANSWERED
