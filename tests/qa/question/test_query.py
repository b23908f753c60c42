from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qa.question import Query
from qa.question.intent import intent_of


def test_a_question_is_taken_apart() -> None:
    assert Query.of("  Did Anna Lee visit\nAlmaty in 2016 or 2017? ") == Query(
        asked="  Did Anna Lee visit\nAlmaty in 2016 or 2017? ",
        stand_alone="Did Anna Lee visit Almaty in 2016 or 2017?",
        intent="evidence",
        words=("anna", "lee", "visit", "almaty", "2016", "2017"),
        names=("Anna Lee", "Almaty", "2016", "2017"),
        years=frozenset({"2016", "2017"}),
    )


def test_a_follow_up_is_taken_apart_as_if_all_had_been_said_at_once() -> None:
    query = Query.of("And in 2023?", [("How much wheat did Omar Bek sell in 2021?", "4 tonnes")])
    assert query.asked == "And in 2023?"
    assert query.stand_alone == "How much wheat did Omar Bek sell in 2023?"
    assert query.years == {"2023"} and "Omar Bek" in query.names and "wheat" in query.words
    assert Query.of(query.stand_alone) == replace(query, asked=query.stand_alone)


@given(st.text(max_size=200))
def test_any_text_makes_a_query(text: str) -> None:
    query = Query.of(text)
    assert query.asked == text
    assert query.intent == intent_of(text)
    assert Query.of(query.stand_alone).stand_alone == query.stand_alone
    assert all(word == word.lower() for word in query.words)
