"""A question to the passages that may answer it: dense and full-text search, fused.

The default fusion is a weighted sum of the two searches' scores, each stretched to 0..1 over its candidates.
``tests/benchmarks/README.md`` has the table that it was chosen from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from corpus.scope import Scope
from embeddings.encoder import Vectors
from qa.dates import years
from qa.library import Library
from qa.types import Hit

Ranked = Sequence[tuple[int, float]]
"""Pairs (passage id, score), best first."""

Fusion = Callable[[Ranked, Ranked], list[tuple[int, float]]]
"""(dense, full text) -> fused."""

CANDIDATES = 50
DENSE_WEIGHT = 0.4
# Added to the score of a passage whose document is of a year that the question names, as a share of the best score.
YEAR_BONUS = 0.2

# Words that say nothing of a passage's subject; searching for them costs time and finds noise.
STOP_WORDS = frozenset(
    "a about an and any are as at be been but by can could did do does for from had has have he her his how i if in is"
    " it its many may me might much must my no not of on or our shall she should some such than that the their them"
    " then there these they this those to was we were what when where which who whom whose why will with would you your"
    "".split()
)


def search_words(question: str) -> list[str]:
    """Return the question's words without stop words, each once; all of them where only stop words are left."""
    words = list(dict.fromkeys(re.findall(r"\w+", question.lower())))
    return [word for word in words if word not in STOP_WORDS] or words


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
    return _sorted(fused)


def reciprocal_rank(dense: Ranked, text: Ranked, constant: float = 10) -> list[tuple[int, float]]:
    """Fuse by the sum of 1 / (constant + rank) (Cormack et al. 2009, https://doi.org/10.1145/1571941.1572114)."""
    fused: dict[int, float] = {}
    for ranked in (dense, text):
        for rank, (number, _) in enumerate(ranked, 1):
            fused[number] = fused.get(number, 0.0) + 1 / (constant + rank)
    return _sorted(fused)


def dense_alone(dense: Ranked, text: Ranked) -> list[tuple[int, float]]:
    """Keep the dense ranking."""
    return list(dense)


def text_alone(dense: Ranked, text: Ranked) -> list[tuple[int, float]]:
    """Keep the full-text ranking."""
    return list(text)


def prefer_years(ranked: Ranked, dates: Mapping[int, str], named: Collection[str]) -> list[tuple[int, float]]:
    """Raise the passages whose document is of one of the years ``named``; ``dates``: ISO dates by passage id.

    What was written in a year seldom names it, so that neither search can tell this year's report from last year's.
    """
    bonus = YEAR_BONUS * max((score for _, score in ranked), default=0.0)
    return _sorted({number: score + bonus * (dates.get(number, "")[:4] in named) for number, score in ranked})


def _sorted(scores: dict[int, float]) -> list[tuple[int, float]]:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def retrieve(
    library: Library, question: str, k: int = 5, scope: Scope | None = None, fusion: Fusion = weighted_sum
) -> list[Hit]:
    """Return up to ``k`` passages of the library for a question, best first."""
    vector = library.encoder.encode_questions([question])[0]
    return _retrieve(library, question, vector, k, scope, fusion)


def retrieve_many(
    library: Library, questions: Sequence[str], k: int = 5, fusion: Fusion = weighted_sum
) -> list[list[Hit]]:
    """Do as :func:`retrieve` for each question; they are encoded together, which is several times as fast."""
    vectors = library.encoder.encode_questions(questions)
    return [_retrieve(library, q, vector, k, None, fusion) for q, vector in zip(questions, vectors, strict=True)]


def _retrieve(
    library: Library, question: str, vector: Vectors, k: int, scope: Scope | None, fusion: Fusion
) -> list[Hit]:
    dense = library.search_vectors(vector, CANDIDATES, scope)
    text = library.search_text(search_words(question), CANDIDATES, scope)
    ranked = fusion(dense, text)
    named = years(question)
    if not named:
        ranked = ranked[:k]
    known = library.passages([number for number, _ in ranked])
    if named:
        ranked = prefer_years(ranked, {number: date for number, (_, _, date, _) in known.items()}, named)
    # A passage may have been removed by another process since it was found: the rest go on.
    found = [(known[number], score) for number, score in ranked if number in known][:k]
    return [Hit(*entry, score, rank) for rank, (entry, score) in enumerate(found, 1)]
