from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.retrieval.proximity import GAP, WINDOW, proximity

TEXT = st.text(alphabet="abcdeg hs.İß\n", max_size=200)


@given(st.lists(st.text(alphabet="abcdeghs", min_size=1, max_size=8), max_size=6), st.lists(st.tuples(TEXT, TEXT)))
def test_shares_are_shares(words: list[str], passages: list[tuple[str, str]]) -> None:
    shares = proximity(words, passages)
    assert len(shares) == len(passages)
    assert all(-1e-9 <= share <= 1 + 1e-9 for both in shares for share in both)


def test_words_that_stand_together_beat_the_same_words_scattered() -> None:
    filler = "nothing of the kind is said here and so it goes on. " * 5
    together = f"The harbour bridge opened in 1932. {filler}"
    scattered = f"The harbour is deep. {filler}A bridge is old. {filler}It opened."
    (near, paired), (far, parted) = proximity(["harbour", "bridge", "opened"], [("", together), ("", scattered)])
    assert near == pytest.approx(1) and paired == pytest.approx(1)
    assert far == pytest.approx(1 / 3) and parted == 0


def test_by_hand() -> None:
    # "lease" is in both passages, "ends" in one: log(1 + (n - df + 0.5) / (df + 0.5)).
    everywhere, once = math.log(1 + 0.5 / 2.5), math.log(1 + 1.5 / 1.5)
    shares = proximity(["lease", "ends"], [("", "The lease ends in May."), ("", "A lease.")])
    assert shares[0] == pytest.approx((1, 1))
    assert shares[1] == pytest.approx((everywhere / (everywhere + once), 0))


def test_the_titles_words_are_near_everywhere() -> None:
    (near, _), (without, _) = proximity(["lease", "ends"], [("The lease", "It ends in May."), ("", "It ends in May.")])
    assert near == pytest.approx(1) and without < 1


def test_pairs_keep_their_order_and_are_close() -> None:
    texts = ["red square", "square red", f"red {'x' * GAP} square", f"red {'x' * (GAP - 2)} square"]
    assert [paired for _, paired in proximity(["red", "square"], [("", text) for text in texts])] == [1, 0, 0, 1]


def test_the_window_has_an_end() -> None:
    inside, outside = (f"alpha{' ' * (WINDOW - 5 + more)}omega" for more in (0, 1))
    (near, _), (far, _) = proximity(["alpha", "omega"], [("", inside), ("", outside)])
    assert near == pytest.approx(1) and far == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("word", "text", "alike"),
    [
        ("visits", "visited", True),
        ("ambassador", "ambassadors", True),
        ("state", "states", True),
        ("war", "wars", True),
        ("his", "hi", False),  # of three letters nothing is cut
        ("war", "warning", False),
        ("bus", "bus", True),
        ("(a+b", "(a+b", False),  # no word at all, and no harm
        ("ÉCOLE".lower(), "École", True),
    ],
)
def test_words_are_alike_by_their_beginnings(word: str, text: str, alike: bool) -> None:
    assert proximity([word], [("", text)])[0][0] == pytest.approx(float(alike))


def test_a_repeated_word_counts_once() -> None:
    assert proximity(["deep", "sea"], [("", "deep deep deep sea"), ("", "deep " * 99)])[1][0] < 1


def test_nothing_asked_or_nothing_to_rank() -> None:
    assert proximity([], [("title", "text")]) == [(0, 0)]
    assert proximity(["word"], []) == []
