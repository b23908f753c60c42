"""The figures of a report, each defined once: its name, its words, how it is computed, and where it is shown.

A new figure is one more entry of ``FIGURES``: the JSON, the terminal, pytest's summary, the HTML page, the floors of a
question set and the comparison of two reports all follow from what is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from qa.evaluation.metrics import mean, percentile
from qa.evaluation.outcome import Outcome

Unit = Literal["share", "count", "milliseconds"]
"""A share, 0 to 1, is shown as "0.667", a count as "18 of 20" (its value is the share, 0.9), a time as "143 ms"."""

Where = Literal["terminal", "pytest", "page", "floor", "comparison"]
"""Where a figure can be shown. The JSON has all of them; under "floor" a question set can demand a minimum of it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: ``summary`` of the ``value`` of every outcome that it is ``over``."""

    name: str
    words: str
    over: Callable[[Outcome], bool]
    value: Callable[[Outcome], float]
    shown: frozenset[Where]
    unit: Unit = "share"
    summary: Callable[[Sequence[float]], float] = mean

    def of(self, outcomes: Sequence[Outcome]) -> float | None:
        """Return the figure, or None where there is nothing to measure."""
        values = self._values(outcomes)
        return self.summary(values) if values else None

    def rounded(self, outcomes: Sequence[Outcome]) -> float | None:
        """Return the figure as the JSON of a report keeps it."""
        value = self.of(outcomes)
        return None if value is None else round(value, 1 if self.unit == "milliseconds" else 4)

    def text(self, outcomes: Sequence[Outcome]) -> str:
        """Return the figure as a person reads it; "" where there is nothing to measure."""
        values = self._values(outcomes)
        if not values:
            return ""
        if self.unit == "count":
            return f"{sum(values):g} of {len(values)}"
        return f"{self.summary(values):.0f} ms" if self.unit == "milliseconds" else f"{self.summary(values):.3f}"

    def _values(self, outcomes: Sequence[Outcome]) -> list[float]:
        return [self.value(outcome) for outcome in outcomes if self.over(outcome)]


def _asked(outcome: Outcome) -> bool:
    return not outcome.draft


def _answerable(outcome: Outcome) -> bool:
    return not outcome.draft and bool(outcome.expected)


def _unanswerable(outcome: Outcome) -> bool:
    return not outcome.draft and not outcome.expected


def _answered(outcome: Outcome) -> bool:
    return _answerable(outcome) and not outcome.abstained


def _draft(outcome: Outcome) -> bool:
    return outcome.draft


def _right(outcome: Outcome) -> float:
    return float(outcome.right)


def _f1(outcome: Outcome) -> float:
    return outcome.f1


def _found_within(k: int) -> Callable[[Outcome], float]:
    return lambda outcome: float(outcome.rank is not None and outcome.rank <= k)


def _time(name: str, words: str, share: float) -> Figure:
    return Figure(
        name, words, _asked, lambda o: o.milliseconds, _NO_FLOOR, "milliseconds", lambda times: percentile(times, share)
    )


_EVERYWHERE: frozenset[Where] = frozenset(get_args(Where))
_NOT_COMPARED = _EVERYWHERE - {"comparison"}
_NO_FLOOR = _NOT_COMPARED - {"floor"}
_IN_DETAIL: frozenset[Where] = frozenset({"terminal", "floor"})

# A refusal scores 0 in exact match and F1 if there is an answer.
_FIGURES = (
    Figure("right", "answered or refused correctly", _asked, _right, _EVERYWHERE),
    Figure("exact_match", "exact match", _answerable, lambda o: o.exact, _EVERYWHERE),
    Figure("f1", "F1", _answerable, _f1, _EVERYWHERE),
    Figure("f1_of_answered", "F1 of the questions answered", _answered, _f1, _IN_DETAIL),
    Figure("recall@1", "recall@1", _answerable, _found_within(1), _EVERYWHERE),
    Figure("recall@5", "recall@5", _answerable, _found_within(5), _EVERYWHERE),
    Figure("citation_precision", "citation precision", _answered, lambda o: float(o.cited_holds), _NOT_COMPARED),
    Figure(
        "citation_from_source",
        "cited from the expected source",
        lambda o: _answered(o) and bool(o.source),
        lambda o: float(o.cited_source),
        _IN_DETAIL,
    ),
    Figure(
        "answered",
        "answerable questions answered",
        _answerable,
        lambda o: float(not o.abstained),
        _NOT_COMPARED,
        "count",
    ),
    Figure(
        "refused",
        "unanswerable questions refused",
        _unanswerable,
        lambda o: float(o.abstained),
        _EVERYWHERE,
        "count",
    ),
    _time("p50_ms", "median time per answer", 0.5),
    _time("p95_ms", "95th-percentile time per answer", 0.95),
    Figure("drafts_right", "drafts right (counted only here)", _draft, _right, _NO_FLOOR, "count"),
)

FIGURES: Mapping[str, Figure] = {figure.name: figure for figure in _FIGURES}
"""All figures by name, in the order in which they are shown."""


def shown(where: Where) -> list[Figure]:
    """Return the figures that are shown there, in order."""
    return [figure for figure in FIGURES.values() if where in figure.shown]
