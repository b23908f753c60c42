"""A query to the passages that may answer it: dense and full-text search, fused, and ranked by word proximity.

The default fusion is a weighted sum of the two searches' scores, each stretched to 0..1 over its candidates. The best
are ranked again by how close together the question's words stand in them. ``tests/benchmarks/fit_ranking.py`` fitted
the weights, and ``tests/benchmarks/README.md`` has the table of what each part brings.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from corpus.scope import Scope
from corpus.sources import spoken_name
from corpus.text.folding import aliases, folded
from corpus.types import headed
from embeddings.types import Vectors
from qa.library.library import Library
from qa.question.intent import check
from qa.question.query import Query
from qa.retrieval.fusion import CANDIDATES, Fusion, weighted_sum
from qa.retrieval.rerank import prefer_codes, prefer_proximity, prefer_years
from qa.types import Hit


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

    ``documents``, ``since`` and ``until`` narrow where to look, as in :meth:`qa.library.library.Library.scope`.

    Raises:
        QuestionError: the question is empty or far too long, or ``k`` is out of range.
        LibraryError: ``documents`` names one that is not there, or a date is none.
    """
    check(question, k)
    return retrieve(library, Query.of(question), k, library.scope(documents, since, until), fusion)


def retrieve(
    library: Library,
    query: Query,
    k: int = 5,
    scope: Scope | None = None,
    fusion: Fusion = weighted_sum,
    by_proximity: bool = True,
) -> list[Hit]:
    """Return up to ``k`` passages of the library for a query, best first.

    ``by_proximity``: rank what the fusion finds again by word proximity.
    """
    vector = library.encoder.encode_questions([query.stand_alone])[0]
    return _retrieve(library, query, vector, k, scope, fusion, by_proximity)


def retrieve_many(
    library: Library, queries: Sequence[Query], k: int = 5, fusion: Fusion = weighted_sum, by_proximity: bool = True
) -> list[list[Hit]]:
    """Do as :func:`retrieve` for each query; they are encoded together, which is several times as fast."""
    vectors = library.encoder.encode_questions([query.stand_alone for query in queries])
    return [
        _retrieve(library, query, vector, k, None, fusion, by_proximity)
        for query, vector in zip(queries, vectors, strict=True)
    ]


def _retrieve(
    library: Library, query: Query, vector: Vectors, k: int, scope: Scope | None, fusion: Fusion, by_proximity: bool
) -> list[Hit]:
    dense = library.search_vectors(vector, CANDIDATES, scope)
    text = library.search_text([*query.words, *query.codes], CANDIDATES, scope)
    # As many whatever k is, so that the first five of ten are the five.
    ranked = fusion(dense, text)[: max(k, CANDIDATES)]
    # A passage may have been removed by another process since it was found: the rest go on.
    known = library.passages([number for number, _ in ranked])
    ranked = [(number, score) for number, score in ranked if number in known]
    if by_proximity:
        ranked = prefer_proximity(
            query.words, ranked, {n: (headed(title, p.context), p.heard) for n, (p, title, _, _) in known.items()}
        )
    if query.codes:
        said = {
            n: aliases(f"{headed(title, p.context)} {folded(p.heard)} {spoken_name(source)}")
            for n, (p, title, _, source) in known.items()
        }
        ranked = prefer_codes(ranked, said, query.codes)
    if query.years:
        ranked = prefer_years(ranked, {number: date for number, (_, _, date, _) in known.items()}, query.years)
    return [Hit(*known[number], score, rank) for rank, (number, score) in enumerate(ranked[:k], 1)]
