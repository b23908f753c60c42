"""What became of every question of a set, as data: measures, floors, and the JSON that is kept and compared.

Knows nothing of models or libraries, so that a process that only gathers results (pytest-xdist's first) stays light.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import CiteboundError
from qa.evaluation.entry import Entry
from qa.evaluation.figures import measures
from qa.evaluation.metrics import percentile

FORMAT = "citebound-report"
VERSION = 1
REPORT_SUFFIXES = (".html", ".json")


class ReportError(CiteboundError):
    """A report that cannot be read or written; the message says which file and why."""


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
