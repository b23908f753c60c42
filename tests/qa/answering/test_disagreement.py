from __future__ import annotations

from collections.abc import Callable

import pytest

from qa.answering import Policy
from qa.answering.disagreement import contradicting, rivals
from qa.answering.same_meaning import same_meaning
from qa.types import Hit, Prediction, Reading

MakeHit = Callable[..., Hit]


def span(hit: Hit, text: str, probability: float) -> Prediction:
    at = hit.passage.text.index(text)
    return Prediction(hit, at, at + len(text), probability)


def test_only_another_document_that_competes_is_a_rival(make_hit: MakeHit) -> None:
    opened, later, same, faint = (
        make_hit(text, "", number)
        for number, text in enumerate(("Opened in 2013.", "Opened in 2015.", "Opened in June 2013.", "Built in 1999."))
    )
    best = span(opened, "2013", 0.5)
    spans = (best, span(later, "2015", 0.2), span(same, "June 2013", 0.2), span(faint, "1999", 0.01))
    assert rivals(Reading(spans, 0.1), best, 0.1) == [later]
    assert rivals(Reading((best, span(opened, "Opened", 0.4)), 0.1), best, 0.1) == []


def test_each_must_be_firm_alone_and_neither_tell_both(make_hit: MakeHit) -> None:
    opened, later = make_hit("Opened in 2013.", "", 1), make_hit("Opened in 2015.", "", 2)
    both = make_hit("Planned for 2013, opened in 2015.", "", 3)
    best = span(opened, "2013", 0.5)

    def found(hit: Hit, own: float, other: float) -> list[str]:
        alone = {1: Reading((span(opened, "2013", own),), 1 - own), 0: Reading((), 1.0)}
        alone[hit.passage.id] = Reading((span(hit, "2015", other),), 1 - other)
        return [p.text for p in contradicting(best, [hit], alone, Policy(threshold=0.6))]

    assert found(later, 0.9, 0.9) == ["2015"]
    assert found(later, 0.9, 0.5) == []
    assert found(later, 0.5, 0.9) == []
    assert found(both, 0.9, 0.9) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000", "1000"),
        ("June 7", "7 June 2017"),
        ("2017-06-07", "7 June 2017"),
        ("2017", "7 June 2017"),
        ("Dec. 16", "16 December"),
        ("NASA", "the NASA of the United States"),
        ("NASA", "National Aeronautics and Space Administration"),
        ("four", "4"),
        ("twenty-five people", "25"),
        ("4 million", "3,977,545"),
        ("about four million people", "4 million visitors"),
        ("1.2 billion", "1,200 million"),
        ("1990s", "1994"),
        ("19th century", "1850"),
        ("Xi", "President Xi Jinping"),
        ("J. Smith", "John Smith"),
        ("Kofi Annan", "Secretary-General Annan"),
        ("5 km", "5 kilometres"),
        ("50%", "50 per cent"),
        ("Kazakh", "Kazakhstan"),
        ("the Khorgos bridge", "Khorgos"),
        ("in Astana", "Astana"),
        ("1974", "Omarova"),  # another kind of answer
        ("because the river had washed the old road away that spring", "after the spring flood destroyed it"),
        ("", "1974"),
        ("community-based", "remote sensing"),  # descriptions may both be right
        ("13 minutes", "26 seasons"),
        ("U.S.", "United States"),
    ],
)
def test_what_may_mean_the_same(one: str, other: str) -> None:
    assert same_meaning(one, other)
    assert same_meaning(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1974", "1975"),
        ("7 June 2017", "8 June 2017"),
        ("7 June 2017", "June 2018"),
        ("7 June", "7 July"),
        ("4 million", "6 million"),
        ("4 million", "3,400,000"),
        ("20", "21"),
        ("twenty", "thirty"),
        ("3.5 percent", "4.2 percent"),
        ("1,000", "10,000"),
        ("340 employees", "210 employees"),
        ("about 38 metres", "41 metres tall"),
        ("12", "19 euros"),
        ("Saule Omarova", "Dimash Kudaibergen"),
        ("Almaty", "Astana"),
        ("2015", "2016 or so"),
    ],
)
def test_what_cannot_both_be_right(one: str, other: str) -> None:
    assert not same_meaning(one, other)
    assert not same_meaning(other, one)
