"""The command line: index, ask, chat, evaluate, serve, and looking after a library. The one place that imports ui.

Exit status: 0 for an answer (or work done), 3 for an abstention, 2 for bad use, 1 where only a part could be done.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli.ask import run_ask, run_chat, run_search
from qa.cli.common import ANSWERED, BAD_USE, INTERRUPTED, open_library
from qa.cli.evaluate import run_draft, run_evaluate
from qa.cli.library import run_documents, run_feedback, run_index, run_refresh, run_remove, run_show

if TYPE_CHECKING:
    from qa.library.library import Library


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    # Files that cannot be read, and the like, are told by the log as they are met.
    logging.basicConfig(level=logging.WARNING, format="qa: %(message)s", force=True)
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["serve"]:
        import ui

        return ui.main(arguments[1:])
    options = _parser().parse_args(arguments)
    from corpus.errors import LibraryError
    from qa.evaluation.question_set import QuestionSetError
    from qa.evaluation.report import ReportError
    from qa.question.intent import QuestionError

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

    index = add("index", run_index, "Add files and folders (.txt, .md, .html) to a library.")
    index.add_argument("paths", nargs="*", metavar="PATH", help="files and folders")
    index.add_argument("--rebuild", action="store_true", help="encode a library of another embedder or version anew")
    add("refresh", run_refresh, "Read all files of a library again: edited ones are replaced, vanished ones removed.")

    ask = add("ask", run_ask, "Ask one question. Exit status 0: answered, 3: not in the documents, 2: bad use.")
    ask.add_argument("question")
    _add_scope(ask)
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")

    search = add("search", run_search, "Show the passages found for a question, without reading them.")
    search.add_argument("question")
    _add_scope(search)

    chat = add("chat", run_chat, "Ask one question after another; follow-ups are understood.")
    _add_scope(chat)

    documents = add("documents", run_documents, "List the documents of a library.")
    documents.add_argument("--json", action="store_true", help="print the list as JSON")
    show = add("show", run_show, "Print a document with the numbers of its passages.")
    show.add_argument("document", metavar="DOCUMENT", help="id, source, file name or title")
    remove = add("remove", run_remove, "Remove documents from a library (never from the disk).")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT", help="id, source, file name or title")

    feedback = add("feedback", run_feedback, "List what people said about answers, or export it as a question set.")
    feedback.add_argument("--export", type=Path, metavar="FILE", help="write it there as JSON lines")

    evaluate = add("evaluate", run_evaluate, "Ask every question of a set and measure the answers.")
    evaluate.add_argument("file", type=Path, help='JSON lines with "question" and "answers"')
    evaluate.add_argument("--json", action="store_true", help="print the report as JSON")
    evaluate.add_argument("--report", type=Path, metavar="FILE", help="write the report to FILE.html or FILE.json")
    draft = add("draft-questions", run_draft, "Propose questions for a question set; a person keeps or corrects them.")
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


def _asked(options: argparse.Namespace) -> Library:
    """Return the library that is asked; which one that is, is said where nobody has named it."""
    from qa.library.default import which

    library = open_library(options)
    if options.library is None:
        print(f"qa: asking {which(library)}.", file=sys.stderr)
    return library


if __name__ == "__main__":
    raise SystemExit(main())
