"""Follow-ups: each rule on cases as people ask them, and what must hold for any conversation."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.question.followup import LONG, SHORT, leans, stand_alone
from qa.question.words import names
from qa.types import Turn

CASES = [
    # A person: the answer to who, else a name that is no place.
    ("Where did she study?", [("Who wrote The Lake?", "Anna Lee")], "Where did Anna Lee study?"),
    ("What are his hobbies?", [("When did Timur Omarov fly to Almaty?", "1997")], "What are Timur Omarov's hobbies?"),
    ("Who taught her?", [("Where was Anna Lee born?", "Almaty")], "Who taught Anna Lee?"),
    ("Who was her teacher?", [("Where was Anna Lee born?", "Almaty")], "Who was Anna Lee's teacher?"),
    # A thing: the name that answers what or which, else the name or the words asked about.
    ("How deep is it?", [("What is the largest lake of Kazakhstan?", "Balkhash")], "How deep is Balkhash?"),
    ("When was it built?", [("How tall is Nur Alem?", "100 metres")], "When was Nur Alem built?"),
    ("What are its symptoms?", [("What is throat cancer?", "")], "What are throat cancer's symptoms?"),
    ("How long do they live?", [("Tell me about tiger sharks.", "")], "How long do tiger sharks live?"),
    # A place.
    ("How many people live there?", [("Where was Anna Lee born?", "Almaty")], "How many people live in Almaty?"),
    ("Who came from there?", [("When did Anna Lee arrive in Almaty?", "1990")], "Who came from Almaty?"),
    ("Who studied there?", [("Where is the school?", "in the Old Town of Almaty")], None),
    # "That actor", "this city".
    ("Where was that actor born?", [("Who plays Abai in The Lake?", "Hu Jun")], "Where was Hu Jun born?"),
    ("How big is this city?", [("Where was Anna Lee born?", "Almaty")], "How big is Almaty?"),
    # The last question with one thing exchanged.
    ("And in 2023?", [("How much was trade in 2021?", "5 billion")], "How much was trade in 2023?"),
    ("What about 2023?", [("How much was trade in 2021?", "5 billion")], "How much was trade in 2023?"),
    ("And Kazakhstan?", [("What is the capital of Peru?", "Lima")], "What is the capital of Kazakhstan?"),
    ("And in Almaty?", [("Who opened a plant in Astana?", "Xi")], "Who opened a plant in Almaty?"),
    ("And in 2023?", [("How much was trade with Peru?", "5 billion")], "How much was trade with Peru in 2023?"),
    ("And when did Iran join?", [("When did India join the SCO?", "2017")], "When did Iran join the SCO?"),
    ("Why?", [("When did Anna Lee leave Almaty?", "1990")], "Why did Anna Lee leave Almaty?"),
    ("And when?", [("Did Anna Lee leave Almaty?", "")], "When did Anna Lee leave Almaty?"),
    # The name at the end, where there is no place for it.
    ("And the author?", [("Tell me about the Lake Almaty.", "")], "And the author? (Lake Almaty)"),
    ("And the exports?", [("How much did Peru import?", "5 %")], "And the exports? (Peru, import)"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "history", "expected"), CASES)
def test_a_follow_up_stands_alone(question: str, history: list[Turn], expected: str | None) -> None:
    if expected is None:  # the preposition of the answer serves
        expected = question.replace("there", history[-1][1])
    new = stand_alone(question, history)
    assert new == expected or new.startswith(f"{expected} (")  # what else was spoken of


def test_what_was_exchanged_is_not_added_again() -> None:
    new = stand_alone("And in 2023?", [("How much was trade with Peru in 2021?", "5 billion")])
    assert new == "How much was trade with Peru in 2023?"


LOWER = [
    ("what causes it?", [("tell me about inflation", "a rise in prices")], "What causes inflation?"),
    (
        "what about its effects?",
        [("tell me about climate change in africa", ""), ("what causes it?", "")],
        "Climate change in africa's effects?",
    ),
    ("how is it treated?", [("what is lung cancer", "")], "How is lung cancer treated?"),
]


@pytest.mark.parametrize(("question", "history", "expected"), LOWER)
def test_topics_in_lower_case_are_found(question: str, history: list[Turn], expected: str) -> None:
    assert stand_alone(question, history).startswith(expected)


def test_terms_without_a_place_go_to_the_end_in_brackets() -> None:
    history = [("Who wrote Walking into Fresno?", "Bill Aken")]
    new = stand_alone("And the author?", history)
    assert new.startswith("And the author? (") and new.endswith(")") and "Fresno" in new


def test_a_name_is_found_again_several_turns_later() -> None:
    history = [
        ("Where is Khorgos Gateway?", "on the border"),
        ("When did it begin work?", "2015"),
        ("How long is its runway?", ""),
        ("Why?", ""),
    ]
    assert stand_alone("Who owns it?", history) == "Who owns Khorgos Gateway?"
    successor = [("When did Nazarbayev resign?", "2019"), ("Who was his successor?", "Kassym-Jomart Tokayev")]
    assert stand_alone("Where did he learn Chinese?", successor).startswith(
        "Where did Kassym-Jomart Tokayev learn Chinese?"
    )


ALONE = [
    "When did Tesla get his degree?",
    "Which university has its origins in a school of medicine?",
    "What does it mean that a question is undecidable?",
    "How long does it take to fly to Almaty?",
    "How many mosques are there in Almaty?",
    "What is a pipe?",
    "Who wrote the signed article?",
    "What is the city that hosts the games called?",
    "What do plants and animals of deserts use to keep their water?",
    "Who invented the light bulb in 1879?",
    "In what country is Normandy located?",
]


@pytest.mark.parametrize("question", ALONE)
def test_what_stands_alone_is_left_alone(question: str) -> None:
    assert not leans(question)
    assert stand_alone(question, [("Who is Anna Lee?", "a painter"), ("Where was she born?", "Almaty")]) == question


@pytest.mark.parametrize("question", ["Why?", "And in 2023?", "What about her?", "How deep is it?"])
def test_what_leans_on_nothing_is_left_alone(question: str) -> None:
    assert leans(question)
    assert stand_alone(question, []) == question
    assert stand_alone(question, [("", ""), ("...", "")]) == question


def test_names() -> None:
    assert names("When did President Xi Jinping's plane land in Nur-Sultan in 2022?") == [
        "Xi Jinping",
        "Nur-Sultan",
        "2022",
    ]
    assert names("Who joined the Shanghai Cooperation Organization?") == ["Shanghai Cooperation Organization"]
    assert names("Is the UN or the US in IT?") == ["UN", "US", "IT"]
    assert names("why do cats eat plastic?") == []


WORDS = (
    "and what about why when who how did is are was the a of in to he she her his it its they them their there that "
    "this city actor trade visit born join Anna Lee Almaty Kazakhstan SCO Xi Jinping 2021 2023 ? . , ' ( 's 14 \n"
).split(" ")
TEXT = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=40)
HISTORY = st.lists(st.tuples(TEXT, TEXT), max_size=8)


def said(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@settings(max_examples=500, deadline=None)
@given(TEXT, HISTORY)
def test_every_added_word_stood_in_the_conversation(question: str, history: list[Turn]) -> None:
    new = stand_alone(question, history)
    told = said(" ".join([question, *(part for turn in history for part in turn)]))
    assert said(new) - told <= {"in", "s"}  # "there" is "in" a place; "his" is a person's
    assert len(new) <= len(question) + LONG + SHORT
    assert bool(history) or new == question
    assert leans(question) or new == question


@given(
    st.sampled_from(["When did", "Why did", "How often did", "In which year did"]),
    st.sampled_from(["Anna Lee", "Xi Jinping", "Kassym-Jomart Tokayev"]),
    st.sampled_from(["visit Almaty?", "join the union?", "write poems?", "resign?"]),
    HISTORY,
)
def test_a_question_with_a_name_and_a_verb_is_unchanged(asks: str, name: str, does: str, history: list[Turn]) -> None:
    assert stand_alone(f"{asks} {name} {does}", history) == f"{asks} {name} {does}"


@pytest.mark.parametrize("text", ["A" * 10_000, "A b " * 2_500, "It is " * 1_600, "Xi of the " * 1_000, "." * 10_000])
def test_a_long_conversation_is_no_burden(text: str) -> None:
    begin = time.perf_counter()
    new = stand_alone("And when did he visit it?", [("Who is Xi?", "Xi Jinping")] * 5 + [(text, text)] * 100)
    assert new == "And when did he visit it?"  # only the last turns are looked at, and these are far too long
    stand_alone("And when did he visit it?", [(text[:LONG], text[:SHORT])] * 100)
    stand_alone(text[:2000], [("Who is Xi?", "Xi Jinping")] * 100)
    assert time.perf_counter() - begin < 2
