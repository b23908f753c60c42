from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.metrics import calibration_error, risk_coverage
from qa.reader.calibration import LogisticCalibration
from qa.reader.training.calibrate import choose_threshold, discounted, fit
from qa.reader.training.evaluate import Candidate, Record

PROBABILITY = st.floats(0, 1)


@given(PROBABILITY, PROBABILITY)
def test_it_is_a_probability_whatever_comes_in(span: float, none: float) -> None:
    assert 0 <= LogisticCalibration(-1.0, 0.5, 0.7, -0.2)(span, none, 3) <= 1


def test_by_hand() -> None:
    calibration = LogisticCalibration(0.5, 1.0, 2.0, -3.0)
    value = 0.5 + math.log(0.6 / 0.2) + 2 * math.log(0.6) - 3 * math.log(4)
    assert calibration(0.6, 0.2, 4) == pytest.approx(1 / (1 + math.exp(-value)))
    assert LogisticCalibration.from_dict(calibration.to_dict()) == calibration


KNOWN = LogisticCalibration(0.3, 0.4, 0.8, -0.5)


def records(count: int, seed: int) -> list[Record]:
    """Questions whose answers are right as often as a known calibration says, and others without an answer."""
    generator = random.Random(seed)
    made = []
    for number in range(count):
        answerable, rank = number % 2 == 0, generator.randint(1, 5)
        none = generator.random() if answerable else generator.random() ** 0.3
        span = (1 - none) * generator.random()
        right = float(answerable and generator.random() < KNOWN(span, none, rank))
        candidate = Candidate("so", rank, span, right, right, bool(right))
        made.append(Record(number, "squad", answerable, none, True, (candidate,)))
    return made


def confidences(calibration: LogisticCalibration, made: list[Record]) -> list[float]:
    return [calibration(r.best.probability, r.no_answer, r.best.rank) for r in made]


def test_the_fit_is_as_sure_as_it_is_right() -> None:
    found = fit(records(20_000, 1), unanswerable_share=1e-9)
    assert found.rank_prior == 0, "with a single span there is nothing to gain"
    assert found.error < 0.03
    fresh = [r for r in records(20_000, 2) if r.answerable]
    sure = confidences(found.calibration, fresh)
    assert calibration_error(sure, [r.best.f1 >= 0.5 for r in fresh]) < 0.03
    assert calibration_error([min(1.0, c + 0.2) for c in sure], [r.best.f1 >= 0.5 for r in fresh]) > 0.1


def test_a_prior_is_chosen_where_first_hits_are_more_often_right() -> None:
    generator = random.Random(0)
    made = []
    for number in range(400):
        first_is_right = generator.random() < 0.8
        one = Candidate("first", 1, 0.3, 0.0, float(first_is_right), first_is_right)
        other = Candidate("fifth", 5, 0.35, 0.0, float(not first_is_right), not first_is_right)
        made.append(Record(number, "squad", True, 0.1, True, (other, one)))
        made.append(Record(number, "squad", False, 0.9, False, (replace(one, probability=0.05, f1=0.0),)))
    found = fit(made)
    assert found.rank_prior > 0
    assert found.f1[found.rank_prior] > 0.7 > 0.3 > found.f1[0.0]
    assert discounted(made, found.rank_prior)[0].best.text == "first"


def test_the_threshold_is_the_lowest_of_the_best() -> None:
    made = records(2000, 3)
    threshold, balanced = choose_threshold(KNOWN, made)

    def accuracy(at: float) -> float:
        sure = list(zip(confidences(KNOWN, made), made, strict=True))
        answered = [c >= at and r.best.f1 >= 0.5 for c, r in sure if r.answerable]
        refused = [c < at for c, r in sure if not r.answerable]
        return (sum(answered) / len(answered) + sum(refused) / len(refused)) / 2

    assert accuracy(threshold) == pytest.approx(balanced)
    best = max(accuracy(step / 100) for step in range(1, 100))
    assert best - 0.02 < balanced <= best
    assert all(accuracy(step / 100) < balanced for step in range(1, round(100 * threshold)))


def test_one_kind_of_question_is_not_enough() -> None:
    with pytest.raises(ValueError, match="both answerable and unanswerable"):
        fit([record for record in records(50, 1) if record.answerable])


def test_calibration_error_by_hand() -> None:
    assert calibration_error([0.95, 0.95, 0.15, 1.0], [True, False, False, True]) == pytest.approx(
        (abs(0.95 + 0.95 + 1.0 - 2) + 0.15) / 4
    )
    assert calibration_error([], []) == 0.0


def test_risk_coverage_takes_the_surest_first() -> None:
    curve = risk_coverage([0.1 * n for n in range(10)], [0.0] * 5 + [1.0] * 5)
    assert curve[4] == (0.5, 1.0, pytest.approx(0.5))
    assert curve[9] == (1.0, 0.5, 0.0)
    assert risk_coverage([], []) == []
