"""Reports as data and as a page; the models stay out, every outcome is written by hand."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from qa.evaluation.figures import FIGURES
from qa.evaluation.outcome import Outcome, Place
from qa.evaluation.plots import calibration_plot, latency_plot, risk_coverage_plot
from qa.evaluation.report import Floor, Report, ReportError, load_report
from qa.evaluation.report_html import page, save

NASTY = "<script>alert('x')</script> & \"quoted\" <b>"


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    def make(identity: str = "a", **changes: Any) -> Outcome:
        said = {
            "question": changes.pop("question", "When was it built?"),
            "searched_question": "When was it built?",
            "answer": {
                "text": (text := changes.pop("text", "1974")),
                "abstained": not text,
                "confidence": changes.pop("confidence", 0.9),
                "calibrated": True,
                "certainty": "sure",
                "kind": "span",
            },
            "citations": [],
            "also": [],
            "timings_ms": {"total": changes.pop("ms", 100.0)},
        }
        values: dict[str, Any] = {
            "set": "set.jsonl", "id": identity, "expected": ("1974",), "source": "", "tags": (), "xfail": "",
            "draft": False, "right": True, "exact": 1.0, "f1": 1.0, "rank": 1, "cited_holds": True,
            "cited_source": False, "warning": "", "answer": said,
            "cited": (Place("Aktau", "2019", "/notes/aktau.md", "It was built in 1974.", ((16, 20),), True),),
        }  # fmt: skip
        return Outcome(**{**values, **changes})

    return make


def test_measures_by_hand(outcome: Callable[..., Outcome]) -> None:
    wrong = outcome("b", text="1941", right=False, exact=0.0, f1=0.5, rank=3, cited_holds=False)
    refused = outcome("c", text="", right=False, exact=0.0, f1=0.0, rank=None, cited_holds=False)
    outcomes = [
        outcome(), wrong, refused,
        outcome("d", expected=(), text="", rank=None, ms=200.0),
        outcome("e", expected=(), right=False, exact=0.0, f1=0.0, rank=None),
        outcome("f", draft=True, right=False, f1=0.0, ms=9000.0),
    ]  # fmt: skip
    reached = {name: figure.of(outcomes) for name, figure in FIGURES.items()}
    assert reached == {
        "right": pytest.approx(2 / 5),
        "exact_match": pytest.approx(1 / 3),
        "f1": pytest.approx(0.5),
        "f1_of_answered": pytest.approx(0.75),
        "recall@1": pytest.approx(1 / 3),
        "recall@5": pytest.approx(2 / 3),
        "citation_precision": 0.5,
        "citation_from_source": None,
        "answered": pytest.approx(2 / 3),
        "refused": 0.5,
        "p50_ms": 100.0,
        "p95_ms": 180.0,
        "drafts_right": 0.0,
    }
    shown = {name: figure.text(outcomes) for name, figure in FIGURES.items()}
    assert (shown["right"], shown["answered"], shown["p95_ms"]) == ("0.400", "2 of 3", "180 ms")
    assert (shown["citation_from_source"], shown["drafts_right"]) == ("", "0 of 1")
    assert [o.fault for o in outcomes[:5]] == [
        "",
        "F1 is below 0.6",
        "it was refused, but there is an answer",
        "",
        "it should have been refused",
    ]
    assert "not cited from b.md" in outcome(right=False, source="b.md").fault


def test_a_floor_is_met_from_its_very_value_on() -> None:
    assert Floor("s", "f1", 0.8, 0.1 + 0.7).met, "0.7999999999999999 as numbers go"
    assert not Floor("s", "f1", 0.8, 0.7999).met
    assert not Floor("s", "refused", 0.1, None).met
    assert Floor("s", "refused", 0.1, None, whole=False).met


def test_a_report_survives_its_json(outcome: Callable[..., Outcome], tmp_path: Path) -> None:
    report = Report((outcome(question="Où? \u2028"), outcome("b", rank=None)), made="today", library={"documents": 2})
    path = tmp_path / "report.json"
    save(report, path)
    again = load_report(path)
    assert again.outcomes == report.outcomes
    assert again.measures == report.measures
    assert (again.made, again.library) == ("today", {"documents": 2})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nothing", "is not JSON"),
        ("[]", "is not a report on questions"),
        ('{"format": "other"}', "is not a report on questions"),
        ('{"format": "citebound-report", "version": 99}', "another version"),
        ('{"format": "citebound-report", "version": 1, "questions": [{"id": "a"}]}', "is incomplete"),
        ('{"format": "citebound-report", "version": 1}', "is incomplete"),
    ],
)
def test_what_is_no_report_is_told_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(ReportError, match=says) as error:
        load_report(path)
    assert str(path) in str(error.value)


def test_a_report_is_written_whole_or_not_at_all(
    outcome: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("before")

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(ReportError, match="No space left"):
            save(Report((outcome(),)), path)
    assert path.read_text() == "before"
    with pytest.raises(ReportError, match="cannot be written"):
        save(Report((outcome(),)), tmp_path / "no folder" / "report.html")
    save(Report((outcome(question="after \ud800"),)), path)
    assert "after ?" in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"], "no temporary file is left"


class Checker(HTMLParser):
    """Sees to it that tags are closed in order, and gathers what a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name in ("src", "href", "srcset") or name.startswith("on")], attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_needs_nothing_else_and_escapes_everything(outcome: Callable[..., Outcome]) -> None:
    place = Place(NASTY, NASTY, NASTY, NASTY, ((0, 8),))
    nasty = outcome(
        NASTY, question=NASTY, text=NASTY, set=NASTY, expected=(NASTY,), source=NASTY, tags=(NASTY,), xfail=NASTY,
        warning=NASTY, right=False, cited=(place,), hits=(place,),
    )  # fmt: skip
    report = Report((nasty, outcome("b")), (Floor(NASTY, "f1", 0.5, 0.4),), {"path": NASTY}, NASTY)
    text = page(report, report)
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    assert not {"script", "link", "img", "iframe", "b onload"} & set(checker.seen)
    assert "<script" not in text
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert "url(" not in text and "@import" not in text


def test_every_question_is_on_the_page_with_its_passage_highlighted(outcome: Callable[..., Outcome]) -> None:
    outcomes = tuple(
        outcome(f"q{n}", question=f"Question number {n}?", right=n % 2 == 0, draft=n == 5) for n in range(6)
    )
    text = page(Report(outcomes))
    for one in outcomes:
        assert text.count(f'<span class="asked">{one.question.replace("?", "&#63;")}') == 1
    assert html.unescape(text).count("It was built in <mark>1974</mark>.") == 6
    assert "Wrong: 2" in text and "Right: 3" in text and "Drafts (asked but not counted): 1" in text
    assert text.count("<svg") == 3
    assert text.index("Wrong: 2") < text.index("Right: 3")


def test_plots_say_in_words_what_they_show() -> None:
    curve = risk_coverage_plot([0.9, 0.8, 0.1], [1.0, 1.0, 0.0])
    assert "of the most confident half 1&#46;00&#44; of all 0&#46;67" in curve
    bars = calibration_plot([0.95, 1.0, 0.05], [True, False, False])
    assert "confidence 0.9 to 1.0: 1 of 2 right" in bars
    assert "confidence 0.0 to 0.1: 0 of 1 right" in bars
    times = latency_plot([10.0] * 99 + [9000.0])
    assert "or more: 1" in times
    for plot in (curve, bars, times):
        numbers = [float(n) for n in re.findall(r'(?:x|y|cx|cy|width|height)="(-?[\d.]+)"', plot)]
        assert all(0 <= n <= 360 for n in numbers), plot
    for nothing in (risk_coverage_plot([], []), calibration_plot([], []), latency_plot([])):
        assert "Too few" in nothing


def test_json_of_a_report_is_stable(outcome: Callable[..., Outcome], tmp_path: Path) -> None:
    save(Report((outcome(),)), tmp_path / "a.json")
    row = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert row["format"] == "citebound-report"
    assert row["questions"][0]["answer"]["text"] == "1974"
    assert {"counts", "measures", "latency", "floors", "library", "made"} <= set(row)
