"""Fit the confidence and choose the threshold, on held-out questions asked end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qa.metrics import calibration_error, mean, standard_error
from qa.reader.calibration import LogisticCalibration, features
from qa.reader.decoding import Floats
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


def fit(records: Sequence[Record], unanswerable_share: float = 0.05) -> Fit:
    """Choose the prior by F1, fit the confidence, choose the threshold.

    ``records``: of a reader without a prior. The confidence is fitted twice. What tells right answers from wrong ones
    is learned where half of the questions have no answer, so that "no answer" counts for much; how high it is,
    where ``unanswerable_share`` of them have none, as people mostly ask what their documents say.

    Raises:
        ValueError: there are no answerable, or no unanswerable questions.
    """
    records = [record for record in records if record.candidates]
    if len({record.answerable for record in records}) < 2:
        raise ValueError("A calibration needs both answerable and unanswerable questions.")
    f1 = {p: mean([r.best.f1 for r in discounted(records, p) if r.answerable]) for p in RANK_PRIORS}
    prior = max(RANK_PRIORS, key=lambda value: f1[value])
    records = discounted(records, prior)
    values = np.array([features(r.best.probability, r.no_answer, r.best.rank) for r in records])
    bias, weights = _regression(values, records, 0.5)
    order = values @ weights + bias
    offset, scale = _regression(order[:, None], records, unanswerable_share)
    numbers = (offset + scale[0] * bias, *(scale[0] * weights))
    calibration = LogisticCalibration(*(round(float(value), 4) for value in numbers))
    threshold, balanced = choose_threshold(calibration, records)
    answerable = [record for record in records if record.answerable]
    sure = [confidence(calibration, record) for record in answerable]
    error = calibration_error(sure, [right(record) for record in answerable])
    return Fit(prior, calibration, threshold, f1, error, balanced)


def _regression(values: Floats, records: Sequence[Record], unanswerable_share: float) -> tuple[float, Floats]:
    """Return bias and weights of the logistic regression of :func:`right`, with that share unanswerable."""
    from sklearn.linear_model import LogisticRegression

    answerable = sum(record.answerable for record in records)
    share = {True: (1 - unanswerable_share) / answerable, False: unanswerable_share / (len(records) - answerable)}
    weights = np.array([share[record.answerable] for record in records]) * len(records)
    model = LogisticRegression(C=1e3).fit(values, [right(record) for record in records], sample_weight=weights)
    return float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)


def confidence(calibration: LogisticCalibration, record: Record) -> float:
    """Return how far the best span of a record is to be trusted."""
    return calibration(record.best.probability, record.no_answer, record.best.rank)


def choose_threshold(calibration: LogisticCalibration, records: Sequence[Record]) -> tuple[float, float]:
    """Return the threshold (in steps of 0.01) and its balanced accuracy.

    Of all thresholds whose balanced accuracy is within one standard error of the best, the lowest: none of them is
    measurably better, and the lowest answers most.
    """
    sure = [(confidence(calibration, record), record) for record in records]
    found = []
    for step in range(1, 100):
        threshold = step / 100
        answered = [float(c >= threshold and right(record)) for c, record in sure if record.answerable]
        refused = [float(c < threshold) for c, record in sure if not record.answerable]
        error = (standard_error(answered) ** 2 + standard_error(refused) ** 2) ** 0.5 / 2
        found.append(((mean(answered) + mean(refused)) / 2, error, threshold))
    best, error, _ = max(found)
    return next((threshold, balanced) for balanced, _, threshold in found if balanced >= best - error)
