"""Whether the questions are well formed: ids, kinds, references, and gold that stands in the files.

    python -m tests.benchmarks.people.check [--questions FILE --collections FOLDER] [--half seen|unseen]

Prints a line for every fault, and how many gold strings could be looked for: this reads files by itself, not as the
program does, and PDF only where ``pdftotext`` is installed. Of the unseen half only the number of faults is told.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import functools
import html
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.people.collections import COMMITTED
from tests.benchmarks.people.lost import gold
from tests.benchmarks.people.rows import HALVES, KINDS, UNANSWERABLE, Question, read
from tests.benchmarks.people.rule import flat, holds_gold

EACH_KIND, ANSWERABLE, REFUSABLE, NEAR_MISSES, COLLECTIONS = 12, 150, 60, 40, 6
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|em|i|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var"
    r"|w:(?!p\b|tc\b|tr\b|br\b|tab\b)\w+)\b[^>]*>",
    re.IGNORECASE,
)
_PACKED = (".docx", ".xlsx", ".odt", ".epub", ".pptx")
_MARKED = (".xml", ".xhtml", ".html", ".htm", ".opf", ".ncx")


def text_of(path: Path) -> str | None:
    """Return the words of a file, in whatever order it holds them; None where nothing here can read it."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return _pdf(path)
    data = path.read_bytes()
    if suffix in _PACKED:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return " ".join(_bare(packed.read(n).decode()) for n in packed.namelist() if n.lower().endswith(_MARKED))
    if suffix == ".eml":
        return _mail(data)
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return _bare(text) if suffix in _MARKED else text


def _bare(marked: str) -> str:
    # Words of two cells or paragraphs must not run into one, and one word must not become two.
    return html.unescape(_TAGS.sub(" ", _INLINE.sub("", marked)))


def _mail(data: bytes) -> str:
    message = email.message_from_bytes(data, policy=email.policy.default)
    headers = [str(message.get(name, "")) for name in ("Subject", "From", "To", "Cc", "Date")]
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*headers, *(_bare_part(part.get_content(), part.get_content_subtype()) for part in parts)])


def _bare_part(content: str, subtype: str) -> str:
    return _bare(content) if subtype == "html" else content


def _pdf(path: Path) -> str | None:
    if shutil.which("pdftotext") is None:
        return None
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def faults(questions: Sequence[Question]) -> list[str]:
    """Return what is wrong with the rows of a half, each for itself and all together."""
    found = [f"{one} is there twice." for one, number in Counter(q.id for q in questions).items() if number > 1]
    for question in questions:
        found += [f"{question.id}: {fault}." for fault in _faults(question)]
    counting = [question for question in questions if not question.faulty]
    kinds = Counter(question.kind for question in questions)
    found += [f"Only {kinds[kind]} questions are of the kind {kind}." for kind in KINDS if kinds[kind] < EACH_KIND]
    if (number := sum(q.answerable for q in questions)) < ANSWERABLE:
        found.append(f"Only {number} questions are answerable.")
    if kinds[UNANSWERABLE] < REFUSABLE:
        found.append(f"Only {kinds[UNANSWERABLE]} questions are unanswerable.")
    if (number := sum(q.near_miss for q in questions if not q.answerable)) < NEAR_MISSES:
        found.append(f"Only {number} questions are near misses.")
    if len({question.collection for question in questions}) < COLLECTIONS:
        found.append(f"There are fewer than {COLLECTIONS} collections.")
    if len(questions) - len(counting) > 10:
        found.append("More than ten questions are marked faulty.")
    return found


def _faults(question: Question) -> list[str]:
    found = []
    if question.kind not in (*KINDS, UNANSWERABLE):
        found.append(f"{question.kind!r} is no kind")
    if not question.question.strip():
        found.append("it asks nothing")
    if (question.kind == UNANSWERABLE) == question.answerable:
        found.append("an unanswerable question has no answers, any other has some")
    if question.answerable != bool(question.gold):
        found.append("an answerable question needs gold, an unanswerable one has none")
    if not all(one.strip() for one in (*question.answers, *question.gold)):
        found.append("a reference is empty")
    if question.kind == "followup" and not question.history:
        found.append("a follow-up needs a history")
    if question.kind in ("list", "howto", "comparison", "summary") and not question.every:
        found.append(f"of a {question.kind} all answers are needed")
    return found


def gold_missing(questions: Sequence[Question], folders: Mapping[str, Path]) -> tuple[list[str], int, int]:
    """Return a line for every gold string that stands in no file, how many were looked for, and how many there are."""

    @functools.cache
    def texts(name: str) -> tuple[list[str], bool]:
        files = sorted(path for path in folders[name].rglob("*") if path.is_file())
        found = [text_of(path) for path in files]
        return [flat(text) for text in found if text is not None], None not in found

    missing, looked, number = [], 0, 0
    for question in questions:
        for wanted in gold(question):
            number += 1
            if question.collection not in folders:
                continue
            lines, all_read = texts(question.collection)
            there = any(holds_gold(line, [wanted]) for line in lines)
            looked += there or all_read
            if not there and all_read:
                missing.append(f"{question.id}: no file of {question.collection} holds {wanted!r}.")
    return missing, looked, number


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what is wrong with a half; end with 1 where something is."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.people.check")
    parser.add_argument("--half", choices=list(HALVES), default="seen")
    parser.add_argument("--questions", type=Path, metavar="FILE")
    parser.add_argument("--collections", type=Path, default=COMMITTED)
    options = parser.parse_args(arguments)
    questions = read(options.questions or HALVES[options.half])
    names = {question.collection for question in questions}
    folders = {name: options.collections / name for name in names if (options.collections / name).is_dir()}
    missing, looked, number = gold_missing(questions, folders)
    found = [*faults(questions), *missing]
    if options.half == "seen" or options.questions:
        print("\n".join(found))
    print(f"{len(questions)} questions, {len(found)} faults; {looked} of {number} gold strings could be looked for.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
