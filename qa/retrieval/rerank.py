"""A fused ranking, ranked again by what neither search looks at: words close together, and the year of a document."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from qa.retrieval.fusion import Ranked, best_first
from qa.retrieval.proximity import proximity

# How much of a passage's score its fused score makes up, the words within one window, and the pairs of words.
FUSED_SHARE, WINDOW_SHARE, PAIR_SHARE = 0.49, 0.3, 0.21

# Added to the score of a passage whose document is of a year that the question names, as a share of the best score.
YEAR_BONUS = 0.2
# The same for the codes, versions and acronyms it names, if the passage has all of them; not fitted.
CODE_BONUS = 0.3


def prefer_proximity(
    words: Sequence[str], ranked: Ranked, passages: Mapping[int, tuple[str, str]]
) -> list[tuple[int, float]]:
    """Rank again by the fused score, as a share of the best, and :func:`qa.retrieval.proximity.proximity`.

    ``words``: those of the question, in lower case and in order. ``passages``: (title, text) by passage id.
    """
    best = max((score for _, score in ranked), default=0.0) or 1.0
    near = proximity(words, [passages[number] for number, _ in ranked])
    return best_first(
        {
            number: FUSED_SHARE * score / best + WINDOW_SHARE * window + PAIR_SHARE * pairs
            for (number, score), (window, pairs) in zip(ranked, near, strict=True)
        }
    )


def prefer_codes(
    ranked: Ranked, said: Mapping[int, Collection[str]], asked: Collection[str]
) -> list[tuple[int, float]]:
    """Raise the passages with the codes, versions and acronyms that the question names, by how many of them.

    ``said`` and ``asked``: as :func:`corpus.text.folding.aliases` writes them. To both searches AX-1027 and AX-1028 are
    much alike; whoever asks for one of them is served badly by the other.
    """
    bonus = CODE_BONUS * max((score for _, score in ranked), default=0.0)
    return best_first(
        {n: score + bonus * sum(code in said.get(n, ()) for code in asked) / len(asked) for n, score in ranked}
    )


def prefer_years(ranked: Ranked, dates: Mapping[int, str], named: Collection[str]) -> list[tuple[int, float]]:
    """Raise the passages whose document is of one of the years ``named``; ``dates``: ISO dates by passage id.

    What was written in a year seldom names it, so that neither search can tell this year's report from last year's.
    """
    bonus = YEAR_BONUS * max((score for _, score in ranked), default=0.0)
    return best_first({number: score + bonus * (dates.get(number, "")[:4] in named) for number, score in ranked})
