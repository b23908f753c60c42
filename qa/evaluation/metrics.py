"""Measures of answers and of retrieval: pure functions of texts and numbers.

Exact match and F1 are those of SQuAD's official evaluation (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250),
except that typographic quotation marks and dashes count as the plain ones: a reference is typed with those.
"""

from __future__ import annotations

from collections.abc import Sequence


def recall_at(k: int, ranks: Sequence[int | None]) -> float:
    """Return the share of questions whose gold passage is among the first ``k`` hits; ranks count from 1."""
    return mean([float(rank is not None and rank <= k) for rank in ranks])


def mean(values: Sequence[float]) -> float:
    """Return the mean, or 0.0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share (0 to 1) of the values lies, by linear interpolation; 0.0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])


def standard_error(values: Sequence[float]) -> float:
    """Return the standard error of the mean, taking the values as independent."""
    if len(values) < 2:
        return 0.0
    centre = mean(values)
    return float((sum((value - centre) ** 2 for value in values) / (len(values) - 1) / len(values)) ** 0.5)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean by the normal approximation."""
    half = 1.96 * standard_error(values)
    return mean(values) - half, mean(values) + half


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error, 0 to 1, over bins of equal width.

    The mean distance between how sure the answers of a bin are and how many of them are right, weighted by their
    number (Guo et al. 2017, https://arxiv.org/abs/1706.04599). 0.0 of nothing.
    """
    total = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        members = [(c, r) for c, r in zip(confidences, right, strict=True) if low <= c < high or (c >= 1 and high == 1)]
        total += abs(sum(c for c, _ in members) - sum(r for _, r in members))
    return total / len(confidences) if confidences else 0.0


def risk_coverage(confidences: Sequence[float], values: Sequence[float]) -> list[tuple[float, float, float]]:
    """Return (coverage, mean value, threshold) for every tenth of the answers, the surest first.

    ``values``: what each answer is worth, 0 to 1, such as its F1: one less the mean is the risk at that coverage
    (El-Yaniv & Wiener 2010, https://www.jmlr.org/papers/v11/el-yaniv10a.html).
    """
    ranked = sorted(zip(confidences, values, strict=True), key=lambda pair: -pair[0])
    curve = []
    for tenth in range(1, 11):
        taken = ranked[: max(1, round(len(ranked) * tenth / 10))] if ranked else []
        if taken:
            curve.append((tenth / 10, mean([value for _, value in taken]), taken[-1][0]))
    return curve
