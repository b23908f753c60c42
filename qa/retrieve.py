"""A question to the passages that may answer it: dense and full-text search, fused, and ranked by word proximity.

The default fusion is a weighted sum of the two searches' scores, each stretched to 0..1 over its candidates. The best
are ranked again by how close together the question's words stand in them. ``tests/benchmarks/fit_ranking.py`` fitted
the weights, and ``tests/benchmarks/README.md`` has the table of what each part brings.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from corpus.scope import Scope
from embeddings.encoder import Vectors
from qa.dates import years
from qa.library import Library
from qa.proximity import proximity
from qa.question import check
from qa.types import Hit

Ranked = Sequence[tuple[int, float]]
"""Pairs (passage id, score), best first."""

Fusion = Callable[[Ranked, Ranked], list[tuple[int, float]]]
"""(dense, full text) -> fused."""

CANDIDATES = 50
DENSE_WEIGHT = 0.55
# How much of a passage's score its fused score makes up, the words within one window, and the pairs of words.
FUSED_SHARE, WINDOW_SHARE, PAIR_SHARE = 0.49, 0.3, 0.21
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


def prefer_proximity(question: str, ranked: Ranked, passages: Mapping[int, tuple[str, str]]) -> list[tuple[int, float]]:
    """Rank again by the fused score, as a share of the best, and :func:`qa.proximity.proximity`.

    ``passages``: (title, text) by passage id.
    """
    best = max((score for _, score in ranked), default=0.0) or 1.0
    near = proximity(search_words(question), [passages[number] for number, _ in ranked])
    return _sorted(
        {
            number: FUSED_SHARE * score / best + WINDOW_SHARE * window + PAIR_SHARE * pairs
            for (number, score), (window, pairs) in zip(ranked, near, strict=True)
        }
    )


def prefer_years(ranked: Ranked, dates: Mapping[int, str], named: Collection[str]) -> list[tuple[int, float]]:
    """Raise the passages whose document is of one of the years ``named``; ``dates``: ISO dates by passage id.

    What was written in a year seldom names it, so that neither search can tell this year's report from last year's.
    """
    bonus = YEAR_BONUS * max((score for _, score in ranked), default=0.0)
    return _sorted({number: score + bonus * (dates.get(number, "")[:4] in named) for number, score in ranked})


def _sorted(scores: dict[int, float]) -> list[tuple[int, float]]:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def search(
    library: Library,
    question: str,
    k: int = 10,
    documents: str | Iterable[str] | None = None,
    since: str | datetime.date = "",
    until: str | datetime.date = "",
    fusion: Fusion = weighted_sum,
) -> list[Hit]:
    """Return up to ``k`` passages for a question as somebody gives it, best first; no reader is needed for that.

    ``documents``, ``since`` and ``until`` narrow where to look, as in :meth:`qa.library.Library.scope`.

    Raises:
        QuestionError: the question is empty or far too long, or ``k`` is out of range.
        LibraryError: ``documents`` names one that is not there, or a date is none.
    """
    check(question, k)
    return retrieve(library, question, k, library.scope(documents, since, until), fusion)


def retrieve(
    library: Library,
    question: str,
    k: int = 5,
    scope: Scope | None = None,
    fusion: Fusion = weighted_sum,
    by_proximity: bool = True,
) -> list[Hit]:
    """Return up to ``k`` passages of the library for a question, best first.

    ``by_proximity``: rank what the fusion finds again by word proximity.
    """
    vector = library.encoder.encode_questions([question])[0]
    return _retrieve(library, question, vector, k, scope, fusion, by_proximity)


def retrieve_many(
    library: Library, questions: Sequence[str], k: int = 5, fusion: Fusion = weighted_sum, by_proximity: bool = True
) -> list[list[Hit]]:
    """Do as :func:`retrieve` for each question; they are encoded together, which is several times as fast."""
    vectors = library.encoder.encode_questions(questions)
    return [
        _retrieve(library, q, vector, k, None, fusion, by_proximity)
        for q, vector in zip(questions, vectors, strict=True)
    ]


def _retrieve(
    library: Library, question: str, vector: Vectors, k: int, scope: Scope | None, fusion: Fusion, by_proximity: bool
) -> list[Hit]:
    dense = library.search_vectors(vector, CANDIDATES, scope)
    text = library.search_text(search_words(question), CANDIDATES, scope)
    # As many whatever k is, so that the first five of ten are the five.
    ranked = fusion(dense, text)[: max(k, CANDIDATES)]
    # A passage may have been removed by another process since it was found: the rest go on.
    known = library.passages([number for number, _ in ranked])
    ranked = [(number, score) for number, score in ranked if number in known]
    if by_proximity:
        ranked = prefer_proximity(question, ranked, {n: (title, p.text) for n, (p, title, _, _) in known.items()})
    named = years(question)
    if named:
        ranked = prefer_years(ranked, {number: date for number, (_, _, date, _) in known.items()}, named)
    return [Hit(*known[number], score, rank) for rank, (number, score) in enumerate(ranked[:k], 1)]
