"""The command line's parser: the commands of ``qa`` with their options, and the one place that imports ui.

Exit status: 0 for an answer (or work done), 3 for a refusal, 2 for wrong use, 1 if only part of the work could be done.
"""

from __future__ import annotations

import argparse
import io
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

from corpus.errors import CiteboundError
from corpus.sources import user_path
from qa.cli.ask import run_ask, run_chat, run_search
from qa.cli.common import ANSWERED, BAD_USE, INTERRUPTED
from qa.cli.evaluate import run_draft, run_evaluate
from qa.cli.library import run_documents, run_feedback, run_index, run_refresh, run_remove, run_show


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; ``argv``: its words, by default those of the process."""
    for stream in (sys.stdout, sys.stderr):
        # A document may hold what the terminal cannot show, such as ž on a Windows code page.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    # Files that cannot be read, and the like, are logged as they are met.
    logging.basicConfig(level=logging.WARNING, format="qa: %(message)s", force=True)
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["serve"]:
        import ui

        return ui.main(arguments[1:])
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except CiteboundError as error:
        print(f"qa: {error}", file=sys.stderr)
        return BAD_USE
    except KeyboardInterrupt:
        print("qa: interrupted; whatever was finished has been kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stderr.close()
        return ANSWERED


class _Version(argparse.Action):
    """Prints the version of the installed package, looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"citebound {version('citebound')}")
        except PackageNotFoundError:
            print("citebound, run from its source without being installed")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa",
        description="Ask your own documents: every answer is an exact quote with its source, or an honest refusal.",
        epilog="“qa COMMAND --help” explains a command.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], what: str, more: str = "") -> Any:
        sub = commands.add_parser(name, help=what, description=f"{what} {more}".strip())
        sub.set_defaults(command=command)
        sub.add_argument(
            "--library",
            type=user_path,
            metavar="DIR",
            help="the library's folder (default: your default library, or the samples while that is empty)",
        )
        return sub

    index = add("index", run_index, "Add files and folders to a library.")
    index.add_argument("paths", nargs="*", type=user_path, metavar="PATH", help="a file or folder (.txt, .md, .html)")
    index.add_argument(
        "--rebuild", action="store_true", help="re-encode a library made by a different embedder or version"
    )
    add(
        "refresh",
        run_refresh,
        "Reread every file of a library.",
        "Edited files are replaced; deleted files are removed.",
    )

    ask = add(
        "ask",
        run_ask,
        "Ask one question.",
        "Exit status: 0 for an answer, 3 if the documents do not say, 2 for wrong use.",
    )
    ask.add_argument("question", metavar="QUESTION")
    _add_scope(ask)
    ask.add_argument("--json", action="store_true", help="print everything about the answer as JSON")

    search = add("search", run_search, "Show the passages found for a question.", "They are not read for an answer.")
    search.add_argument("question", metavar="QUESTION")
    _add_scope(search)

    chat = add("chat", run_chat, "Ask one question after another.", "Follow-up questions are understood.")
    _add_scope(chat)

    documents = add("documents", run_documents, "List the documents in a library.")
    documents.add_argument("--json", action="store_true", help="print the list as JSON")
    show = add("show", run_show, "Print a document, passage by passage.")
    show.add_argument("document", metavar="DOCUMENT", help="its id, source, file name or title")
    remove = add("remove", run_remove, "Remove documents from a library.", "Files on the disk are left alone.")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT", help="its id, source, file name or title")

    feedback = add("feedback", run_feedback, "List what people thought of answers, or turn it into a question set.")
    feedback.add_argument("--export", type=user_path, metavar="FILE", help="write a question set to FILE (JSON lines)")

    evaluate = add("evaluate", run_evaluate, "Ask every question of a set and measure the answers.")
    evaluate.add_argument(
        "file",
        type=user_path,
        metavar="FILE",
        help='the question set: JSON lines with "question" and "answers", or CSV',
    )
    evaluate.add_argument("--json", action="store_true", help="print the report as JSON")
    evaluate.add_argument(
        "--report", type=user_path, metavar="FILE", help="write the report to FILE, which ends in .html or .json"
    )
    draft = add(
        "draft-questions", run_draft, "Propose questions for a question set.", "Keep, correct or delete each of them."
    )
    draft.add_argument("-n", type=int, default=50, metavar="N", help="the maximum number of questions (default: 50)")
    draft.add_argument(
        "--output", type=user_path, metavar="FILE", help="write them to FILE, a new file (default: print them)"
    )
    for command in (ask, chat, evaluate):
        command.add_argument(
            "--reader", metavar="MODEL", help="a seq2seq model on this machine to read with: its folder or hub name"
        )
    serve = commands.add_parser("serve", help="Open the page in a browser.", add_help=False)
    serve.set_defaults(command=None)
    return parser


def _add_scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", nargs="+", metavar="DOCUMENT", help="look only in these documents")
    parser.add_argument("--since", default="", metavar="DATE", help="only documents dated 2017-06-07 (say) or later")
    parser.add_argument("--until", default="", metavar="DATE", help="only documents dated 2017-06-07 (say) or earlier")
    parser.add_argument("--passages", type=int, default=5, metavar="N", help="how many passages to find (default: 5)")


if __name__ == "__main__":
    raise SystemExit(main())
