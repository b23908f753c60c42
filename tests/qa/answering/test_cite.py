from __future__ import annotations

from collections.abc import Callable

import pytest

from corpus.types import Passage, make_document
from qa.answering.agreement import also_supporting, distinct, holding
from qa.answering.cite import cite_span
from qa.types import Citation, Hit, Prediction, Reading

MakeHit = Callable[..., Hit]


def cited(text: str, quote: str, passage: tuple[int, int] | None = None) -> Citation:
    document = make_document("text:t", "T", "", text)
    start, end = passage or (0, len(text))
    at = text.index(quote, start)
    return cite_span(document, Passage(1, document.id, start, end, text[start:end]), at, at + len(quote), 1)


@pytest.mark.parametrize(
    ("text", "quote", "sentence"),
    [
        ("It rained. The fair opened on 10 June. All came.", "10 June", "The fair opened on 10 June."),
        ("It fell to 3.5 percent. Then it rose.", "3.5 percent", "It fell to 3.5 percent."),
        ("Mr. Xi met the U.S. president. They ate.", "the U.S. president", "Mr. Xi met the U.S. president."),
        ("First one. Second one. Third one.", "one. Second", "First one. Second one."),
        ("Naïve 😀 café. Zoë left.", "Zoë", "Zoë left."),
        ("Only words without an end", "words", "Only words without an end"),
    ],
)
def test_the_sentence_around_a_span(text: str, quote: str, sentence: str) -> None:
    citation = cited(text, quote)
    assert citation.quote == quote
    assert citation.sentence == sentence


def test_offsets_count_from_the_start_of_the_document() -> None:
    text = "A first paragraph here.\n\nThe second one names Astana. It ends."
    citation = cited(text, "Astana", (25, len(text)))
    assert text[citation.start : citation.end] == "Astana"
    assert citation.sentence == "The second one names Astana."


def reading(hit: Hit, *spans: tuple[str, float], no_answer: float) -> Reading:
    found = [(hit.passage.text.index(text), text, p) for text, p in spans]
    return Reading(tuple(Prediction(hit, at, at + len(text), p) for at, text, p in found), no_answer)


def test_distinct_spans_neither_overlap_nor_read_the_same(make_hit: MakeHit) -> None:
    one = make_hit("Almaty, the city of Almaty and Taraz", "", 1)
    two = make_hit("In the city of Taraz and Aktobe", "", 2)
    readings = [
        reading(one, ("Almaty", 0.4), ("the city of Almaty", 0.3), ("Taraz", 0.2), no_answer=0.1),
        reading(two, ("Taraz", 0.5), ("city of Taraz", 0.2), ("Aktobe", 0.05), no_answer=0.2),
    ]
    assert [(p.text, p.hit.passage.id) for p, _ in distinct(readings, 0.5)] == [("Almaty", 1), ("Taraz", 2)]
    assert [p.text for p, _ in distinct(readings, 0.1)] == ["Almaty", "Taraz", "Aktobe"]
    assert distinct(readings, 0.9) == []


def test_also_needs_the_same_span_from_the_passage_alone(make_hit: MakeHit) -> None:
    hits = [
        make_hit("It was opened in 2013.", "", 1),
        make_hit("Opened: 2013.", "", 2),
        make_hit("Wheat rose in 2013.", "", 3),
        make_hit("A record of 2013 and of 2015.", "", 4),
        make_hit("Nothing of the kind.", "", 5),
        make_hit("Lot 120131 was sold.", "", 6),
    ]
    answer = reading(hits[0], ("2013", 0.9), no_answer=0.1).predictions[0]
    others = holding(answer, hits)
    assert others == hits[1:4], "only passages that hold the words are read again"
    alone = [
        reading(hits[1], ("2013", 0.9), no_answer=0.05),
        reading(hits[2], ("2013", 0.3), no_answer=0.7),
        reading(hits[3], ("2015", 0.8), ("2013", 0.2), no_answer=0.0),
    ]
    found = also_supporting(answer, alone, 0.75)
    assert [(p.hit.passage.id, p.text) for p in found] == [(2, "2013")]
    assert also_supporting(answer, alone, 0.99) == []
