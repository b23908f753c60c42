"""How far to trust a span: what the reader proposes turned into how often such a span is right.

Logistic regression on log-odds (Platt 1999, "Probabilistic outputs for support vector machines"): fitted on held-out
training questions by ``qa.training.calibrate`` and kept in the weights' configuration.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from qa.matching import normalise_answer, token_f1
from qa.types import Prediction, Reading

# Probabilities below this are as good as none; their logarithms would not be.
TINY = 1e-6


def features(support: float, total: float, no_answer: float, rank: int) -> tuple[float, float, float, float]:
    """Return what the confidence depends on: log(support / p(no answer)), log support, log total, log rank.

    ``support``: the expected F1 of the span; ``total``: the probability of all spans proposed; ``rank``: that of the
    span's passage.
    """
    agreed, none = math.log(max(support, TINY)), math.log(max(no_answer, TINY))
    return agreed - none, agreed, math.log(max(total, TINY)), math.log(rank)


@dataclass(frozen=True, slots=True)
class LogisticCalibration:
    """The sigmoid of ``bias`` and the sum of the :func:`features`, each times its weight."""

    bias: float
    odds: float
    support: float
    total: float
    rank: float

    def __call__(self, reading: Reading, prediction: Prediction) -> float:
        """Return the probability that a span is right, 0 to 1."""
        # The span itself first: its support is the first of the sums.
        spans = [prediction, *(other for other in reading.predictions if other is not prediction)]
        probabilities = [span.probability for span in spans]
        support = expected_f1([span.text for span in spans], probabilities)[0]
        return self.of(support, sum(probabilities), reading.no_answer, prediction.hit.rank)

    def of(self, support: float, total: float, no_answer: float, rank: int) -> float:
        """Return the probability for given numbers; see :func:`features`."""
        odds, agreed, mass, place = features(support, total, no_answer, rank)
        value = self.bias + self.odds * odds + self.support * agreed + self.total * mass + self.rank * place
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, value))))

    def to_dict(self) -> dict[str, float]:
        """Return the numbers as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, float]) -> LogisticCalibration:
        """Return what :meth:`to_dict` gave."""
        return cls(**values)


def expected_f1(texts: Sequence[str], probabilities: Sequence[float]) -> list[float]:
    """Return for every text the sum over all texts of their probability times the token F1 of the two, 0 to 1."""
    words = [normalise_answer(text).split() for text in texts]
    return [sum(p * token_f1(one, other) for other, p in zip(words, probabilities, strict=True)) for one in words]
