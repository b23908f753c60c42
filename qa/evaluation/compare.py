"""Two reports on the same questions compared: what got better, what got worse, and whether it is more than noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.figures import shown
from qa.evaluation.outcome import Outcome
from qa.evaluation.report import Report

RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """How a figure changed over the questions that both reports have: its mean change with the 95 % interval."""

    name: str
    before: float
    after: float
    low: float
    high: float
    questions: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero, so that the change is more than noise."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """The change in words."""
        if self.clear:
            return "better" if self.low > 0 else "worse"
        return "the same" if self.low == self.high == 0 else "no clear difference"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs (before, after) of what got better and worse, the differences, and how many could not be paired."""

    differences: tuple[Difference, ...]
    better: tuple[tuple[Outcome, Outcome], ...]
    worse: tuple[tuple[Outcome, Outcome], ...]
    pairs: int
    unpaired: int


def compare(before: Report, after: Report) -> Comparison:
    """Compare question by question: those with the same set, id, wording and references; drafts are left out."""
    earlier = {_key(o): o for o in before.outcomes if not o.draft}
    asked = [o for o in after.outcomes if not o.draft]
    pairs = [(earlier[_key(o)], o) for o in asked if _key(o) in earlier]
    differences = []
    for figure in shown("comparison"):
        values = [(figure.value(old), figure.value(new)) for old, new in pairs if figure.over(old) and figure.over(new)]
        if values:
            differences.append(_difference(figure.name, values))
    return Comparison(
        tuple(differences),
        tuple((old, new) for old, new in pairs if new.right and not old.right),
        tuple((old, new) for old, new in pairs if old.right and not new.right),
        len(pairs),
        len(asked) - len(pairs),
    )


def paired_bootstrap(changes: Sequence[float], resamples: int = RESAMPLES, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the mean change, by resampling the questions (Efron & Tibshirani 1993)."""
    values = np.asarray(changes, dtype=np.float64)
    generator = np.random.default_rng(seed)
    # In slices, so that thousands of questions do not take gigabytes.
    size = max(1, 2_000_000 // len(values))
    means = [
        values[generator.integers(0, len(values), (min(size, resamples - start), len(values)))].mean(axis=1)
        for start in range(0, resamples, size)
    ]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def _key(outcome: Outcome) -> tuple[str, ...]:
    name = outcome.set.rsplit("/", 1)[-1]
    return (name, outcome.id, outcome.question, outcome.source, *sorted(outcome.expected))


def _difference(name: str, values: Sequence[tuple[float, float]]) -> Difference:
    low, high = paired_bootstrap([after - before for before, after in values])
    count = len(values)
    return Difference(name, sum(b for b, _ in values) / count, sum(a for _, a in values) / count, low, high, count)
