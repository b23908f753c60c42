"""The shapes that are passed around: corpus/types.py and qa/types.py."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from corpus.types import Passage, document_id, make_document, titled
from qa.types import Answer, Citation, Hit, Prediction, Reading

MakeHit = Callable[..., Hit]

TEXT = "Zoë 😀 left. The fair opened on 10 June. All came."


@pytest.fixture
def citation() -> Citation:
    document = make_document("text:Fair", "The fair", "2017-06", TEXT)
    passage = Passage(7, document.id, 12, len(TEXT), TEXT[12:])
    start, sentence = TEXT.index("10 June"), TEXT.index("The fair")
    return Citation(2, document, passage, start, start + 7, sentence, TEXT.index(" All"))


def test_the_id_changes_with_every_part() -> None:
    parts = ["source", "title", "2017", "text"]
    changed = [[*parts[:at], parts[at] + "!", *parts[at + 1 :]] for at in range(4)]
    # What moves from one part to the next is a change as well.
    moved = [
        ["sourcet", "itle", "2017", "text"],
        ["source", "title2017", "", "text"],
        ["source", "title", "", "2017text"],
    ]
    ids = [document_id(*each) for each in (parts, *changed, *moved)]
    assert len(set(ids)) == 8
    assert document_id(*parts) == ids[0] == make_document(*parts).id
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in ids)


def test_the_id_of_a_name_that_is_no_unicode() -> None:
    assert document_id("/tmp/\udcff.txt", "", "", "a") != document_id("/tmp/\udcfe.txt", "", "", "a")


def test_titled() -> None:
    assert titled("Expo", "It opened.") == "Expo: It opened."
    assert titled("", "It opened.") == "It opened."


def test_confidence_is_what_the_calibration_says(make_hit: MakeHit) -> None:
    prediction = Prediction(make_hit("10 June 2017", rank=3), 0, 7, 0.4)
    assert not Reading((prediction,), 0.2).calibrated
    reading = Reading(
        (prediction,), 0.2, lambda reading, span: span.probability + reading.no_answer + span.hit.rank / 100
    )
    assert reading.calibrated
    assert reading.confidence(prediction) == pytest.approx(0.63)


@pytest.mark.parametrize(
    ("probability", "no_answer", "confidence"),
    [(0.6, 0.2, 0.75), (0.3, 0.1, 0.75), (0.5, 0.0, 1.0), (0.0, 0.5, 0.0), (0.0, 0.0, 0.0)],
)
def test_confidence_weighs_a_span_against_no_answer(
    make_hit: MakeHit, probability: float, no_answer: float, confidence: float
) -> None:
    prediction = Prediction(make_hit("It opened."), 3, 9, probability)
    other = Prediction(make_hit("It closed."), 3, 9, 0.1)
    assert Reading((prediction, other), no_answer).confidence(prediction) == pytest.approx(confidence)


def test_a_prediction_is_cut_from_its_passage(make_hit: MakeHit) -> None:
    assert Prediction(make_hit("Zoë 😀 left."), 6, 10, 0.5).text == "left"


def test_quote_and_sentence_are_cut_from_the_document(citation: Citation) -> None:
    assert citation.quote == "10 June"
    assert citation.sentence == "The fair opened on 10 June."
    assert citation.to_dict() == {
        "number": 2,
        "title": "The fair",
        "source": "text:Fair",
        "date": "2017-06",
        "start": 31,
        "end": 38,
        "quote": "10 June",
        "sentence": "The fair opened on 10 June.",
        "passage_id": 7,
        "unread_since": "",
    }


def test_an_answer_as_json_values(citation: Citation, make_hit: MakeHit) -> None:
    answer = Answer(
        question="And when?",
        searched_question="When did the fair open?",
        text="10 June",
        citations=(citation,),
        also=(),
        hits=(make_hit(TEXT),),
        confidence=0.123456,
        abstained=False,
        timings={"read": 0.0123456, "total": 1.5},
    )
    assert json.loads(json.dumps(answer.to_dict())) == {
        "question": "And when?",
        "searched_question": "When did the fair open?",
        "answer": {
            "text": "10 June",
            "abstained": False,
            "confidence": 0.1235,
            "calibrated": False,
            "certainty": "",
            "kind": "span",
        },
        "citations": [citation.to_dict()],
        "also": [],
        "disagreeing": [],
        "timings_ms": {"read": 12.3, "total": 1500.0},
    }


def test_a_refusal_as_json_values(citation: Citation) -> None:
    shape = Answer("Why?", "Why?", "", (), (citation,), (), 0.00004, True, "not_found").to_dict()
    assert shape["answer"] == {
        "text": "",
        "abstained": True,
        "confidence": 0.0,
        "calibrated": False,
        "certainty": "",
        "kind": "not_found",
    }
    assert (shape["citations"], shape["also"], shape["timings_ms"]) == ([], [citation.to_dict()], {})
