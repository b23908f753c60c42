"""Asking the program: a library for every collection, every question once, every answer kept as it comes."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa import Answer, Assistant, Hit, Library
from tests.benchmarks.kept import Row, ask_all, reader_digest
from tests.benchmarks.people.lost import gold
from tests.benchmarks.people.rows import Question
from tests.benchmarks.people.rule import flat, holds_gold
from tests.benchmarks.people.runs import Found, Said, State, said

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ("corpus", "embeddings", "qa", "pyproject.toml")
SEARCHED = 20  # passages, for recall

Opened = Callable[[str], Assistant]
"""A collection's name to an assistant over its library."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A collection's library, and how many of the collection's files are in it."""

    library: Path
    files: int
    read: int


def program() -> str:
    """Return the last commit that touched the program, and what tells uncommitted changes of it from others."""
    try:
        commit = _git("log", "-1", "--format=%h", "--", *PROGRAM).decode().strip()
        changed = _git("diff", "HEAD", "--", *PROGRAM)
        new = _git("ls-files", "--others", "--exclude-standard", "-z", "--", *PROGRAM).decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        return "no-commit"
    changed += b"".join((ROOT / name).read_bytes() for name in new if name)
    return f"{commit}+{hashlib.sha256(changed).hexdigest()[:8]}" if changed else commit


def _git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, check=True).stdout


def passages_digest() -> str:
    """Return twelve hex digits that change when a file of the rooms does that make passages and their vectors."""
    digest = hashlib.sha256()
    for file in sorted(file for room in PROGRAM[:2] for file in (ROOT / room).rglob("*.py")):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def contents_digest(folder: Path) -> str:
    """Return twelve hex digits that change with a folder's place and with its files."""
    digest = hashlib.sha256(str(folder.resolve()).encode())
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _is_of(file: Path, source: str) -> bool:
    """Whether a document came from a file: as a whole, or as one of several in it (``mail.mbox#3``)."""
    return source == str(file) or source.startswith((f"{file}#", f"{file}:", f"{file}/"))


def _below(folder: Path, source: str) -> str:
    """Return a source as its path in the collection."""
    return os.path.relpath(source, folder.resolve()) if Path(source).is_absolute() else source


class Asker:
    """Asks questions of their collections' libraries, one library open at a time."""

    def __init__(self, system: str, reader: str | None = None) -> None:
        """``system``: what the answers are said to be of; ``reader``: the name or folder of another than the usual."""
        self._system, self._reader = system, reader
        self._encoder: Any = None
        self._folders: dict[str, Path] = {}
        self._libraries: dict[str, Path] = {}
        self._name = ""
        self._assistant: Assistant | None = None
        self._texts: list[str] = []
        self._passages: list[str] = []

    def prepare(self, name: str, folder: Path, libraries: Path) -> Readable:
        """Make the library of a collection in the folder ``libraries``, if there is none yet."""
        path = libraries / f"{name}-{contents_digest(folder)}"
        self._folders[name], self._libraries[name] = folder, path
        # Written last: a library that was interrupted is gone on with.
        told = path.with_name(f"{path.name}.json")
        if not told.exists():
            library = self._library(path)
            library.add(folder)
            sources = [document.source for document in library.documents()]
            library.close()
            files = [file for file in folder.rglob("*") if file.is_file()]
            read = sum(any(_is_of(file.resolve(), source) for source in sources) for file in files)
            told.write_text(json.dumps({"files": len(files), "read": read}), encoding="utf-8")
        return Readable(path, **json.loads(told.read_text(encoding="utf-8")))

    def _library(self, path: Path) -> Library:
        # The models are loaded once for all libraries.
        library = Library(path, encoder=self._encoder)
        self._encoder = library.encoder
        return library

    def ask(self, question: Question) -> Said:
        """Ask one question, search once more for the first twenty passages, and look for gold in the library."""
        assistant = self._open(question.collection)
        begin = time.perf_counter()
        answer = assistant.ask(question.question, history=question.history)
        seconds = time.perf_counter() - begin
        hits = assistant.search(answer.searched_question or question.question, SEARCHED)
        folder = self._folders[question.collection]
        wanted = gold(question)
        return Said(
            id=question.id,
            system=self._system,
            state=state(answer),
            text=answer.text,
            quotes=tuple(citation.quote for citation in answer.citations),
            kind=str(answer.kind),
            certainty=answer.certainty,
            confidence=answer.confidence,
            seconds=seconds,
            timings=dict(answer.timings),
            searched=answer.searched_question,
            hits=tuple(_found(folder, hit) for hit in hits),
            cited=tuple(
                Found(c.document.title, _below(folder, c.document.source), c.passage.text) for c in answer.citations
            ),
            gold_in_text=any(holds_gold(text, wanted) for text in self._texts),
            gold_in_passage=any(holds_gold(text, wanted) for text in self._passages),
        )

    def _open(self, name: str) -> Assistant:
        if self._assistant is None or name != self._name:
            library = self._library(self._libraries[name])
            before = self._assistant
            self._assistant = Assistant(library, reader=before.reader if before else self._reader)
            if before:
                before.library.close()
            self._name = name
            documents = [document.id for document in library.documents()]
            self._texts = [flat(library.document(one).text) for one in documents]
            self._passages = [flat(passage.text) for one in documents for passage in library.passages_of(one)]
        return self._assistant

    def close(self) -> None:
        """Close the library that is open."""
        if self._assistant:
            self._assistant.library.close()
            self._assistant = None


def state(answer: Answer) -> State:
    """Return whether it was answered, refused, or only said to be probably in a place."""
    if str(answer.kind) == "probable":
        return "hinted"
    return "refused" if answer.abstained else "answered"


def _found(folder: Path, hit: Hit) -> Found:
    return Found(hit.title, _below(folder, hit.source), hit.passage.text)


def ask_everything(asker: Asker, questions: Iterable[Question], keep: Path, reader: str | None) -> list[Said]:
    """Ask what the file ``keep`` has no answer to yet, collection by collection, and return all answers.

    Raises:
        SystemExit: the file is of another reader.
    """
    by_id = {question.id: question for question in questions}
    order = sorted(by_id.values(), key=lambda question: (question.collection, question.id))
    rows: Sequence[Row] = [{"id": question.id} for question in order]
    ask = functools.partial(_line, asker, by_id)
    return [said(line) for line in ask_all(rows, ask, keep, reader=digest(reader))]


def _line(asker: Asker, by_id: Mapping[str, Question], row: Row) -> Row:
    line = asdict(asker.ask(by_id[row["id"]]))
    return {name: value for name, value in line.items() if name != "id"}


def digest(reader: str | None) -> str:
    """Return what tells the bundled reader's weights, or another reader's, from any others."""
    if reader is None:
        return reader_digest()
    try:
        return reader_digest(Path(reader))
    except OSError:
        return reader  # the name of a model, or a folder laid out in another way


def place(work: Path, name: str, reader: str | None) -> Path:
    """Return the file that keeps the answers of this program and reader to the questions called ``name``."""
    other = "" if reader is None else "-" + re.sub(r"[^\w.-]+", "-", reader).strip("-.")
    return work / f"{name}-{program()}{other}.jsonl"
