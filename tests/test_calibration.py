from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.metrics import calibration_error, risk_coverage
from qa.reader.calibration import LogisticCalibration
from qa.reader.training.calibrate import choose_threshold, fit
from qa.reader.training.evaluate import Record

PROBABILITY = st.floats(0, 1)


@given(PROBABILITY, PROBABILITY)
def test_it_is_a_probability_whatever_comes_in(span: float, none: float) -> None:
    assert 0 <= LogisticCalibration(-1.0, 0.5, 0.7)(span, none) <= 1


def test_by_hand() -> None:
    calibration = LogisticCalibration(0.5, 1.0, 2.0)
    value = 0.5 + math.log(0.6 / 0.2) + 2 * math.log(0.6)
    assert calibration(0.6, 0.2) == pytest.approx(1 / (1 + math.exp(-value)))
    assert LogisticCalibration.from_dict(calibration.to_dict()) == calibration


def records(count: int, seed: int) -> list[Record]:
    """Questions whose answers are right as often as a known calibration says, and others without an answer."""
    generator, known = random.Random(seed), LogisticCalibration(0.3, 0.4, 0.8)
    made = []
    for number in range(count):
        none = generator.random()
        span = (1 - none) * generator.random()
        answerable = number % 2 == 0
        if not answerable:
            none = none**0.3
            span = (1 - none) * generator.random()
        right = answerable and generator.random() < known(span, none)
        made.append(Record(number, "squad", answerable, span, none, float(right), float(right), right, True))
    return made


def test_the_fit_finds_the_calibration_that_made_the_answers() -> None:
    found = fit(records(20_000, 1), unanswerable_share=1e-9)
    assert found.calibration.bias == pytest.approx(0.3, abs=0.15)
    assert found.calibration.odds == pytest.approx(0.4, abs=0.08)
    assert found.calibration.span == pytest.approx(0.8, abs=0.12)
    assert found.error < 0.02
    fresh = [r for r in records(20_000, 2) if r.answerable]
    sure = [found.calibration(r.probability, r.no_answer) for r in fresh]
    assert calibration_error(sure, [r.f1 >= 0.5 for r in fresh]) < 0.02
    assert calibration_error([min(1.0, c + 0.2) for c in sure], [r.f1 >= 0.5 for r in fresh]) > 0.1


def test_the_threshold_is_the_best() -> None:
    made = records(2000, 3)
    calibration = LogisticCalibration(0.3, 0.4, 0.8)
    threshold, balanced = choose_threshold(calibration, made)

    def accuracy(at: float) -> float:
        answered = [calibration(r.probability, r.no_answer) >= at and r.f1 >= 0.5 for r in made if r.answerable]
        refused = [calibration(r.probability, r.no_answer) < at for r in made if not r.answerable]
        return (sum(answered) / len(answered) + sum(refused) / len(refused)) / 2

    assert accuracy(threshold) == pytest.approx(balanced)
    assert all(accuracy(step / 50) <= balanced + 1e-9 for step in range(1, 50))


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
