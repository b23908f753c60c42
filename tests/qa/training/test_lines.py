"""Files that long runs append to survive an interruption in the middle of a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.training import lines


@pytest.mark.parametrize("rest", ["", "[3, [4", "[3, [4, 5]]"])
def test_what_was_cut_short_is_left_out_and_spoils_nothing(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "grown.jsonl"
    path.write_text(f"[1, [2]]\n[2, [3]]\n{rest}", encoding="utf-8")
    assert list(lines.read(path)) == [[1, [2]], [2, [3]]]
    with lines.open_to_append(path) as file:
        lines.append(file, [3, [4]])
        assert list(lines.read(path)) == [[1, [2]], [2, [3]], [3, [4]]], "written at once"
    assert list(lines.read(path)) == [[1, [2]], [2, [3]], [3, [4]]]


def test_a_spoilt_line_in_the_middle_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "grown.jsonl").write_text('\n{"a": 1}\n{"b": \n{"c": 3}\n')
    assert list(lines.read(tmp_path / "grown.jsonl")) == [{"a": 1}, {"c": 3}]


def test_other_line_ends_inside_a_text_are_text(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    assert list(lines.read(path)) == []
    with lines.open_to_append(path) as file:
        lines.append(file, {"text": "one\u2028two\nthree\x85"})
    assert list(lines.read(path)) == [{"text": "one\u2028two\nthree\x85"}]


def test_a_character_cut_in_two_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "grown.jsonl"
    path.write_bytes(b'"whole"\n' + '"é'.encode()[:-1])
    assert list(lines.read(path)) == ["whole"]
    with lines.open_to_append(path) as file:
        lines.append(file, "é")
    assert list(lines.read(path)) == ["whole", "é"]
