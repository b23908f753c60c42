"""qa.cli.library: SAY WHAT THIS IS FOR."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa.__main__ import _asked
from qa.cli.common import ANSWERED, BAD_USE, PARTLY, bar, open_library
from qa.wording import counted, old_text

if TYPE_CHECKING:
    from qa.library.ingest import AddReport
    from qa.library.library import Library


def run_index(options: argparse.Namespace) -> int:
    if not options.paths and not options.rebuild:
        print("qa: name the files or folders to add, such as `qa index notes/`.", file=sys.stderr)
        return BAD_USE
    library = open_library(options, must_exist=False, rebuild=options.rebuild)
    report = library.add(options.paths, progress=bar)
    status = _tell(report, library)
    gone = [d for d in library.documents() if d.file and _vanished(d.source, options.paths)]
    if gone:
        print(f"{len(gone)} indexed files are no longer in these folders; `qa refresh` removes them from the library.")
    return status


def _vanished(source: str, paths: Sequence[str]) -> bool:
    from qa.library.ingest import is_gone

    path = Path(source)
    folders = (Path(folder).expanduser().resolve() for folder in paths)
    return any(path.is_relative_to(folder) for folder in folders) and is_gone(path)


def run_refresh(options: argparse.Namespace) -> int:
    library = open_library(options)
    return _tell(library.refresh(bar), library)


def _tell(report: AddReport, library: Library) -> int:
    names = ("added", "replaced", "unchanged", "removed")
    counts = {name: len(getattr(report, name)) for name in names}
    done = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing changed"
    print(f"{done}{f', {len(report.failed)} failed' if report.failed else ''}.")
    size = f"{counted(len(library.documents()), 'document')}, {counted(len(library), 'passage')}"
    print(f"{library.path} holds {size}.")
    if not report.failed:
        return ANSWERED
    return PARTLY if any(counts.values()) else BAD_USE


def run_documents(options: argparse.Namespace) -> int:
    documents = _asked(options).asked().documents()
    if options.json:
        rows = [{name: getattr(d, name) for name in d.__slots__} for d in documents]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return ANSWERED
    for d in documents:
        print(f"{d.id}  {d.date or 'no date':10}  {d.passages:4} passages  {d.title}\n{'':18}{d.source}")
        if d.unread_since:
            print(f"{'':18}({old_text(d.unread_since)})")
    print(f"{counted(len(documents), 'document')}.")
    return ANSWERED


def run_show(options: argparse.Namespace) -> int:
    library = _asked(options).asked()
    (found,) = library.find(options.document, one=True)
    print(f"{found.title}\n{found.date or 'no date'}, {found.source}, id {found.id}")
    print(f"({old_text(found.unread_since)})\n" if found.unread_since else "")
    for passage in library.passages_of(found.id):
        print(f"[passage {passage.id}, characters {passage.start} to {passage.end}]\n{passage.text}\n")
    return ANSWERED


def run_remove(options: argparse.Namespace) -> int:
    library = open_library(options)
    for name in options.documents:
        removed = library.remove(name)
        print(f"Removed {removed.title!r} ({removed.source}) with its {removed.passages} passages.")
    return ANSWERED


def run_feedback(options: argparse.Namespace) -> int:
    feedback = open_library(options).feedback
    if options.export is not None:
        count = feedback.export(options.export.expanduser())
        print(f"Wrote {count} questions to {options.export}.")
        return ANSWERED
    entries = feedback.entries()
    for entry in entries:
        note = f"\n      {' '.join(entry.note.split())}" if entry.note else ""
        print(f"{entry.id:4}  {entry.verdict:4}  {entry.question}\n      {entry.answer or '(refused)'}{note}")
    print(f"{len(entries)} verdicts.")
    return ANSWERED
