"""The sentence shown for a yes/no question: the nearest one that may be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from embeddings.sentence_transformer import SentenceEncoder
from qa.answering import Policy
from qa.answering.yes_no import best_sentence
from qa.question.query import Query
from qa.types import Hit

MakeHit = Callable[..., Hit]

BAR = Policy(threshold=0.5).evidence
BUILT = "The lighthouse of Aktau was built in 1974."


def chosen(encoder: SentenceEncoder, question: str, *hits: Hit) -> str:
    prediction, _ = best_sentence(encoder, Query.of(question), hits)
    return prediction.text if prediction else ""


def test_no_hits(encoder: SentenceEncoder) -> None:
    assert best_sentence(encoder, Query.of("Was the lighthouse built in 1974?"), []) == (None, 0.0)


def test_the_nearest_sentence_of_all_hits(encoder: SentenceEncoder, make_hit: MakeHit) -> None:
    hits = [
        make_hit("Aktau had a market in 1974. In Aktau bread was dear in 1974.", number=1),
        make_hit(f"The sea at Aktau was cold in 1974. {BUILT} Ships passed Aktau.", number=2, rank=2),
        make_hit("Aktau has had a museum since 1974.", number=3, rank=3),
    ]
    prediction, cosine = best_sentence(encoder, Query.of("Was the lighthouse of Aktau built in 1974?"), hits)
    assert prediction is not None
    assert (prediction.hit, prediction.text) == (hits[1], BUILT)
    assert prediction.probability == cosine > BAR


def test_a_sentence_about_something_else_is_under_the_threshold(encoder: SentenceEncoder, make_hit: MakeHit) -> None:
    query = Query.of("Was the lighthouse built of stone?")
    _, cosine = best_sentence(encoder, query, [make_hit("Bread is sold at nine.")])
    assert cosine < BAR


@pytest.mark.parametrize(
    ("text", "title", "date", "expected"),
    [
        ("The lighthouse of Aktau is finished in 1975. It is high.", "", "", "in 1975."),
        ("The lighthouse of Aktau is finished. It is high.", "The year 1975", "", "is finished."),
        ("The lighthouse of Aktau is finished. It is high.", "", "1975-03", "is finished."),
        ("The lighthouse of Aktau is finished. It is high.", "", "1976-03", ""),
        ("The lighthouse of Aktau is finished in 1976. It is high.", "The year 1976", "", ""),
        # Elsewhere in the passage is not enough.
        ("The lighthouse of Aktau is finished. Bread was dear in 1975.", "", "", "Bread was dear in 1975."),
    ],
)
def test_a_year_stands_in_the_sentence_its_title_or_date(
    encoder: SentenceEncoder, make_hit: MakeHit, text: str, title: str, date: str, expected: str
) -> None:
    hit = replace(make_hit(text, title), date=date)
    found = chosen(encoder, "Was the lighthouse of Aktau finished in 1975?", hit)
    assert found.endswith(expected) and bool(found) == bool(expected)


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("She likes the sea very much. Weber met Anna.", "", True),
        ("She likes the sea very much. Anna sings.", "The Weber family", True),
        ("She likes the sea very much. She sings.", "ANNA WEBER", True),
        ("She likes the sea very much. Anna sings.", "", False),
        ("Anna Weberman likes the sea very much.", "", False),
    ],
)
def test_every_name_stands_in_the_passage_or_title(
    encoder: SentenceEncoder, make_hit: MakeHit, text: str, title: str, found: bool
) -> None:
    prediction, cosine = best_sentence(encoder, Query.of("Does Anna Weber like the sea?"), [make_hit(text, title)])
    assert (prediction is not None) == found
    # The cosine of a sentence that does not qualify is returned all the same.
    assert cosine > BAR


def test_a_passage_that_qualifies_goes_before_a_nearer_one_that_does_not(
    encoder: SentenceEncoder, make_hit: MakeHit
) -> None:
    nearer, other = make_hit("Anna Meyer likes the sea."), make_hit("Anna Weber swims every day.", number=2, rank=2)
    question = "Does Anna Weber like the sea?"
    assert (
        best_sentence(encoder, Query.of(question), [nearer])[1] > best_sentence(encoder, Query.of(question), [other])[1]
    )
    assert chosen(encoder, question, nearer, other) == "Anna Weber swims every day."


def test_the_title_is_no_evidence(encoder: SentenceEncoder, make_hit: MakeHit) -> None:
    question, heading = "Is the lighthouse of Aktau open?", "The lighthouse of Aktau is open"
    text = f"{heading}\n\nVisitors may climb it in Aktau."
    assert chosen(encoder, question, make_hit(text, "Notes")) == heading
    assert chosen(encoder, question, make_hit(text, heading)) == "Visitors may climb it in Aktau."
    assert best_sentence(encoder, Query.of(question), [make_hit(heading, heading)]) == (None, 0.0)
