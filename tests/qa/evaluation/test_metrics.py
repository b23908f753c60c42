from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.metrics import interval, mean, percentile, recall_at, standard_error
from qa.matching import exact_match, f1, holds_answer, normalise_answer


def test_normalisation_is_that_of_squad() -> None:
    assert normalise_answer("  The  Bright-Road, (a) plan!") == "brightroad plan"
    assert normalise_answer("An apple a day") == "apple day"
    assert normalise_answer("Theatre") == "theatre"


def test_exact_match_and_f1_by_hand() -> None:
    assert exact_match("the Silk Road", ["Silk Road."]) == 1.0
    assert exact_match("Silk", ["Silk Road"]) == 0.0
    assert f1("the old Silk Road", ["Silk Road Economic Belt"]) == pytest.approx(2 * 2 / (3 + 4))
    assert f1("ten ten", ["ten"]) == pytest.approx(2 * 1 / 3), "a word counts as often as both have it"
    assert f1("apple", ["pear", "apple tree"]) == pytest.approx(2 / 3), "the best reference counts"
    assert f1("", ["x"]) == 0.0
    assert (exact_match("", []), f1("", []), exact_match("x", []), f1("x", [])) == (1.0, 1.0, 0.0, 0.0)


@given(st.text(max_size=30), st.lists(st.text(max_size=30), min_size=1, max_size=3))
def test_f1_lies_between_exact_match_and_one(answer: str, references: list[str]) -> None:
    assert exact_match(answer, references) <= f1(answer, references) + 1e-9
    assert 0 <= f1(answer, references) <= 1
    assert f1(references[0], references) == 1.0


def test_holding_an_answer_needs_whole_words() -> None:
    assert holds_answer("It was opened in the year 2013.", ["2013"])
    assert not holds_answer("It cost 120131 tenge.", ["2013"])
    assert not holds_answer("Nothing.", ["the"]), "an article alone is no answer"
    assert not holds_answer("Nothing.", [])


def test_recall_counts_misses() -> None:
    assert recall_at(1, [1, 2, None, 6]) == 0.25
    assert recall_at(5, [1, 2, None, 6]) == 0.5
    assert recall_at(5, []) == 0.0


def test_percentiles_and_errors_by_hand() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2.5
    assert percentile([1, 2, 3], 0.95) == pytest.approx(2.9)
    assert percentile([], 0.5) == 0.0
    assert mean([]) == standard_error([]) == standard_error([3.0]) == 0.0
    assert standard_error([0, 1, 0, 1]) == pytest.approx((1 / 3 / 4) ** 0.5)
    low, high = interval([0, 1, 0, 1])
    assert low < 0.5 < high
