from __future__ import annotations

import random
from dataclasses import replace

import pytest

from qa.evaluation.compare import compare, paired_bootstrap
from qa.evaluation.outcome import Outcome
from qa.evaluation.report import Report


def outcome(number: int, right: bool, **changes: object) -> Outcome:
    said = {
        "question": f"Question {number}?", "searched_question": f"Question {number}?",
        "answer": {"text": "1974", "abstained": False, "confidence": 0.9, "kind": "span", "certainty": ""},
        "citations": [], "timings_ms": {"total": 1.0},
    }  # fmt: skip
    made = Outcome("a/set.jsonl", str(number), ("1974",), "", (), "", False, right, float(right), float(right), 1, True,
                 False, "", said)  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_what_got_better_and_worse_is_named() -> None:
    before = Report(
        (outcome(1, True), outcome(2, False), outcome(3, True), outcome(4, False), outcome(6, True, draft=True))
    )
    after = Report(
        (outcome(1, False), outcome(2, True), outcome(3, True), outcome(5, True), outcome(6, True, draft=True))
    )
    found = compare(before, after)
    assert [now.id for _, now in found.better] == ["2"]
    assert [now.id for _, now in found.worse] == ["1"]
    assert (found.pairs, found.unpaired) == (3, 1)
    right = next(d for d in found.differences if d.name == "right")
    assert (right.before, right.after, right.questions) == pytest.approx((2 / 3, 2 / 3, 3))
    assert right.verdict == "no clear difference"


def test_a_set_in_another_folder_is_the_same_but_other_references_are_not() -> None:
    before = Report((outcome(1, True), outcome(2, True)))
    after = Report((outcome(1, True, set="elsewhere/set.jsonl"), outcome(2, True, expected=("1941",))))
    assert (compare(before, after).pairs, compare(before, after).unpaired) == (1, 1)


def test_the_interval_tells_noise_from_a_change() -> None:
    same = Report(tuple(outcome(n, n % 2 == 0) for n in range(40)))
    assert {d.verdict for d in compare(same, same).differences} == {"the same"}
    swapped = Report(tuple(outcome(n, n % 2 == 0 if n > 3 else n % 2 == 1) for n in range(40)))
    noise = next(d for d in compare(same, swapped).differences if d.name == "f1")
    assert noise.low < 0 < noise.high and not noise.clear
    better = Report(tuple(outcome(n, n % 2 == 0 or n < 20) for n in range(40)))
    clear = next(d for d in compare(same, better).differences if d.name == "f1")
    assert clear.low > 0 and clear.verdict == "better"
    worse = next(d for d in compare(better, same).differences if d.name == "f1")
    assert worse.verdict == "worse" and worse.high == pytest.approx(-clear.low)


def test_the_bootstrap_covers_the_true_mean_about_as_often_as_it_says() -> None:
    source = random.Random(0)
    held = 0
    for _ in range(200):
        low, high = paired_bootstrap([source.gauss(0.1, 1) for _ in range(60)], resamples=400)
        held += low <= 0.1 <= high
    assert 180 <= held <= 199


def test_the_bootstrap_agrees_with_the_normal_approximation() -> None:
    changes = [1.0] * 30 + [-1.0] * 20 + [0.0] * 150
    low, high = paired_bootstrap(changes)
    mean, error = 0.05, (0.2475 / 200) ** 0.5
    assert low == pytest.approx(mean - 1.96 * error, abs=0.01)
    assert high == pytest.approx(mean + 1.96 * error, abs=0.01)
