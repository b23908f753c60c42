"""What a system said to a question, as a run keeps it: enough to judge and report without asking again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from qa.training import lines

State = Literal["answered", "hinted", "refused"]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found or cited."""

    title: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One system's answer. ``hinted``: "it is probably here", with ``text`` as what it marks there.

    ``hits``: the first 20 passages, best first; ``cited``: the passages that it quotes. ``gold_in_text`` and
    ``gold_in_passage``: whether a gold string stands in a document as it was read, and whole in one of its passages.
    """

    id: str
    system: str
    state: State
    text: str
    quotes: tuple[str, ...] = ()
    kind: str = ""
    certainty: str = ""
    confidence: float = 0.0
    seconds: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    searched: str = ""
    hits: tuple[Found, ...] = ()
    cited: tuple[Found, ...] = ()
    gold_in_text: bool = False
    gold_in_passage: bool = False

    @property
    def shown(self) -> str:
        """All that is shown as the answer, for the rule: the text, then its quotes; only what a hint marks."""
        if self.state == "refused":
            return ""
        return self.text if self.state == "hinted" else " \n ".join([self.text, *self.quotes])

    @property
    def readable(self) -> str:
        """The same for somebody who reads it: a quote that the text holds already is not said twice."""
        if self.state == "refused":
            return ""
        more = [] if self.state == "hinted" else [quote for quote in self.quotes if quote not in self.text]
        return "\n".join(part for part in (self.text, *more) if part.strip())

    def to_line(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def said(line: Mapping[str, Any]) -> Said:
    """Return the answer in a kept line."""
    known = {name: line[name] for name in Said.__slots__ if name in line}
    for name in ("hits", "cited"):
        known[name] = tuple(Found(**found) for found in known.get(name, ()))
    return Said(**{**known, "quotes": tuple(known.get("quotes", ()))})


def read(path: Path) -> list[Said]:
    """Return the answers of a run, the last of each question.

    Raises:
        SystemExit: there are none.
    """
    found = {line["id"]: said(line) for line in lines.read(path)}
    if not found:
        raise SystemExit(f"{path} holds no answers: run python -m tests.benchmarks.people first.")
    return list(found.values())
