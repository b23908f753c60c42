"""The command line: index, ask, chat, evaluate, serve, and looking after a library. The one place that imports ui.

Exit status: 0 for an answer (or work done), 3 for an abstention, 2 for bad use, 1 where only a part could be done.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qa.render import counted, old_text, plain

if TYPE_CHECKING:
    from qa.adding import AddReport
    from qa.assistant import Assistant
    from qa.library import Library
    from qa.types import Answer

Item = TypeVar("Item")

ANSWERED, PARTLY, BAD_USE, ABSTAINED, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    # Files that cannot be read, and the like, are told by the log as they are met.
    logging.basicConfig(level=logging.WARNING, format="qa: %(message)s", force=True)
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["serve"]:
        import ui

        return ui.main(arguments[1:])
    options = _parser().parse_args(arguments)
    from corpus.types import LibraryError
    from qa.question import QuestionError
    from qa.questions import QuestionSetError
    from qa.report import ReportError

    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except (LibraryError, QuestionError, QuestionSetError, ReportError) as error:
        print(f"qa: {error}", file=sys.stderr)
        return BAD_USE
    except KeyboardInterrupt:
        print("qa: stopped; what was finished is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stderr.close()
        return ANSWERED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa", description="Ask your own documents: every answer is an exact quote with its source."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], what: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=what, description=what)
        sub.set_defaults(command=command)
        sub.add_argument(
            "--library",
            metavar="DIR",
            help="the library's folder (default: yours, or the samples while that is empty)",
        )
        return sub

    index = add("index", _index, "Add files and folders (.txt, .md, .html) to a library.")
    index.add_argument("paths", nargs="*", metavar="PATH", help="files and folders")
    index.add_argument("--rebuild", action="store_true", help="encode a library of another embedder or version anew")
    add("refresh", _refresh, "Read all files of a library again: edited ones are replaced, vanished ones removed.")

    ask = add("ask", _ask, "Ask one question. Exit status 0: answered, 3: not in the documents, 2: bad use.")
    ask.add_argument("question")
    _add_scope(ask)
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")

    search = add("search", _search, "Show the passages found for a question, without reading them.")
    search.add_argument("question")
    _add_scope(search)

    chat = add("chat", _chat, "Ask one question after another; follow-ups are understood.")
    _add_scope(chat)

    documents = add("documents", _documents, "List the documents of a library.")
    documents.add_argument("--json", action="store_true", help="print the list as JSON")
    show = add("show", _show, "Print a document with the numbers of its passages.")
    show.add_argument("document", metavar="DOCUMENT", help="id, source, file name or title")
    remove = add("remove", _remove, "Remove documents from a library (never from the disk).")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT", help="id, source, file name or title")

    feedback = add("feedback", _feedback, "List what people said about answers, or export it as a question set.")
    feedback.add_argument("--export", type=Path, metavar="FILE", help="write it there as JSON lines")

    evaluate = add("evaluate", _evaluate, "Ask every question of a set and measure the answers.")
    evaluate.add_argument("file", type=Path, help='JSON lines with "question" and "answers"')
    evaluate.add_argument("--json", action="store_true", help="print the report as JSON")
    evaluate.add_argument("--report", type=Path, metavar="FILE", help="write the report to FILE.html or FILE.json")
    draft = add("draft-questions", _draft, "Propose questions for a question set; a person keeps or corrects them.")
    draft.add_argument("-n", type=int, default=50, metavar="N", help="how many at most (50)")
    draft.add_argument("--output", type=Path, metavar="FILE", help="a new file (default: print them)")
    for command in (ask, chat, evaluate):
        command.add_argument(
            "--reader", metavar="MODEL", help="any seq2seq model on this machine, by its folder or hub name"
        )
    serve = commands.add_parser("serve", help="Open the chat page in the browser.", add_help=False)
    serve.set_defaults(command=None)
    return parser


def _add_scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", nargs="+", metavar="DOCUMENT", help="look only in these documents")
    parser.add_argument("--since", default="", metavar="DATE", help="only documents of this date (2017-06-07) or later")
    parser.add_argument("--until", default="", metavar="DATE", help="only documents of this date or earlier")
    parser.add_argument("--passages", type=int, default=5, metavar="N", help="how many passages to retrieve (5)")


def _library(options: argparse.Namespace, must_exist: bool = True, rebuild: bool = False) -> Library:
    from corpus.types import LibraryError
    from qa.default import default_library, default_path
    from qa.library import Library

    if options.library is None and not rebuild:
        return default_library(_bar)
    path = Path(options.library).expanduser() if options.library else default_path()
    if must_exist and not path.is_file() and not (path / "library.sqlite").exists():
        raise LibraryError(f"There is no library at {path}: make one with `qa index PATH --library {path}`.")
    return Library(path, rebuild=rebuild, progress=_bar)


def _asked(options: argparse.Namespace) -> Library:
    """Return the library that is asked; which one that is, is said where nobody has named it."""
    from qa.default import which

    library = _library(options)
    if options.library is None:
        print(f"qa: asking {which(library)}.", file=sys.stderr)
    return library


def _assistant(options: argparse.Namespace) -> Assistant:
    from qa.assistant import Assistant

    return Assistant(_asked(options), reader=getattr(options, "reader", None), passages=getattr(options, "passages", 5))


def _bar(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
    from tqdm import tqdm

    # None: no bar where the output is no terminal.
    return tqdm(iterable, total=total, desc=desc, disable=None, leave=False)


def _index(options: argparse.Namespace) -> int:
    if not options.paths and not options.rebuild:
        print("qa: name the files or folders to add, such as `qa index notes/`.", file=sys.stderr)
        return BAD_USE
    library = _library(options, must_exist=False, rebuild=options.rebuild)
    report = library.add(options.paths, progress=_bar)
    status = _tell(report, library)
    gone = [d for d in library.documents() if d.file and _vanished(d.source, options.paths)]
    if gone:
        print(f"{len(gone)} indexed files are no longer in these folders; `qa refresh` removes them from the library.")
    return status


def _vanished(source: str, paths: Sequence[str]) -> bool:
    from qa.adding import is_gone

    path = Path(source)
    folders = (Path(folder).expanduser().resolve() for folder in paths)
    return any(path.is_relative_to(folder) for folder in folders) and is_gone(path)


def _refresh(options: argparse.Namespace) -> int:
    library = _library(options)
    return _tell(library.refresh(_bar), library)


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


def _ask(options: argparse.Namespace) -> int:

    answer = _assistant(options).ask(
        options.question, documents=options.documents, since=options.since, until=options.until
    )
    print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if options.json else plain(answer))
    return ABSTAINED if answer.abstained else ANSWERED


def _search(options: argparse.Namespace) -> int:
    from qa.retrieve import search

    library = _asked(options).asked()
    hits = search(library, options.question, options.passages, options.documents, options.since, options.until)
    for hit in hits:
        dated = f" ({hit.date})" if hit.date else ""
        print(f"{hit.rank}. {hit.title}{dated}, passage {hit.passage.id}\n   {' '.join(hit.passage.text.split())}\n")
    return ANSWERED if hits else ABSTAINED


def _chat(options: argparse.Namespace) -> int:
    from corpus.types import LibraryError
    from qa.followup import history_of
    from qa.question import QuestionError

    assistant = _assistant(options)
    library = assistant.library.asked()
    count = counted(len(library.documents()), "document")
    print(f"Ask about the {count} of {library.path}. An empty line or Ctrl-D ends.")
    earlier: list[Answer] = []
    while True:
        try:
            question = input("\n> ").strip()
        except EOFError:
            print()
            return ANSWERED
        if not question:
            return ANSWERED
        try:
            answer = assistant.ask(
                question,
                history=history_of(earlier),
                documents=options.documents,
                since=options.since,
                until=options.until,
            )
        except (QuestionError, LibraryError) as error:
            print(error)
            continue
        print(plain(answer))
        earlier.append(answer)


def _documents(options: argparse.Namespace) -> int:
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


def _show(options: argparse.Namespace) -> int:
    library = _asked(options).asked()
    (found,) = library.find(options.document, one=True)
    print(f"{found.title}\n{found.date or 'no date'}, {found.source}, id {found.id}")
    print(f"({old_text(found.unread_since)})\n" if found.unread_since else "")
    for passage in library.passages_of(found.id):
        print(f"[passage {passage.id}, characters {passage.start} to {passage.end}]\n{passage.text}\n")
    return ANSWERED


def _remove(options: argparse.Namespace) -> int:
    library = _library(options)
    for name in options.documents:
        removed = library.remove(name)
        print(f"Removed {removed.title!r} ({removed.source}) with its {removed.passages} passages.")
    return ANSWERED


def _feedback(options: argparse.Namespace) -> int:
    feedback = _library(options).feedback
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


def _draft(options: argparse.Namespace) -> int:
    from qa.draft import draft_questions, save_drafts, write_drafts

    drafts = draft_questions(_asked(options).asked(), options.n)
    if options.output is None:
        print(write_drafts(drafts), end="")
    else:
        save_drafts(drafts, options.output)
    told = f"{len(drafts)} drafts" + (f" written to {options.output}" if options.output else "")
    fewer = " (the templates find no more)" if len(drafts) < options.n else ""
    print(
        f'qa: {told}{fewer}. Each is marked "draft": asked and reported, never failing. Check it, correct it, and '
        'take "draft" out.',
        file=sys.stderr,
    )
    return ANSWERED if drafts else ABSTAINED


def _evaluate(options: argparse.Namespace) -> int:
    from qa.evaluate import evaluate
    from qa.questions import load_questions
    from qa.report import REPORT_SUFFIXES, ReportError
    from qa.report_page import save

    questions = load_questions(options.file)
    if options.report and options.report.suffix.lower() not in REPORT_SUFFIXES:
        raise ReportError(f"--report {options.report}: name a file that ends in .html or .json.")
    report = evaluate(_assistant(options), questions, _bar)
    if options.report:
        save(report, options.report)
    if options.json:
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
        return PARTLY if any(not floor.met for floor in report.floors) else ANSWERED
    for entry in report.entries:
        if not entry.right:
            expected = " | ".join(entry.expected) or "(to be refused)"
            got = entry.text or f"(refused: {entry.answer['answer']['kind']}, {entry.confidence:.2f})"
            draft = "draft " if entry.draft else ""
            print(f"{draft}wrong  {entry.id}: {entry.question}\n       expected {expected}\n       got      {got}")
        if entry.warning:
            print(f"       warning  {entry.id}: {entry.warning}")
    for name, count in report.counts.items():
        print(f"{name:22} {count:>8}")
    for name, share in report.measures.items():
        print(f"{name:22} {'-' if share is None else f'{share:.3f}':>8}")
    for name, value in report.latency.items():
        print(f"{name:22} {value:>8.0f}")
    for floor in report.floors:
        print(f"{'floor met' if floor.met else 'FLOOR NOT MET'}: {floor}")
    return PARTLY if any(not floor.met for floor in report.floors) else ANSWERED


if __name__ == "__main__":
    raise SystemExit(main())
