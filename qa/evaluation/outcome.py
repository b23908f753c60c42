"""What became of one question of a set: the answer, how it was judged, and the passages to show with it.

Plain data that goes into a report's JSON and comes back from it; nothing here asks or judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qa.matching import RIGHT_F1


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
class Outcome:
    """What became of one question.

    ``set`` is the name of its question set. ``rank`` is that of the first hit from the right source that contains a
    reference answer. ``answer`` is the JSON of the answer (``Answer.to_dict``). ``warning``: why the reference itself
    may be wrong.
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
            return "it was refused, but there is an answer"
        return f"F1 is below {RIGHT_F1}" if self.f1 < RIGHT_F1 else f"it is not cited from {self.source}"

    @property
    def milliseconds(self) -> float:
        """How long the answer took."""
        return float(self.answer["timings_ms"].get("total", 0.0))

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON values."""
        return {
            "set": self.set, "id": self.id, "expected": list(self.expected), "source": self.source,
            "tags": list(self.tags), "xfail": self.xfail, "draft": self.draft, "right": self.right,
            "exact_match": self.exact, "f1": round(self.f1, 4), "rank": self.rank,
            "cited_holds": self.cited_holds, "cited_source": self.cited_source, "warning": self.warning,
            **self.answer,
            "cited": [place.to_dict() for place in self.cited], "hits": [place.to_dict() for place in self.hits],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Outcome:
        """Return the outcome that :meth:`to_dict` wrote; what it lacks raises KeyError, TypeError or ValueError."""
        mine = {"set", "id", "expected", "source", "tags", "xfail", "draft", "right", "exact_match", "f1", "rank",
                "cited_holds", "cited_source", "warning", "cited", "hits"}  # fmt: skip
        outcome = cls(
            row["set"], row["id"], tuple(row["expected"]), row["source"], tuple(row["tags"]), row["xfail"],
            bool(row["draft"]), bool(row["right"]), float(row["exact_match"]), float(row["f1"]),
            None if row["rank"] is None else int(row["rank"]), bool(row["cited_holds"]), bool(row["cited_source"]),
            row["warning"], {name: value for name, value in row.items() if name not in mine},
            tuple(map(Place.from_dict, row["cited"])), tuple(map(Place.from_dict, row["hits"])),
        )  # fmt: skip
        _ = (outcome.question, outcome.text, outcome.abstained, outcome.confidence, outcome.milliseconds)
        return outcome
