"""What people think of answers, kept in the library's SQLite file, and the question set that it comes to.

A complaint becomes a test: a thumb up makes the answer a reference answer, a thumb down a question that must be
refused or a draft that somebody completes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from corpus.atomic import write_whole
from corpus.errors import LibraryError
from corpus.store.database import Database
from qa.question.intent import problem

if TYPE_CHECKING:
    from qa.types import Turn

Verdict = Literal["up", "down"]

MAX_NOTE = 5000

# What people said about answers outlives the documents, and a rebuild.
_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    added TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    question TEXT NOT NULL,
    searched_question TEXT NOT NULL,
    answer TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
    note TEXT NOT NULL,
    source TEXT NOT NULL,
    should_refuse INTEGER NOT NULL,
    history TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One verdict on one answer. ``added`` is when, in UTC; ``answer`` is "" where the question was refused."""

    id: int
    added: str
    question: str
    searched_question: str
    answer: str
    verdict: Verdict
    note: str
    source: str
    should_refuse: bool
    history: tuple[Turn, ...]

    @property
    def draft(self) -> bool:
        """Whether somebody must still say what the right answer is."""
        return self.verdict == "down" and not self.should_refuse

    def to_question(self) -> dict[str, Any]:
        """Return the line of a question set that this comes to; no answers mean that it must be refused."""
        liked = self.verdict == "up" and self.answer
        line: dict[str, Any] = {
            "id": f"feedback-{self.id}",
            "question": self.question,
            "answers": [self.answer] if liked else [],
            "source": self.source if liked else "",
            "history": [list(turn) for turn in self.history],
            "tags": ["feedback", f"thumbs-{self.verdict}"],
            "draft": self.draft,
        }
        if self.note:
            line["note"] = self.note
        if self.verdict == "down" and self.answer:
            line["wrong_answer"] = self.answer
        return line


class Feedback:
    """The verdicts in one library. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        """Keep the verdicts in a library's open database, in a table of their own that is made where it is missing.

        Raises:
            LibraryError: the table is missing and cannot be made.
        """
        self._database = database
        if not database.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'feedback'"):
            with database.writing() as connection:
                connection.execute(_TABLE)

    def add(
        self,
        question: str,
        searched_question: str,
        answer_text: str,
        verdict: Verdict,
        note: str = "",
        source: str = "",
        history: Sequence[Turn] = (),
        *,
        should_refuse: bool = False,
    ) -> int:
        """Keep a verdict and return its number.

        ``answer_text`` is "" for a refusal; ``source`` is that of the first citation; ``should_refuse``: with a thumb
        down, that the documents do not say.

        Raises:
            LibraryError: the question could not be asked, the verdict is none, the note is too long, or the library
                cannot be written.
        """
        wrong = problem(question)
        if wrong:
            raise LibraryError(wrong)
        if verdict not in ("up", "down"):
            raise LibraryError(f"The verdict {verdict!r} is none: say “up” or “down”.")
        if len(note) > MAX_NOTE:
            raise LibraryError(f"The note has {len(note):,} characters, and at most {MAX_NOTE:,} are kept: shorten it.")
        turns = json.dumps([[str(asked), str(answered)] for asked, answered in history])
        refuse = int(should_refuse and verdict == "down")
        texts = (question, searched_question, answer_text, verdict, note.strip(), source)
        # A lone surrogate, which JSON from a browser can hold, is no text that SQLite keeps.
        clean = (text.encode(errors="replace").decode() for text in texts)
        with self._database.writing() as connection:
            row = connection.execute(
                "INSERT INTO feedback (question, searched_question, answer, verdict, note, source, should_refuse, "
                "history) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*clean, refuse, turns),
            )
            return int(row.lastrowid or 0)

    def entries(self) -> list[Entry]:
        """Return all verdicts, oldest first."""
        found = []
        for *values, refuse, turns in self._database.rows("SELECT * FROM feedback ORDER BY id"):
            history = tuple((str(asked), str(answered)) for asked, answered in json.loads(turns))
            found.append(Entry(*values, should_refuse=bool(refuse), history=history))  # type: ignore[misc]
        return found

    def remove(self, number: int) -> bool:
        """Remove the verdict with this number; False where there is none."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM feedback WHERE id = ?", (number,)).rowcount > 0

    def lines(self) -> list[str]:
        """Return the question set: one JSON object a verdict."""
        return [json.dumps(entry.to_question(), ensure_ascii=False) for entry in self.entries()]

    def export(self, path: Path) -> int:
        """Write the question set as JSON lines and return how many; a file that is there is replaced as a whole.

        Raises:
            LibraryError: the file cannot be written.
        """
        lines = self.lines()
        try:
            write_whole(path, "".join(f"{line}\n" for line in lines).encode())
        except OSError as error:
            raise LibraryError(f"{path} cannot be written ({error.strerror}): name another file.") from None
        return len(lines)
