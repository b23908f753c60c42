"""A report as data: what became of every question of a set, the figures, the floors, and the JSON to keep.

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
from qa.evaluation.figures import FIGURES, Figure, Unit
from qa.evaluation.outcome import Outcome

FORMAT = "citebound-report"
VERSION = 1
REPORT_SUFFIXES = (".html", ".json")


class ReportError(CiteboundError):
    """A report that cannot be read or written; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The minimum of a figure of a set, and what it reached; None: there was nothing to measure."""

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


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of a run with its floors, and a few words about the library that was asked."""

    outcomes: tuple[Outcome, ...]
    floors: tuple[Floor, ...] = ()
    library: Mapping[str, Any] = field(default_factory=dict)
    made: str = ""
    total: int = 0  # questions of the sets, asked or not

    @property
    def measures(self) -> dict[str, float | None]:
        """The shares, 0 to 1, by name; None where there is nothing to measure."""
        return {figure.name: figure.of(self.outcomes) for figure in _in("share", "count")}

    @property
    def counts(self) -> dict[str, int]:
        """How many questions of each kind there are."""
        asked = [o for o in self.outcomes if not o.draft]
        return {
            "questions": len(asked),
            "right": sum(o.right for o in asked),
            "answerable": sum(bool(o.expected) for o in asked),
            "answered": sum(not o.abstained for o in asked if o.expected),
            "unanswerable": sum(not o.expected for o in asked),
            "refused": sum(o.abstained for o in asked if not o.expected),
            "drafts": len(self.outcomes) - len(asked),
        }

    @property
    def latency(self) -> dict[str, float | None]:
        """The times, in milliseconds, by name; None where there is nothing to measure."""
        return {figure.name: figure.of(self.outcomes) for figure in _in("milliseconds")}

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "made": self.made,
            "library": dict(self.library),
            "counts": self.counts,
            "total": self.total or len(self.outcomes),
            "measures": {figure.name: figure.rounded(self.outcomes) for figure in _in("share", "count")},
            "latency": {figure.name: figure.rounded(self.outcomes) for figure in _in("milliseconds")},
            "floors": [floor.to_dict() for floor in self.floors],
            "questions": [outcome.to_dict() for outcome in self.outcomes],
        }


def _in(*units: Unit) -> list[Figure]:
    return [figure for figure in FIGURES.values() if figure.unit in units]


def now() -> str:
    """Return the present moment as a report shows it, such as ``2026-11-24 18:30``."""
    return datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")


def load_report(path: Path) -> Report:
    """Read a report that was written as JSON.

    Raises:
        ReportError: the file cannot be read or is not a report; the message says which.
    """
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"The report {path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise ReportError(f"{path} is not JSON: name a report that was written as .json.") from None
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise ReportError(f"{path} is not a report on questions: name one that was written as .json.")
    if row.get("version") != VERSION:
        raise ReportError(f"{path} was written by another version of Citebound: run the questions again.")
    try:
        outcomes = tuple(map(Outcome.from_dict, row["questions"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ReportError(f"The report {path} is incomplete: run the questions again.") from None
    library = row.get("library")
    made = str(row.get("made", ""))
    return Report(outcomes, (), library if isinstance(library, dict) else {}, made, len(outcomes))
