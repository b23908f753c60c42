from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from corpus.store.schema import SCHEMA
from embeddings.sentence_transformer import SentenceEncoder
from qa.__main__ import main
from qa.evaluation.question_set import load_questions
from qa.library.feedback import MAX_NOTE
from qa.library.library import Library
from tests.conftest import OLD
from tests.fakes import HashEncoder


def fill(library: Library) -> None:
    told = library.feedback
    told.add("When was it built?", "When was the lighthouse built?", "1974", "up", "", "upload:aktau.md", [("a", "b")])
    told.add("Who built it?", "Who built it?", "Omarova", "down", "She added a lamp.", "upload:aktau.md")
    told.add("Who owns it?", "Who owns it?", "Omarova", "down", "", "upload:aktau.md", should_refuse=True)
    told.add("Who painted it?", "Who painted it?", "", "up")


def test_verdicts_are_kept_in_the_library(quick: Library) -> None:
    fill(quick)
    quick.close()
    again = Library(quick.path, encoder=HashEncoder())
    first, second, third, fourth = again.feedback.verdicts()
    assert (first.question, first.searched_question, first.answer) == (
        "When was it built?", "When was the lighthouse built?", "1974",
    )  # fmt: skip
    assert first.history == (("a", "b"),) and first.added.startswith("20") and not first.draft
    assert second.draft and second.note == "She added a lamp."
    assert third.should_refuse and not third.draft
    assert not fourth.answer
    assert again.feedback.remove(second.id)
    assert not again.feedback.remove(second.id)
    assert [verdict.id for verdict in again.feedback.verdicts()] == [first.id, third.id, fourth.id]
    again.close()


def test_they_become_a_question_set(quick: Library, tmp_path: Path) -> None:
    fill(quick)
    path = tmp_path / "set.jsonl"
    path.write_text("what was there before")
    assert quick.feedback.export(path) == 4
    up, draft, refuse, refused = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert up["answers"] == ["1974"] and up["source"] == "upload:aktau.md" and up["history"] == [["a", "b"]]
    assert up["draft"] is False and up["tags"] == ["feedback", "thumbs-up"]
    assert draft["draft"] is True and draft["note"] == "She added a lamp." and draft["wrong_answer"] == "Omarova"
    assert refuse["answers"] == [] and refuse["draft"] is False
    assert refused["answers"] == [] and refused["draft"] is False
    questions = load_questions(path).questions
    assert questions[0].question == "When was it built?"
    assert len({q.id for q in questions}) == 4
    assert not list(tmp_path.glob(".set*"))
    with pytest.raises(LibraryError, match="cannot be written"):
        quick.feedback.export(tmp_path / "no" / "folder" / "set.jsonl")


def test_bad_verdicts_are_told(quick: Library) -> None:
    with pytest.raises(LibraryError, match="verdict 'sideways' is not known"):
        quick.feedback.add("When?", "When?", "1974", "sideways")  # type: ignore[arg-type]
    with pytest.raises(LibraryError, match="empty"):
        quick.feedback.add(" ", "", "1974", "up")
    with pytest.raises(LibraryError, match="shorten"):
        quick.feedback.add("When?", "When?", "1974", "down", "x" * (MAX_NOTE + 1))
    quick.feedback.add("When \ud800?", "When?", "'; DROP TABLE feedback; --", "down", "\ud83d")
    (verdict,) = quick.feedback.verdicts()
    assert verdict.answer == "'; DROP TABLE feedback; --"
    json.dumps(verdict.to_question()).encode()


def test_a_library_of_the_first_schema_gets_the_table(tmp_path: Path, encoder: SentenceEncoder) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(OLD.read_bytes())
    with closing(sqlite3.connect(path)) as database:
        database.executescript("DROP TABLE feedback; PRAGMA user_version = 1;")
    again = Library(tmp_path, encoder=encoder)
    assert len(again.documents()) == 6
    assert again.feedback.verdicts() == []
    fill(again)
    assert len(again.feedback.verdicts()) == 4
    again.close()
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == SCHEMA


def test_an_upgraded_library_has_the_tables_of_a_new_one(tmp_path: Path, encoder: SentenceEncoder) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "library.sqlite").write_bytes(OLD.read_bytes())
    columns = []
    for name in ("old", "new"):
        Library(tmp_path / name, encoder=encoder).close()
        with closing(sqlite3.connect(tmp_path / name / "library.sqlite")) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            columns.append({name: database.execute(f"PRAGMA table_info({name})").fetchall() for (name,) in tables})
    assert columns[0] == columns[1] and "feedback" in columns[0]


def test_verdicts_outlive_a_rebuild(quick: Library) -> None:
    quick.add(text="The lighthouse of Aktau was built in 1974.", title="Aktau")
    fill(quick)
    quick.close()
    again = Library(quick.path, encoder=HashEncoder(), rebuild=True)
    assert len(again.feedback.verdicts()) == 4
    again.close()


def test_the_terminal_lists_and_exports_them(
    quick: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.sentence_transformer.SentenceEncoder", HashEncoder)
    fill(quick)
    quick.close()
    assert main(["feedback", "--library", str(quick.path)]) == 0
    listed = capsys.readouterr().out
    assert "Who built it?" in listed and "She added a lamp." in listed and "4 verdicts" in listed
    path = tmp_path / "out.jsonl"
    assert main(["feedback", "--library", str(quick.path), "--export", str(path)]) == 0
    assert "Wrote 4 questions" in capsys.readouterr().out
    assert len(load_questions(path).questions) == 4
    assert main(["feedback", "--library", str(tmp_path / "none")]) == 2
