"""What people think of answers, kept in the library's SQLite file, and the question set that it makes.

A complaint becomes a test: a thumbs-up makes the answer a reference answer, a thumbs-down makes a question that should
be refused, or a draft for somebody to complete.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from corpus.atomic import write_whole
from corpus.errors import LibraryError
from corpus.store.database import Database
from qa.question.intent import problem

if TYPE_CHECKING:
    from qa.types import Turn

Thumb = Literal["up", "down"]

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
class Verdict:
    """One person's verdict on one answer. ``added`` is when, in UTC; ``answer`` is "" if the question was refused."""

    id: int
    added: str
    question: str
    searched_question: str
    answer: str
    thumb: Thumb
    note: str
    source: str
    should_refuse: bool
    history: tuple[Turn, ...]

    @property
    def draft(self) -> bool:
        """Whether somebody has yet to say what the right answer is."""
        return self.thumb == "down" and not self.should_refuse

    def to_question(self) -> dict[str, Any]:
        """Return this as a line of a question set; no answers mean that the question should be refused."""
        liked = self.thumb == "up" and self.answer
        line: dict[str, Any] = {
            "id": f"feedback-{self.id}",
            "question": self.question,
            "answers": [self.answer] if liked else [],
            "source": self.source if liked else "",
            "history": [list(turn) for turn in self.history],
            "tags": ["feedback", f"thumbs-{self.thumb}"],
            "draft": self.draft,
        }
        if self.note:
            line["note"] = self.note
        if self.thumb == "down" and self.answer:
            line["wrong_answer"] = self.answer
        return line


class Feedback:
    """The verdicts in one library. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        """Keep the verdicts in a library's open database, in a table of their own that is made if it is missing.

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
        thumb: Thumb,
        note: str = "",
        source: str = "",
        history: Sequence[Turn] = (),
        *,
        should_refuse: bool = False,
    ) -> int:
        """Keep a verdict and return its number.

        ``answer_text`` is "" for a refusal; ``source`` is that of the first citation; ``should_refuse``: with a
        thumbs-down, that the documents do not say.

        Raises:
            LibraryError: the question cannot be asked, the thumb is neither up nor down, the note is too long, or the
                library cannot be written.
        """
        wrong = problem(question)
        if wrong:
            raise LibraryError(wrong)
        if thumb not in get_args(Thumb):
            raise LibraryError(f"The verdict {thumb!r} is not known: use “up” or “down”.")
        if len(note) > MAX_NOTE:
            raise LibraryError(f"The note has {len(note):,} characters, but the limit is {MAX_NOTE:,}: shorten it.")
        turns = json.dumps([[str(asked), str(answered)] for asked, answered in history])
        refuse = int(should_refuse and thumb == "down")
        texts = (question, searched_question, answer_text, thumb, note.strip(), source)
        # SQLite keeps no lone surrogate, which JSON from a browser can hold.
        clean = (text.encode(errors="replace").decode() for text in texts)
        with self._database.writing() as connection:
            row = connection.execute(
                "INSERT INTO feedback (question, searched_question, answer, verdict, note, source, should_refuse, "
                "history) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*clean, refuse, turns),
            )
            return int(row.lastrowid or 0)

    def verdicts(self) -> list[Verdict]:
        """Return all verdicts, oldest first."""
        found = []
        for *values, refuse, turns in self._database.rows("SELECT * FROM feedback ORDER BY id"):
            history = tuple((str(asked), str(answered)) for asked, answered in json.loads(turns))
            found.append(Verdict(*values, should_refuse=bool(refuse), history=history))  # type: ignore[misc]
        return found

    def remove(self, number: int) -> bool:
        """Remove the verdict with this number; return False if there is none."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM feedback WHERE id = ?", (number,)).rowcount > 0

    def lines(self) -> list[str]:
        """Return the question set: a JSON object for each verdict."""
        return [json.dumps(verdict.to_question(), ensure_ascii=False) for verdict in self.verdicts()]

    def export(self, path: Path) -> int:
        """Write the question set as JSON lines and return how many; an existing file is replaced as a whole.

        Raises:
            LibraryError: the file cannot be written.
        """
        lines = self.lines()
        try:
            write_whole(path, "".join(f"{line}\n" for line in lines).encode())
        except OSError as error:
            raise LibraryError(f"{path} cannot be written ({error.strerror}): name another file.") from None
        return len(lines)
