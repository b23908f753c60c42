"""How far to trust a span: the reader's two probabilities turned into how often such a span is right.

Logistic regression on log-odds (Platt 1999, "Probabilistic outputs for support vector machines"): fitted on held-out
training questions by ``qa.reader.training.calibrate`` and kept in the weights' configuration.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

# Probabilities below this are as good as none; their logarithms would not be.
TINY = 1e-6


def features(probability: float, no_answer: float, rank: int) -> tuple[float, float, float]:
    """Return what the confidence depends on: log p(span) - log p(no answer), log p(span), log rank of the passage."""
    span, none = math.log(max(probability, TINY)), math.log(max(no_answer, TINY))
    return span - none, span, math.log(rank)


@dataclass(frozen=True, slots=True)
class LogisticCalibration:
    """sigmoid(``bias`` + ``odds`` * log(p(span) / p(no answer)) + ``span`` * log p(span) + ``rank`` * log rank)."""

    bias: float
    odds: float
    span: float
    rank: float

    def __call__(self, probability: float, no_answer: float, rank: int) -> float:
        """Return the probability that a span is right, 0 to 1."""
        odds, span, place = features(probability, no_answer, rank)
        value = self.bias + self.odds * odds + self.span * span + self.rank * place
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, value))))

    def to_dict(self) -> dict[str, float]:
        """Return the numbers as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, float]) -> LogisticCalibration:
        """Return what :meth:`to_dict` gave."""
        return cls(**values)
