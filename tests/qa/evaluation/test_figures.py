from __future__ import annotations

from pathlib import Path

import pytest

from qa.evaluation import figures
from qa.evaluation.compare import compare
from qa.evaluation.figures import FIGURES, Figure, Where, shown
from qa.evaluation.question_set import check_floor
from qa.evaluation.report import Floor, Report
from qa.evaluation.report_html import page
from qa.evaluation.report_text import compared, summary
from tests.qa.evaluation.test_compare import outcome


def test_figures_have_names_and_words_of_their_own_and_are_shares_where_a_floor_or_a_comparison_needs_them() -> None:
    assert [figure.name for figure in FIGURES.values()] == list(FIGURES)
    assert len({figure.words for figure in FIGURES.values()}) == len(FIGURES)
    for where in ("floor", "comparison"):
        assert all(figure.unit in ("share", "count") for figure in shown(where))


PLACES: tuple[Where, ...] = ("terminal", "pytest", "page", "floor", "comparison")


@pytest.mark.parametrize("where", PLACES)
def test_a_new_figure_is_one_entry_and_is_shown_where_it_says(where: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    long = Figure(
        "long", "long and wordy questions", lambda o: not o.draft, lambda o: float(len(o.question) > 20),
        frozenset({where}),
    )  # fmt: skip
    monkeypatch.setitem(figures.FIGURES, "long", long)
    wordy = "Which of the two questions is wordy?"
    first = outcome(1, True)
    wordy_one = outcome(2, True, answer={**first.answer, "question": wordy, "searched_question": wordy})
    report = Report((first, wordy_one), (), {"documents": 1, "passages": 1, "path": Path("l")}, "", 2)
    assert report.measures["long"] == report.to_dict()["measures"]["long"] == 0.5
    lines = "\n".join(line.text for line in compared(compare(report, report)))
    found: dict[Where, bool] = {
        "terminal": any(line.text.split("  ")[0] == long.words for line in summary(report, "terminal")),
        "pytest": any(line.text.split("  ")[0] == long.words for line in summary(report, "pytest")),
        "page": f"<div><b>0&#46;500</b><span>{long.words}" in page(report),
        "comparison": long.words in lines,
    }
    try:
        found["floor"] = check_floor("long", 0.5) == ("long", 0.5)
    except ValueError:
        found["floor"] = False
    assert found == {place: place == where for place in PLACES}


def test_a_floor_says_what_was_reached_and_what_was_required() -> None:
    floors = (
        Floor("a.jsonl", "f1", 0.5, 0.5), Floor("a.jsonl", "right", 0.9, 0.25),
        Floor("b.jsonl", "refused", 1, None), Floor("b.jsonl", "answered", 1, None, whole=False),
    )  # fmt: skip
    lines = [line for line in summary(Report((outcome(1, True),), floors), "pytest") if "floor" in line.text.lower()]
    assert [(line.text, line.tone) for line in lines] == [
        ("floor met     f1 0.500 >= 0.5 (a.jsonl)", "good"),
        ("FLOOR NOT MET right 0.250 < 0.9 (a.jsonl)", "bad"),
        ("FLOOR NOT MET refused: nothing to measure, at least 1 required (b.jsonl)", "bad"),
        ("floor skipped answered: the questions asked do not measure it (b.jsonl)", "plain"),
    ]


def test_reports_without_a_question_in_common_say_so() -> None:
    lines = list(compared(compare(Report((outcome(1, True),)), Report((outcome(2, True),)))))
    assert [line.text for line in lines] == ["The two reports have no questions in common."]
