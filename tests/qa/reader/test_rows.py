"""Rows: what the encoder is given, in training and in use."""

from __future__ import annotations

import pytest

from qa.reader.copy_reader import WEIGHTS
from qa.reader.rows import OVERLAP_TOKENS, ROW_TOKENS, RowBuilder


@pytest.fixture(scope="module")
def rows() -> RowBuilder:
    return RowBuilder(WEIGHTS / "tokenizer.json", 101, 102)


def test_a_row_is_question_title_passage(rows: RowBuilder) -> None:
    text = "It opened on 10 June."
    (window,) = rows.windows("When?", "Expo", text, 7)
    assert rows.tokenizer.decode(list(window.tokens), skip_special_tokens=False) == (
        "[CLS] when? [SEP] expo : it opened on 10 june. [SEP]"
    )
    assert window.hit == 7
    assert window.last == len(window.tokens) - 1
    assert [text[a:b] for a, b in window.spans] == ["It", "opened", "on", "10", "June", "."]
    assert rows.tokenizer.id_to_token(window.tokens[window.first]) == "it", "the title is no part of what can be copied"


def test_a_long_passage_is_read_whole_in_overlapping_windows(rows: RowBuilder) -> None:
    text = " ".join(f"word{number}" for number in range(400))
    windows = rows.windows("What is it?", "A title", text)
    assert len(windows) > 1
    assert all(len(window.tokens) <= ROW_TOKENS for window in windows)
    whole = rows.tokenizer.encode(text, add_special_tokens=False).offsets
    assert {span for window in windows for span in window.spans} == set(whole), "no token is left unread"
    first, second = (set(window.spans) for window in windows[:2])
    assert len(first & second) == OVERLAP_TOKENS


def test_a_long_question_and_title_leave_room_for_the_passage(rows: RowBuilder) -> None:
    windows = rows.windows("why " * 500, "title " * 500, "It opened.")
    assert [len(window.spans) for window in windows] == [3]


def test_remembering_changes_nothing(rows: RowBuilder) -> None:
    remembering = RowBuilder(WEIGHTS / "tokenizer.json", 101, 102, remember=2)
    for text in ("One.", "Two.", "One.", "Three.", "One."):
        assert remembering.windows("Which?", "", text) == rows.windows("Which?", "", text)
