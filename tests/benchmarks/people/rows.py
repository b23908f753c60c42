"""The questions: their rows, where they lie, and how they are read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HALVES = {"seen": HERE / "questions-seen.jsonl", "unseen": HERE / "questions-unseen.jsonl.gz"}

UNANSWERABLE = "unanswerable"
KINDS = (
    "factoid", "definition", "condition", "howto", "why", "yesno", "list", "table", "comparison", "summary", "followup",
    "code",
)  # fmt: skip
# What may be long: it goes by the question's kind, never by what the program calls its answer.
LONG = frozenset({"list", "howto", "table", "summary", "comparison"})
SHORT_LIMIT, LONG_LIMIT = 80, 250
NEAR_MISS = "near miss:"


@dataclass(frozen=True, slots=True)
class Question:
    """One row. ``answers`` are alternatives, or, where ``every`` is set (``"all"`` in the file), all are needed.

    ``gold``: strings that stand in the passage that answers. ``faulty``: why it no longer counts, "" where it does.
    """

    id: str
    collection: str
    kind: str
    question: str
    answers: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    note: str = ""
    history: tuple[tuple[str, str], ...] = ()
    every: bool = False
    half: str = ""
    faulty: str = ""

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return bool(self.answers)

    @property
    def near_miss(self) -> bool:
        """Whether it is unanswerable by a wrong name, year, product or the like."""
        return self.note.lower().startswith(NEAR_MISS)

    @property
    def limit(self) -> int:
        """How many words of an answer count."""
        return LONG_LIMIT if self.kind in LONG else SHORT_LIMIT


def question(row: dict[str, Any]) -> Question:
    """Return the question in a row.

    Raises:
        KeyError: it lacks its id, collection, kind or question.
    """
    return Question(
        id=row["id"],
        collection=row["collection"],
        kind=row["kind"],
        question=row["question"],
        answers=tuple(row.get("answers", ())),
        gold=tuple(row.get("gold", ())),
        note=row.get("note", ""),
        history=tuple((asked, answer) for asked, answer in row.get("history", ())),
        every=bool(row.get("all")),
        half=row.get("half", ""),
        faulty=row.get("faulty", ""),
    )


def read(path: Path) -> list[Question]:
    """Return the questions of a ``.jsonl`` or ``.jsonl.gz``.

    Raises:
        SystemExit: the file is not there, or a line of it is no question.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SystemExit(f"The questions in {path} cannot be read ({error.strerror}).") from None
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return list(_questions(text.split("\n"), path))


def _questions(lines: Iterable[str], path: Path) -> Iterable[Question]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield question(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SystemExit(f"Line {number} of {path} is no question: {error!r}.") from None
