"""What pytest prints at the end of a run: missed questions, figures, floors, and a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qa.evaluation.report import Report
from qa.evaluation.report_text import Line, compared, details, summary

_MARKUP: Mapping[str, Mapping[str, bool]] = {
    "plain": {},
    "name": {"bold": True},
    "good": {"green": True},
    "bad": {"red": True, "bold": True},
    "warning": {"yellow": True},
}


def tell(terminal: Any, report: Report, before: Report | None) -> None:
    """Write the summary of a run to pytest's terminal; ``before``: a report to compare it with."""
    floored = {floor.set for floor in report.floors}
    missed = [o for o in report.outcomes if o.set in floored and not (o.right or o.draft or o.xfail)]
    if missed:
        terminal.section("missed (the floors decide)", bold=True)
        _write(terminal, details(missed))
    terminal.section("questions", bold=True)
    _write(terminal, summary(report, "pytest"))
    if before is not None:
        from qa.evaluation.compare import compare

        terminal.section(f"compared with {before.made or 'an earlier report'}", bold=True)
        _write(terminal, compared(compare(before, report)))


def _write(terminal: Any, lines: Iterable[Line]) -> None:
    for line in lines:
        terminal.write_line(line.text, **_MARKUP[line.tone])
