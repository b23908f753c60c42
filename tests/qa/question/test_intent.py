from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.question.intent import MAX_CHARACTERS, intent_of, problem

CASES = {
    "span": [
        "When did Xi visit Kazakhstan?",
        "Can you tell me when the port opened?",
        "What is the sum that China pledged?",
        "How many people visited the expo?",
        "How did trade in 2023 compare with the year before?",
        "In which year did he write the large catechism?",
        "How much did the wind farm cost?",
        "What did Xi say about tourism?",
        "Why was the summit moved?",
        "Who is Tokayev",
        "hello kitty was created by whom?",
        "What is Hi-Tech Astana?",
        "capital of Kazakhstan",
        "When was 9/11?",
    ],
    "evidence": [
        "Did Xi visit Kazakhstan in 2017?",
        "Is Belarus a member of the SCO?",
        "And was it held in Astana?",
        "Haven't they signed it?",
    ],
    "list": ["List all members of the SCO.", "Name three cities on the railway.", "Which are all the stations?",
             "Show me all visits"],
    "summary": ["Summarise the documents.", "summarize expo-2017.md", "Give me an overview of the visits",
                "What are these documents about?", "tl;dr", "Write a poem about Astana", "the main points of this"],
    "comparison": ["Compare the visits of 2013 and 2017.", "What is the difference between the SCO and CICA?",
                   "pipelines vs railways", "pros and cons of the pipeline"],
    "arithmetic": ["2 + 2", "What is 12*(3+4)?", "12 plus 5", "How much more did they trade in 2023 than in 2021?",
                   "Calculate the growth of trade", "How many documents are there?"],
    "greeting": ["hello", "Hi!", "hey there", "Good morning", "thanks", "Thank you very much!", "who are you?",
                 "What can you do?", "test"],
    "language": ["Когда Си Цзиньпин посетил Казахстан?", "习近平什么时候访问哈萨克斯坦？", "متى"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "question"), [(kind, q) for kind, questions in CASES.items() for q in questions])
def test_what_a_question_intent_of(kind: str, question: str) -> None:
    assert intent_of(question) == kind


@given(st.text(max_size=200))
def test_any_text_is_judged(question: str) -> None:
    assert intent_of(question) in CASES


def test_questions_that_cannot_be_asked() -> None:
    assert problem("When?") is None
    assert "empty" in (problem("") or "")
    assert "empty" in (problem(" \n\t") or "")
    assert "100,000" in (problem("x" * 100_000) or "")
    assert problem("x" * MAX_CHARACTERS) is None
    assert "no words" in (problem("?!") or "")
