"""Fit the confidence and choose the threshold, on held-out questions asked end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.metrics import calibration_error, mean
from qa.reader.calibration import LogisticCalibration, features
from qa.reader.training.evaluate import Record

# An answer is right where it shares at least this much with a reference.
RIGHT_F1 = 0.5


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration with the threshold chosen for it, and its figures on the questions it was fitted on.

    ``balanced``: the mean of the share of answerable questions answered rightly and of the others refused.
    """

    calibration: LogisticCalibration
    threshold: float
    error: float
    balanced: float


def right(record: Record) -> bool:
    """Whether the best span answers the question."""
    return record.answerable and record.f1 >= RIGHT_F1


def fit(records: Sequence[Record], unanswerable_share: float = 0.2) -> Fit:
    """Fit to records with weights such that ``unanswerable_share`` of them have no answer.

    People mostly ask what their documents say: a confidence fitted to as many unanswerable questions as answerable ones
    would be too low for them.

    Raises:
        ValueError: there are no answerable, or no unanswerable questions.
    """
    from sklearn.linear_model import LogisticRegression

    records = [record for record in records if record.probability > 0]
    answerable = [record for record in records if record.answerable]
    others = [record for record in records if not record.answerable]
    if not answerable or not others:
        raise ValueError("A calibration needs both answerable and unanswerable questions.")
    share = {True: (1 - unanswerable_share) / len(answerable), False: unanswerable_share / len(others)}
    values = np.array([features(record.probability, record.no_answer) for record in records])
    weights = np.array([share[record.answerable] for record in records]) * len(records)
    labels = np.array([right(record) for record in records])
    model = LogisticRegression(C=1e3).fit(values, labels, sample_weight=weights)
    odds, span = (float(value) for value in model.coef_[0])
    calibration = LogisticCalibration(round(float(model.intercept_[0]), 4), round(odds, 4), round(span, 4))
    threshold, balanced = choose_threshold(calibration, records)
    sure = [calibration(record.probability, record.no_answer) for record in answerable]
    return Fit(calibration, threshold, calibration_error(sure, [right(r) for r in answerable]), balanced)


def choose_threshold(calibration: LogisticCalibration, records: Sequence[Record]) -> tuple[float, float]:
    """Return the threshold (in steps of 0.01) with the best balanced accuracy, and that accuracy."""
    sure = [(calibration(record.probability, record.no_answer), record) for record in records]
    best = (0.0, 0.0)
    for step in range(1, 100):
        threshold = step / 100
        answered = mean([float(c >= threshold and right(record)) for c, record in sure if record.answerable])
        refused = mean([float(c < threshold) for c, record in sure if not record.answerable])
        best = max(best, ((answered + refused) / 2, threshold))
    return best[1], best[0]
