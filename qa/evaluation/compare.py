"""Two reports of the same questions compared: what got better, what got worse, and whether it is more than noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.entry import Entry
from qa.evaluation.report import Report

RESAMPLES = 10_000

_MEASURED: dict[str, Callable[[Entry], float | None]] = {
    "right": lambda e: float(e.right),
    "exact_match": lambda e: e.exact if e.expected else None,
    "f1": lambda e: e.f1 if e.expected else None,
    "recall@1": lambda e: float(e.rank == 1) if e.expected else None,
    "recall@5": lambda e: float(e.rank is not None and e.rank <= 5) if e.expected else None,
    "refused": lambda e: None if e.expected else float(e.abstained),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """How a measure changed over the questions that both reports have: its mean change with the 95 % interval."""

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
    better: tuple[tuple[Entry, Entry], ...]
    worse: tuple[tuple[Entry, Entry], ...]
    pairs: int
    unpaired: int


def compare(before: Report, after: Report) -> Comparison:
    """Compare question by question: those with the same set, id, wording and references; drafts are left out."""
    old = {_key(e): e for e in before.entries if not e.draft}
    asked = [e for e in after.entries if not e.draft]
    pairs = [(old[_key(e)], e) for e in asked if _key(e) in old]
    differences = []
    for name, measure in _MEASURED.items():
        values = [(a, b) for e, f in pairs if (a := measure(e)) is not None and (b := measure(f)) is not None]
        if values:
            differences.append(_difference(name, values))
    return Comparison(
        tuple(differences),
        tuple((e, f) for e, f in pairs if f.right and not e.right),
        tuple((e, f) for e, f in pairs if e.right and not f.right),
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


def _key(entry: Entry) -> tuple[str, ...]:
    name = entry.set.rsplit("/", 1)[-1]
    return (name, entry.id, entry.question, entry.source, *sorted(entry.expected))


def _difference(name: str, values: Sequence[tuple[float, float]]) -> Difference:
    low, high = paired_bootstrap([after - before for before, after in values])
    count = len(values)
    return Difference(name, sum(b for b, _ in values) / count, sum(a for _, a in values) / count, low, high, count)
