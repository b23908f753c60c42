from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from qa.assistant import Assistant
from qa.library.library import Library
from qa.question.dates import dated_title, spoken_date, years
from qa.question.query import Query
from qa.reader.copy_reader import CopyReader
from qa.retrieval.rerank import YEAR_BONUS, prefer_years
from qa.retrieval.search import retrieve
from qa.types import Hit


def test_years_are_four_digits_on_their_own() -> None:
    assert years("What rose between 1998 and 2017, not in 20170 or 3017?") == {"1998", "2017"}
    assert years("How many of the 2,017 came in Room 12017b?") == frozenset()


@pytest.mark.parametrize(
    ("date", "words"), [("2017-06-07", "7 June 2017"), ("2017-12", "December 2017"), ("2017", "2017"), ("", "")]
)
def test_a_date_in_words(date: str, words: str) -> None:
    assert spoken_date(date) == words


def test_the_title_has_the_date_only_where_the_question_names_a_year() -> None:
    assert dated_title("Report", "2017-06-07", {"2016"}) == "Report, 7 June 2017"
    assert dated_title("Report", "2017-06-07", set()) == "Report"
    assert dated_title("Report", "", {"2016"}) == "Report"
    assert dated_title("", "2017", {"2016"}) == "2017"


def test_years_raise_passages_by_hand() -> None:
    ranked = [(1, 2.0), (2, 1.9), (3, 1.0)]
    dates = {1: "2016-05-01", 2: "2017-05-01", 3: "2017"}
    raised = prefer_years(ranked, dates, {"2017"})
    assert [number for number, _ in raised] == [2, 1, 3]
    assert dict(raised) == pytest.approx({1: 2.0, 2: 1.9 + 2 * YEAR_BONUS, 3: 1 + 2 * YEAR_BONUS})
    assert prefer_years([], {}, {"2017"}) == []


def test_of_yearly_reports_the_one_of_the_year_is_found_and_quoted(library: Library, reader: CopyReader) -> None:
    for year in range(2010, 2022):
        manager = "Abai Berik Daulet Ermek Farida Gulnar".split()[year % 6]
        text = f"Filed as number {year % 97}. The weather station is run by {manager} Serikov and has forty rooms."
        library.add(text=text, title=f"Report {year % 97}", date=f"{year}-03-01")
    assistant = Assistant(library, reader=reader)
    for year in (2011, 2014, 2020):
        question = f"Who ran the weather station in {year}?"
        assert f"{year}-03-01" in [hit.date for hit in retrieve(library, Query.of(question), 5)]
        answer = assistant.ask(question, threshold=0)
        assert answer.citations[0].document.date == f"{year}-03-01", answer


def test_the_reader_sees_the_date(reader: CopyReader, make_hit: Callable[..., Hit]) -> None:
    hit = make_hit("The weather station is run by Berik Serikov.", "Report")
    dated = replace(hit, date="2014-03-01")
    question = "Who ran the weather station in 2014?"
    plain, with_date = (reader.read(Query.of(question), [one]) for one in (hit, dated))
    assert with_date.no_answer < plain.no_answer
    same = [reader.read(Query.of("Who ran the weather station?"), [one]).no_answer for one in (hit, dated)]
    assert same[0] == same[1]
