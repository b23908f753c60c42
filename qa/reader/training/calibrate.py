"""Fit the confidence and choose the threshold, on held-out questions asked end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qa.metrics import calibration_error, mean
from qa.reader.calibration import LogisticCalibration, features
from qa.reader.training.evaluate import Record

# An answer is right where it shares at least this much with a reference.
RIGHT_F1 = 0.5


RANK_PRIORS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration with the prior and threshold chosen for it, and its figures on the questions it was fitted on.

    ``f1``: the mean F1 of the answerable questions, by prior. ``error``: the expected calibration error on them.
    ``balanced``: the mean of the share of answerable questions answered rightly and of the others refused.
    """

    rank_prior: float
    calibration: LogisticCalibration
    threshold: float
    f1: dict[float, float]
    error: float
    balanced: float


def right(record: Record) -> bool:
    """Whether the best span answers the question."""
    return record.answerable and record.best.f1 >= RIGHT_F1


def discounted(records: Sequence[Record], rank_prior: float) -> list[Record]:
    """Return the records as a reader with this prior would have made them."""
    found = []
    for record in records:
        candidates = [replace(c, probability=c.probability * c.rank**-rank_prior) for c in record.candidates]
        candidates.sort(key=lambda candidate: -candidate.probability)
        found.append(replace(record, candidates=tuple(candidates)))
    return found


def fit(records: Sequence[Record], unanswerable_share: float = 0.2) -> Fit:
    """Choose the prior by F1, fit the confidence, choose the threshold.

    ``records``: of a reader without a prior. For the confidence they are weighted so that ``unanswerable_share`` of
    them have no answer: people mostly ask what their documents say, and a confidence fitted to as many unanswerable
    questions as answerable ones would be too low for them.

    Raises:
        ValueError: there are no answerable, or no unanswerable questions.
    """
    from sklearn.linear_model import LogisticRegression

    records = [record for record in records if record.candidates]
    if len({record.answerable for record in records}) < 2:
        raise ValueError("A calibration needs both answerable and unanswerable questions.")
    f1 = {p: mean([r.best.f1 for r in discounted(records, p) if r.answerable]) for p in RANK_PRIORS}
    prior = max(RANK_PRIORS, key=lambda value: f1[value])
    records = discounted(records, prior)
    answerable = [record for record in records if record.answerable]
    others = len(records) - len(answerable)
    share = {True: (1 - unanswerable_share) / len(answerable), False: unanswerable_share / others}
    values = np.array([features(r.best.probability, r.no_answer, r.best.rank) for r in records])
    weights = np.array([share[record.answerable] for record in records]) * len(records)
    model = LogisticRegression(C=1e3).fit(values, [right(record) for record in records], sample_weight=weights)
    calibration = LogisticCalibration(*(round(float(value), 4) for value in (*model.intercept_, *model.coef_[0])))
    threshold, balanced = choose_threshold(calibration, records)
    sure = [confidence(calibration, record) for record in answerable]
    error = calibration_error(sure, [right(record) for record in answerable])
    return Fit(prior, calibration, threshold, f1, error, balanced)


def confidence(calibration: LogisticCalibration, record: Record) -> float:
    """Return how far the best span of a record is to be trusted."""
    return calibration(record.best.probability, record.no_answer, record.best.rank)


def choose_threshold(calibration: LogisticCalibration, records: Sequence[Record]) -> tuple[float, float]:
    """Return the threshold (in steps of 0.01) with the best balanced accuracy, and that accuracy."""
    sure = [(confidence(calibration, record), record) for record in records]
    best = (0.0, 0.0)
    for step in range(1, 100):
        threshold = step / 100
        answered = mean([float(c >= threshold and right(record)) for c, record in sure if record.answerable])
        refused = mean([float(c < threshold) for c, record in sure if not record.answerable])
        best = max(best, ((answered + refused) / 2, threshold))
    return best[1], best[0]
