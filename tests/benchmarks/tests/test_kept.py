"""The benchmarks' answers are kept as they come, and belong to one reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import kept
from tests.benchmarks.kept import Row, ask_all

ROWS: list[Row] = [{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "c", "n": 3}]


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(row: Row) -> Row:
        if row["id"] == "c" and len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(row["id"])
        return {"double": 2 * row["n"]}

    path = tmp_path / "answers.jsonl"
    with pytest.raises(KeyboardInterrupt):
        ask_all(ROWS, ask, path)
    with path.open("a") as file:
        file.write('{"id": "c", "rea')  # as if the power had gone
    asked.append("(interrupted)")
    assert [row["double"] for row in ask_all(ROWS, ask, path)] == [2, 4, 6]
    assert asked == ["a", "b", "(interrupted)", "c"]
    assert ask_all(ROWS[1:], ask, path) == ask_all(ROWS, ask, path)[1:], "any part of what is there"
    assert len(path.read_text().splitlines()) == 3


def test_without_a_file_nothing_is_kept() -> None:
    assert [row["n"] for row in ask_all(ROWS, lambda row: {"n": row["n"]})] == [1, 2, 3]


def test_answers_of_another_reader_are_not_mixed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "answers.jsonl"
    ask_all(ROWS[:1], lambda row: {}, path)
    before = path.read_bytes()
    monkeypatch.setattr(kept, "reader_digest", lambda: "another")
    with pytest.raises(SystemExit, match="another reader"):
        ask_all(ROWS, lambda row: {}, path)
    assert path.read_bytes() == before


def test_the_digest_changes_with_weights_and_configuration(tmp_path: Path) -> None:
    for name in ("model.safetensors", "config.json"):
        (tmp_path / name).write_text("one")
    first = kept.reader_digest(tmp_path)
    (tmp_path / "config.json").write_text("two")
    assert kept.reader_digest(tmp_path) != first
