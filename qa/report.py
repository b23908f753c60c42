"""What became of every question of a set, as data: measures, floors, and the JSON that is kept and compared.

Knows nothing of models or libraries, so that a process that only gathers results (pytest-xdist's first) stays light.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.metrics import mean, percentile, recall_at

FORMAT = "citebound-report"
VERSION = 1
RIGHT_F1 = 0.6
REPORT_SUFFIXES = (".html", ".json")

MEASURES: Mapping[str, str] = {
    "right": "answered or refused as it should be",
    "exact_match": "exact match",
    "f1": "F1",
    "f1_of_answered": "F1 of the answered",
    "recall@1": "recall@1",
    "recall@5": "recall@5",
    "citation_precision": "citation precision",
    "citation_from_source": "cited from the source given",
    "answered": "answered, of those with an answer",
    "refused": "refused, of those without one",
}
"""The shares, 0 to 1, that a report tells and a floor can be set for, in plain words."""


class ReportError(ValueError):
    """A report that cannot be read or written; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A passage as a report shows it: its words, where they are from, and what is highlighted in them."""

    title: str
    date: str
    source: str
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    gold: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the place as JSON values."""
        return {
            "title": self.title, "date": self.date, "source": self.source,
            "text": self.text, "spans": [list(span) for span in self.spans], "gold": self.gold,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Place:
        """Return the place that :meth:`to_dict` wrote."""
        spans = tuple((int(start), int(end)) for start, end in row["spans"])
        return cls(row["title"], row["date"], row["source"], row["text"], spans, bool(row["gold"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one question. ``rank`` is that of the first hit from the source with a reference answer in it.

    ``answer`` is the JSON of the answer (``Answer.to_dict``). ``warning``: why the reference itself may be wrong.
    """

    set: str
    id: str
    expected: tuple[str, ...]
    source: str
    tags: tuple[str, ...]
    xfail: str
    draft: bool
    right: bool
    exact: float
    f1: float
    rank: int | None
    cited_holds: bool
    cited_source: bool
    warning: str
    answer: Mapping[str, Any]
    cited: tuple[Place, ...] = ()
    hits: tuple[Place, ...] = ()

    @property
    def question(self) -> str:
        """The question as it was asked."""
        return str(self.answer["question"])

    @property
    def text(self) -> str:
        """The words of the answer, "" after a refusal."""
        return str(self.answer["answer"]["text"])

    @property
    def abstained(self) -> bool:
        """Whether it was refused."""
        return bool(self.answer["answer"]["abstained"])

    @property
    def confidence(self) -> float:
        """The confidence, 0 to 1."""
        return float(self.answer["answer"]["confidence"])

    @property
    def fault(self) -> str:
        """Why it counts as wrong, in words; "" where it is right."""
        if self.right:
            return ""
        if not self.expected:
            return "it should have been refused"
        if self.abstained:
            return "it was refused"
        return f"F1 is below {RIGHT_F1}" if self.f1 < RIGHT_F1 else f"it is not cited from {self.source}"

    @property
    def milliseconds(self) -> float:
        """How long the answer took."""
        return float(self.answer["timings_ms"].get("total", 0.0))

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON values."""
        return {
            "set": self.set, "id": self.id, "expected": list(self.expected), "source": self.source,
            "tags": list(self.tags), "xfail": self.xfail, "draft": self.draft, "right": self.right,
            "exact_match": self.exact, "f1": round(self.f1, 4), "rank": self.rank,
            "cited_holds": self.cited_holds, "cited_source": self.cited_source, "warning": self.warning,
            **self.answer,
            "cited": [place.to_dict() for place in self.cited], "hits": [place.to_dict() for place in self.hits],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Entry:
        """Return the entry that :meth:`to_dict` wrote; what it lacks raises KeyError, TypeError or ValueError."""
        mine = {"set", "id", "expected", "source", "tags", "xfail", "draft", "right", "exact_match", "f1", "rank",
                "cited_holds", "cited_source", "warning", "cited", "hits"}  # fmt: skip
        entry = cls(
            row["set"], row["id"], tuple(row["expected"]), row["source"], tuple(row["tags"]), row["xfail"],
            bool(row["draft"]), bool(row["right"]), float(row["exact_match"]), float(row["f1"]),
            None if row["rank"] is None else int(row["rank"]), bool(row["cited_holds"]), bool(row["cited_source"]),
            row["warning"], {name: value for name, value in row.items() if name not in mine},
            tuple(map(Place.from_dict, row["cited"])), tuple(map(Place.from_dict, row["hits"])),
        )  # fmt: skip
        _ = (entry.question, entry.text, entry.abstained, entry.confidence, entry.milliseconds)
        return entry


def measures(entries: Sequence[Entry]) -> dict[str, float | None]:
    """Return every one of ``MEASURES`` over the entries that are no drafts; None where there is nothing to measure.

    Exact match, F1 and recall are over the questions that have an answer (a refusal scores 0); citation precision
    is over those of them that were answered; ``refused`` is over the questions without an answer.
    """
    asked = [e for e in entries if not e.draft]
    answerable = [e for e in asked if e.expected]
    unanswerable = [e for e in asked if not e.expected]
    answered = [e for e in answerable if not e.abstained]
    ranks = [e.rank for e in answerable]
    return {
        "right": _share([e.right for e in asked]),
        "exact_match": _share([e.exact for e in answerable]),
        "f1": _share([e.f1 for e in answerable]),
        "f1_of_answered": _share([e.f1 for e in answered]),
        "recall@1": recall_at(1, ranks) if ranks else None,
        "recall@5": recall_at(5, ranks) if ranks else None,
        "citation_precision": _share([e.cited_holds for e in answered]),
        "citation_from_source": _share([e.cited_source for e in answered if e.source]),
        "answered": _share([not e.abstained for e in answerable]),
        "refused": _share([e.abstained for e in unanswerable]),
    }


def _share(values: Sequence[float]) -> float | None:
    return mean([float(value) for value in values]) if values else None


@dataclass(frozen=True, slots=True)
class Floor:
    """The least a measure of a set must reach, and what it reached; None: there was nothing to measure."""

    set: str
    name: str
    least: float
    reached: float | None
    whole: bool = True

    @property
    def met(self) -> bool:
        """Whether it was reached; what a part of a set cannot show is not held against it."""
        # A floor written as 0.8 is met by eight right of ten, whatever binary fractions make of it.
        return not self.whole if self.reached is None else self.reached >= self.least - 1e-9

    def to_dict(self) -> dict[str, Any]:
        """Return the floor as JSON values."""
        reached = None if self.reached is None else round(self.reached, 4)
        return {"set": self.set, "measure": self.name, "floor": self.least, "reached": reached, "met": self.met}

    def __str__(self) -> str:
        reached = "nothing to measure" if self.reached is None else f"{self.reached:.3f}"
        sign = ">=" if self.met else "<"
        return f"{self.name} {reached} {sign} {self.least:g} ({self.set})"


@dataclass(frozen=True, slots=True)
class Report:
    """The entries of a run with its floors, and a few words about the library that was asked."""

    entries: tuple[Entry, ...]
    floors: tuple[Floor, ...] = ()
    library: Mapping[str, Any] = field(default_factory=dict)
    made: str = ""
    total: int = 0  # questions of the sets, asked or not

    @property
    def measures(self) -> dict[str, float | None]:
        """The measures over all entries that are no drafts."""
        return measures(self.entries)

    @property
    def counts(self) -> dict[str, int]:
        """How many questions of each kind there are."""
        asked = [e for e in self.entries if not e.draft]
        return {
            "questions": len(asked),
            "right": sum(e.right for e in asked),
            "answerable": sum(bool(e.expected) for e in asked),
            "answered": sum(not e.abstained for e in asked if e.expected),
            "unanswerable": sum(not e.expected for e in asked),
            "refused": sum(e.abstained for e in asked if not e.expected),
            "drafts": len(self.entries) - len(asked),
        }

    @property
    def latency(self) -> dict[str, float]:
        """Median and 95th percentile of the milliseconds for an answer."""
        times = [e.milliseconds for e in self.entries]
        return {"p50_ms": percentile(times, 0.5), "p95_ms": percentile(times, 0.95)}

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "made": self.made,
            "library": dict(self.library),
            "counts": self.counts,
            "total": self.total or len(self.entries),
            "measures": {name: None if v is None else round(v, 4) for name, v in self.measures.items()},
            "latency": {name: round(value, 1) for name, value in self.latency.items()},
            "floors": [floor.to_dict() for floor in self.floors],
            "questions": [entry.to_dict() for entry in self.entries],
        }


def now() -> str:
    """Return this moment as a report tells it, such as ``2026-11-24 18:30``."""
    return datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")


def load_report(path: Path) -> Report:
    """Read a report that was written as JSON.

    Raises:
        ReportError: there is none, or it is something else; the message says so.
    """
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"The report {path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise ReportError(f"{path} is not JSON: name a report written with --qa-report FILE.json.") from None
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise ReportError(f"{path} is no report of questions: name one written with --qa-report FILE.json.")
    if row.get("version") != VERSION:
        raise ReportError(f"{path} was written by another version of Citebound: write it again with this one.")
    try:
        entries = tuple(map(Entry.from_dict, row["questions"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ReportError(f"{path} is a report that lacks something: write it again.") from None
    return Report(entries, (), row.get("library") or {}, str(row.get("made", "")), len(entries))


def write_whole(path: Path, text: str) -> None:
    """Write the text to the file, whole or not at all: what stood there before stays until the last byte is written.

    Raises:
        ReportError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        temporary.replace(path)
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        temporary.unlink(missing_ok=True)
