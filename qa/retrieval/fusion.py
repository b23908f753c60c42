"""The rankings of dense and full-text search made one.

The scores of the two have nothing to do with each other: cosines on one side, BM25 on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Ranked = Sequence[tuple[int, float]]
"""Pairs (passage id, score), best first."""

Fusion = Callable[[Ranked, Ranked], list[tuple[int, float]]]
"""(dense, full text) -> fused."""

# How many passages each search proposes, and the fused ranking keeps.
CANDIDATES = 50

# What the dense score weighs in the sum; the full-text score weighs the rest.
DENSE_WEIGHT = 0.55


def weighted_sum(dense: Ranked, text: Ranked, weight: float = DENSE_WEIGHT) -> list[tuple[int, float]]:
    """Fuse by ``weight`` times the dense score plus the rest times the full-text score, each stretched to 0..1."""
    fused: dict[int, float] = {}
    for ranked, share in ((dense, weight), (text, 1 - weight)):
        if not ranked:
            continue
        best = ranked[0][1]
        # Where full-text search found fewer than it was asked for, the next would have scored nothing at all.
        worst = ranked[-1][1] if len(ranked) >= CANDIDATES or ranked is dense else 0.0
        for number, score in ranked:
            stretched = (score - worst) / (best - worst) if best > worst else 1.0
            fused[number] = fused.get(number, 0.0) + share * stretched
    return best_first(fused)


def reciprocal_rank(dense: Ranked, text: Ranked, constant: float = 10) -> list[tuple[int, float]]:
    """Fuse by the sum of 1 / (constant + rank) (Cormack et al. 2009, https://doi.org/10.1145/1571941.1572114)."""
    fused: dict[int, float] = {}
    for ranked in (dense, text):
        for rank, (number, _) in enumerate(ranked, 1):
            fused[number] = fused.get(number, 0.0) + 1 / (constant + rank)
    return best_first(fused)


def dense_alone(dense: Ranked, text: Ranked) -> list[tuple[int, float]]:
    """Keep the dense ranking."""
    return list(dense)


def text_alone(dense: Ranked, text: Ranked) -> list[tuple[int, float]]:
    """Keep the full-text ranking."""
    return list(text)


def best_first(scores: dict[int, float]) -> list[tuple[int, float]]:
    """Return the pairs (passage id, score), the highest score first, and of equal ones the lowest id."""
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
