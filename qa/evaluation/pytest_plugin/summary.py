"""What stands at the end of a run in the terminal: missed questions, measures, floors, and a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.evaluation.figures import MEASURES
from qa.evaluation.report import Report
from qa.evaluation.report_text import describe
from qa.wording import counted

if TYPE_CHECKING:
    from qa.evaluation.compare import Comparison

_SHOWN = ("right", "exact_match", "f1", "recall@1", "recall@5", "citation_precision")


def tell(terminal: Any, report: Report, before: Report | None) -> None:
    """Write the summary of a run to pytest's terminal."""
    _missed(terminal, report)
    terminal.section("questions", bold=True)
    counts, measures, latency = report.counts, report.measures, report.latency
    about = report.library
    size = f"{counted(about['documents'], 'document')}, {counted(about['passages'], 'passage')}"
    terminal.write_line(f"{about['path']}: {size}")
    if len(report.entries) < report.total:
        terminal.write_line(f"asked {len(report.entries)} of {report.total} questions")
    for name in _SHOWN:
        value = measures[name]
        if value is not None:
            terminal.write_line(f"{MEASURES[name]:<38} {value:.3f}")
    terminal.write_line(f"{'answered, of those with an answer':<38} {counts['answered']} of {counts['answerable']}")
    terminal.write_line(f"{'refused, of those without one':<38} {counts['refused']} of {counts['unanswerable']}")
    terminal.write_line(f"{'time for an answer, p50 / p95':<38} {latency['p50_ms']:.0f} / {latency['p95_ms']:.0f} ms")
    if counts["drafts"]:
        right = sum(entry.right for entry in report.entries if entry.draft)
        terminal.write_line(f"{'drafts, not counted above':<38} {right} of {counts['drafts']} right")
    for entry in report.entries:
        if entry.warning:
            terminal.write_line(f"warning: {entry.set}::{entry.id}: {entry.warning}", yellow=True)
    for floor in report.floors:
        colour = {"green": True} if floor.met else {"red": True, "bold": True}
        terminal.write_line(f"{'floor met    ' if floor.met else 'FLOOR NOT MET'} {floor}", **colour)

    if before is not None:
        from qa.evaluation.compare import compare

        _compared(terminal, compare(before, report), before)


def _compared(terminal: Any, comparison: Comparison, before: Report) -> None:
    terminal.section(f"compared with {before.made or 'the report before'}", bold=True)
    new = f"; {comparison.unpaired} are new or were changed" if comparison.unpaired else ""
    terminal.write_line(f"{comparison.pairs} questions are in both{new}")
    for d in comparison.differences:
        change = f"{d.after - d.before:+.3f} (95 % interval {d.low:+.3f} to {d.high:+.3f})"
        colour = {("green" if d.low > 0 else "red"): True} if d.clear else {}
        terminal.write_line(f"{MEASURES[d.name]:<38} {d.before:.3f} -> {d.after:.3f}  {change}: {d.verdict}", **colour)
    for word, pairs in (("better", comparison.better), ("worse", comparison.worse)):
        for old, now in pairs:
            terminal.write_line(
                f"{word:<6} {now.set}::{now.id}: {old.text or '(refused)'} -> {now.text or '(refused)'}"
            )


def _missed(terminal: Any, report: Report) -> None:
    floored = {floor.set for floor in report.floors}
    missed = [e for e in report.entries if e.set in floored and not (e.right or e.draft or e.xfail)]
    if missed:
        terminal.section("missed (the floors decide)", bold=True)
    for entry in missed:
        terminal.write_line(f"{entry.set}::{entry.id}", bold=True)
        terminal.write_line(describe(entry) + "\n")
