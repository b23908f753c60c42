"""What stands at the end of a run in the terminal: missed questions, measures, floors, and a comparison."""

from __future__ import annotations

from typing import Any

from qa.pytest_plugin.items import describe
from qa.report import MEASURES, Report

_SHOWN = ("right", "exact_match", "f1", "recall@1", "recall@5", "citation_precision")


def tell(terminal: Any, report: Report, before: Report | None) -> None:
    """Write the summary of a run to pytest's terminal."""
    _missed(terminal, report)
    terminal.section("questions", bold=True)
    counts, measures, latency = report.counts, report.measures, report.latency
    about = report.library
    terminal.write_line(f"{about['path']}: {about['documents']} documents, {about['passages']} passages")
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


def _missed(terminal: Any, report: Report) -> None:
    floored = {floor.set for floor in report.floors}
    missed = [e for e in report.entries if e.set in floored and not (e.right or e.draft or e.xfail)]
    if missed:
        terminal.section("missed (the floors decide)", bold=True)
    for entry in missed:
        terminal.write_line(f"{entry.set}::{entry.id}", bold=True)
        terminal.write_line(describe(entry) + "\n")
