"""Fit the confidence and choose prior, threshold and words for it, on held-out questions asked end to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qa.evaluation.metrics import calibration_error, mean, standard_error
from qa.reader.calibration import LogisticCalibration, expected_f1, features
from qa.reader.decoding import Floats
from qa.training.evaluate import Record, source_of

RANK_PRIORS = (0.0, 0.25, 0.5, 0.75, 1.0)

# People mostly ask what their documents say.
UNANSWERABLE_SHARE = 0.05

# How many of the answers called so are acceptable, at least.
SURE, FAIRLY_SURE = 0.9, 0.7


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration with what was chosen for it, and its figures on the questions it was fitted on.

    ``certainty``: the least confidence that is called "sure" and "fairly sure". ``f1``: the mean F1 of the answerable
    questions, by prior. ``error``: the expected calibration error on them. ``balanced``: the mean of the share of
    answerable questions answered acceptably and of the others refused.
    """

    rank_prior: float
    calibration: LogisticCalibration
    threshold: float
    certainty: tuple[float, float]
    f1: dict[float, float]
    error: float
    balanced: float


def accepted(record: Record) -> bool:
    """Whether the best span may pass for an answer to the question: see ``qa.training.evaluate.is_acceptable``."""
    return record.answerable and record.best.acceptable


def reread(records: Sequence[Record], rank_prior: float) -> list[Record]:
    """Return the records as a reader with this prior would have made them, from those of a reader without one."""
    found = []
    for record in records:
        spans = [replace(c, probability=c.probability * c.rank**-rank_prior) for c in record.candidates]
        agreed = expected_f1([span.text for span in spans], [span.probability for span in spans])
        order = sorted(range(len(spans)), key=lambda number: -agreed[number])
        found.append(replace(record, candidates=tuple(spans[number] for number in order)))
    return found


def fit(
    records: Sequence[Record],
    shares: Mapping[str, float] | None = None,
    unanswerable_share: float = UNANSWERABLE_SHARE,
) -> Fit:
    """Choose the prior by F1, fit the confidence, choose the threshold and what is called sure.

    ``records``: of a reader without a prior. ``shares``: what the sources weigh (by default all questions the same).
    The confidence is fitted twice. What tells acceptable answers from others is learned where half of the questions
    have no answer, so that "no answer" counts for much, and all sources count alike; how high it is, where
    ``unanswerable_share`` of them have none, and the sources weigh as they did in training.

    Raises:
        ValueError: there are no answerable, or no unanswerable questions.
    """
    records = [record for record in records if record.candidates]
    if len({record.answerable for record in records}) < 2:
        raise ValueError("Calibration needs both answerable and unanswerable questions: evaluate some of each first.")
    f1 = {p: mean([r.best.f1 for r in reread(records, p) if r.answerable]) for p in RANK_PRIORS}
    prior = max(RANK_PRIORS, key=lambda value: f1[value])
    records = reread(records, prior)
    values = np.array([features(*_given(record)) for record in records])
    bias, weights = _regression(values, records, _weights(records, 0.5))
    order = values @ weights + bias
    asked = _weights(records, unanswerable_share, shares)
    offset, scale = _regression(order[:, None], records, asked)
    numbers = (offset + scale[0] * bias, *(scale[0] * weights))
    calibration = LogisticCalibration(*(round(float(value), 4) for value in numbers))
    threshold, balanced = choose_threshold(calibration, records)
    answerable = [record for record in records if record.answerable]
    sure = [confidence(calibration, record) for record in answerable]
    error = calibration_error(sure, [accepted(record) for record in answerable])
    certainty = choose_certainty([confidence(calibration, record) for record in records], records, asked)
    return Fit(prior, calibration, threshold, certainty, f1, error, balanced)


def _given(record: Record) -> tuple[float, float, float, int]:
    """Return what :func:`features` takes, for the best span."""
    probabilities = [candidate.probability for candidate in record.candidates]
    support = expected_f1([candidate.text for candidate in record.candidates], probabilities)[0]
    return support, sum(probabilities), record.no_answer, record.best.rank


def _weights(records: Sequence[Record], unanswerable_share: float, shares: Mapping[str, float] | None = None) -> Floats:
    """Return what every question weighs, 1 on average: the unanswerable ones together that share of all."""
    counts = Counter(source_of(record) for record in records if record.answerable)
    each = [
        (shares or {}).get(source_of(r), 0.0) / counts[source_of(r)] if shares and r.answerable else 1 for r in records
    ]
    weights = np.array(each, dtype=np.float64)
    answerable = np.array([record.answerable for record in records])
    for members, share in ((answerable, 1 - unanswerable_share), (~answerable, unanswerable_share)):
        weights[members] *= share * len(records) / weights[members].sum()
    return weights


def _regression(values: Floats, records: Sequence[Record], weights: Floats) -> tuple[float, Floats]:
    """Return bias and weights of the logistic regression of :func:`accepted`."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e3).fit(values, [accepted(record) for record in records], sample_weight=weights)
    return float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)


def confidence(calibration: LogisticCalibration, record: Record) -> float:
    """Return how far the best span of a record is to be trusted."""
    return calibration.of(*_given(record))


def choose_threshold(calibration: LogisticCalibration, records: Sequence[Record]) -> tuple[float, float]:
    """Return the threshold (in steps of 0.01) and its balanced accuracy.

    Of all thresholds whose balanced accuracy is within one standard error of the best, the lowest: none of them is
    measurably better, and the lowest answers most.
    """
    sure = [(confidence(calibration, record), record) for record in records]
    found = []
    for step in range(1, 100):
        threshold = step / 100
        answered = [float(c >= threshold and accepted(record)) for c, record in sure if record.answerable]
        refused = [float(c < threshold) for c, record in sure if not record.answerable]
        error = (standard_error(answered) ** 2 + standard_error(refused) ** 2) ** 0.5 / 2
        found.append(((mean(answered) + mean(refused)) / 2, error, threshold))
    best, error, _ = max(found)
    return next((threshold, balanced) for balanced, _, threshold in found if balanced >= best - error)


def choose_certainty(
    confidences: Sequence[float], records: Sequence[Record], weights: Floats, least: int = 50
) -> tuple[float, float]:
    """Return the least confidence (in steps of 0.01) that is called "sure", and the least called "fairly sure".

    Of the answers between a bar and the one above it, at least :data:`SURE` or :data:`FAIRLY_SURE` are acceptable, and
    there are at least ``least`` of them; a bar that no answer reaches is above 1.
    """
    bars: list[float] = []
    upper = 2.0
    for share in (SURE, FAIRLY_SURE):
        bar = upper
        for step in range(100):
            low = step / 100
            members = [n for n, value in enumerate(confidences) if low <= value < upper]
            good = sum(float(weights[n]) for n in members if accepted(records[n]))
            if len(members) >= least and good >= share * sum(float(weights[n]) for n in members):
                bar = low
                break
        bars.append(bar)
        upper = bar
    return bars[0], bars[1]
