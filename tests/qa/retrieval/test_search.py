from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.library.library import Library
from qa.question.query import Query
from qa.question.words import search_words
from qa.retrieval.fusion import CANDIDATES, reciprocal_rank, weighted_sum
from qa.retrieval.rerank import FUSED_SHARE, PAIR_SHARE, WINDOW_SHARE, prefer_proximity
from qa.retrieval.search import retrieve, retrieve_many

RANKED = st.dictionaries(st.integers(1, 60), st.floats(-1, 30, allow_nan=False), max_size=CANDIDATES).map(
    lambda scores: sorted(scores.items(), key=lambda item: -item[1])
)


@given(RANKED, RANKED)
def test_fusions_rank_every_candidate_once(dense: list[tuple[int, float]], text: list[tuple[int, float]]) -> None:
    for fusion in (weighted_sum, reciprocal_rank):
        fused = fusion(dense, text)
        assert {n for n, _ in fused} == {n for n, _ in dense} | {n for n, _ in text}
        assert len(fused) == len({n for n, _ in fused})
        assert [s for _, s in fused] == sorted((s for _, s in fused), reverse=True)


def test_the_weighted_sum_by_hand() -> None:
    dense = [(1, 0.9), (2, 0.5), (3, 0.1)]
    text = [(3, 10.0), (2, 5.0)]
    scores = dict(weighted_sum(dense, text, weight=0.4))
    # Dense scores stretch from 0.1..0.9; full text found fewer than it was asked for, so its floor is 0.
    assert scores == pytest.approx({1: 0.4, 2: 0.4 * 0.5 + 0.6 * 0.5, 3: 0.6})


def test_reciprocal_rank_by_hand() -> None:
    scores = dict(reciprocal_rank([(1, 0.9), (2, 0.5)], [(2, 3.0)], constant=10))
    assert scores == pytest.approx({1: 1 / 11, 2: 1 / 12 + 1 / 11})


def test_scores_of_different_scale_do_not_drown_each_other() -> None:
    dense = [(1, 0.80), (2, 0.79), (3, 0.1)]
    text = [(2, 900.0), (1, 10.0)]
    assert weighted_sum(dense, text)[0][0] == 2


def test_search_words_leave_out_what_says_nothing() -> None:
    assert search_words("Who was the ambassador to Kazakhstan, and when?") == ["ambassador", "kazakhstan"]
    assert search_words("To be or not to be?") == ["to", "be", "or", "not"], "nothing else to look for"
    assert search_words("SCO SCO sco") == ["sco"]


def test_hits_are_ranked_and_whole(sample_library: Library) -> None:
    hits = retrieve(sample_library, Query.of("When did the Khorgos dry port open?"), 7)
    assert [hit.rank for hit in hits] == list(range(1, 8))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == 7
    assert hits[0].source == "sample:khorgos.html"
    assert hits[0].title
    assert hits[0].date == "2018-07-05"
    for hit in hits:
        text = sample_library.document(hit.passage.document_id).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_a_rare_word_and_a_paraphrase_are_both_found(sample_library: Library) -> None:
    by_word = retrieve(sample_library, Query.of("Framatome"), 3)
    assert any("Framatome" in hit.passage.text for hit in by_word)
    by_meaning = retrieve(sample_library, Query.of("Which vocalist became popular on Chinese television?"), 5)
    assert any("Dimash" in hit.passage.text for hit in by_meaning)


@pytest.mark.parametrize("question", ["", "???", '"', "a AND (b", "NEAR(", "x" * 900, "*", "\x00", "💥"])
def test_odd_questions_do_no_harm(sample_library: Library, question: str) -> None:
    assert len(retrieve(sample_library, Query.of(question), 3)) == 3


def test_many_at_once_find_what_each_finds_alone(sample_library: Library) -> None:
    asked = ["When did the Khorgos dry port open?", "Who is Dimash?", "How many people visited the Expo?"]
    together = retrieve_many(sample_library, [Query.of(question) for question in asked], 4)
    for question, hits in zip(asked, together, strict=True):
        alone = retrieve(sample_library, Query.of(question), 4)
        assert [hit.passage.id for hit in hits] == [hit.passage.id for hit in alone]
        assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in alone], abs=0.02)
    assert retrieve_many(sample_library, [], 4) == []


def test_proximity_ranks_again_by_hand() -> None:
    ranked = [(1, 0.5), (2, 0.25)]
    passages = {1: ("", "the lease, and much later " + "x" * 200 + " ends"), 2: ("", "the lease ends")}
    # The second has all words together, the first half of their weight at a time.
    assert prefer_proximity(Query.of("When does the lease end, which ends?").words, ranked, passages)[0][0] == 2
    scores = dict(prefer_proximity(["lease", "ends"], ranked, passages))
    assert scores == pytest.approx({1: FUSED_SHARE + WINDOW_SHARE / 2, 2: FUSED_SHARE / 2 + WINDOW_SHARE + PAIR_SHARE})
    assert sum((FUSED_SHARE, WINDOW_SHARE, PAIR_SHARE)) == pytest.approx(1)
    assert prefer_proximity(["lease", "ends"], [], {}) == []


def test_the_first_hits_do_not_depend_on_how_many_are_asked_for(sample_library: Library) -> None:
    question = "Which newspaper published the article?"
    ten = retrieve(sample_library, Query.of(question), 10)
    assert retrieve(sample_library, Query.of(question), 3) == ten[:3]


def test_proximity_can_be_left_out(sample_library: Library) -> None:
    question = "When did the Khorgos dry port open?"
    fused, close = (retrieve(sample_library, Query.of(question), 50, by_proximity=again) for again in (False, True))
    assert {hit.passage.id for hit in fused} == {hit.passage.id for hit in close}
    assert [hit.passage.id for hit in fused] != [hit.passage.id for hit in close]
