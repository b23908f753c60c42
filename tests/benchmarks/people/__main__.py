"""What people ask of their own documents, asked: what became of every question, and where answers were lost.

    python -m tests.benchmarks.people [--half seen|unseen] [--reader NAME] [--open] [--report FILE.html] [--work FOLDER]
        [--collections FOLDER] [--questions FILE] [--answers RUN.jsonl]

Every answer is kept at once in the work folder, in a file of this program's commit and reader; an interrupted run goes
on from it, and judging (``tests.benchmarks.people.judge``) needs no second run. ``--answers`` asks nothing and reports
such a file, or a peer's. Of the unseen half only totals are told, without kinds, collections and questions, unless
``--open``: it is asked three times in all, and question by question looked at only after the last.

``--collections`` is the folder of the collections that do not lie here (see ``tests.benchmarks.people.collections``).
``--questions`` asks another set, of the collections in that folder.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.data import machine
from tests.benchmarks.people import figures, runs
from tests.benchmarks.people.asking import Asker, Readable, ask_everything, passages_digest, place, program
from tests.benchmarks.people.collections import MissingError, find, manifest
from tests.benchmarks.people.report import page
from tests.benchmarks.people.rows import HALVES, Question, read

WORK = Path(tempfile.gettempdir()) / "citebound-people"


def folders(names: Sequence[str], made: Path, own: bool) -> tuple[dict[str, Path], list[str]]:
    """Return the folder of every collection that is there, and a sentence for each that is not.

    ``own``: whether they are those of the manifest; those of another set lie in ``made``.
    """
    known = manifest() if own else {}
    there: dict[str, Path] = {}
    told = []
    for name in names:
        try:
            if own and name not in known:
                raise MissingError(f"{name} is skipped: the manifest does not know it.")
            there[name] = find(known[name], made) if own else made / name
            if not there[name].is_dir():
                del there[name]
                raise MissingError(f"{name} is skipped: there is no folder {made / name}.")
        except MissingError as missing:
            told.append(str(missing))
    return there, told


def unread(found: dict[str, Readable]) -> list[str]:
    """Return a sentence for every collection of which not every file could be read."""
    told = []
    for name, readable in found.items():
        if not readable.read:
            told.append(f"{name} is skipped: none of its {readable.files} files can be read.")
        elif readable.read < readable.files:
            told.append(f"{name}: {readable.read} of {readable.files} files can be read.")
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask what has not been asked yet, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.people")
    parser.add_argument("--half", choices=list(HALVES), default="seen")
    parser.add_argument("--reader", help="the name or folder of another reader")
    parser.add_argument("--open", action="store_true", help="tell of the unseen half what is told of the seen one")
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="write all of it as a page")
    parser.add_argument("--work", type=Path, default=WORK, help=f"keeps libraries and answers (default: {WORK})")
    parser.add_argument("--collections", type=Path, help="collections that do not lie here (default: WORK/collections)")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="ask another set, of --collections")
    parser.add_argument("--answers", type=Path, metavar="RUN.jsonl", help="ask nothing, report these answers")
    options = parser.parse_args(arguments)
    if options.questions and not (options.collections or options.answers):
        parser.error("--questions needs --collections, the folder of its collections")
    questions = read(options.questions or HALVES[options.half])
    counting = [question for question in questions if not question.faulty]
    told: list[str] = []
    if len(counting) < len(questions):
        told.append(f"{len(questions) - len(counting)} questions are marked faulty and left out.")
    if options.answers:
        answers = runs.read(options.answers)
        told.append(f"Answers of {', '.join(sorted({said.system for said in answers}))}.")
    else:
        answers = asked(options, counting, told)
    judged = figures.judge(counting, answers)
    told.append(f"The figures rest on {len(judged)} of {len(questions)} questions.")
    is_open = options.open or options.half == "seen" or options.questions is not None
    shown = figures.tables(judged, is_open)
    name = options.questions.name if options.questions else f"the {options.half} half"
    title = f"What people ask: {name}"
    print("\n".join([f"## {title}", "", *told, ""]))
    print("\n\n".join(table.markdown() for table in shown))
    if options.report:
        html = page(title, told, shown, judged if is_open else [])
        options.report.write_text(html, encoding="utf-8", newline="\n")


def asked(options: argparse.Namespace, questions: Sequence[Question], told: list[str]) -> list[runs.Said]:
    """Ask the questions of every collection that is there and can be read; add to ``told`` what is worth saying."""
    names = sorted({question.collection for question in questions})
    made = options.collections or options.work / "collections"
    there, missing = folders(names, made, own=options.questions is None)
    libraries = options.work / f"libraries-{passages_digest()}"
    libraries.mkdir(parents=True, exist_ok=True)
    asker = Asker(f"citebound {program()}", options.reader)
    try:
        found = {name: asker.prepare(name, folder, libraries) for name, folder in there.items()}
        readable = {name for name, facts in found.items() if facts.read}
        keep = place(options.work, set_name(options), options.reader)
        asks = [question for question in questions if question.collection in readable]
        answers = ask_everything(asker, asks, keep, options.reader)
    finally:
        asker.close()
    if options.questions is None and options.half == "unseen":
        told.append("The unseen half is asked three times in all: write this one down in the log.")
    told += [f"Program {program()}; {machine()}.", *missing, *unread(found), f"Answers are kept in {keep}."]
    return answers


def set_name(options: argparse.Namespace) -> str:
    """Return what the file of the answers is called after."""
    if options.questions is None:
        return str(options.half)
    # Sets of other folders may go by the same name.
    where = hashlib.sha256(str(options.questions.resolve()).encode()).hexdigest()[:6]
    return f"{options.questions.stem}-{where}"


if __name__ == "__main__":
    main()
