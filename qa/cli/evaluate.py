"""qa.cli.evaluate: SAY WHAT THIS IS FOR."""

from __future__ import annotations

import argparse
import json
import sys

from qa.__main__ import _asked
from qa.cli.common import ABSTAINED, ANSWERED, PARTLY, bar, open_assistant


def run_draft(options: argparse.Namespace) -> int:
    from qa.evaluation.draft import draft_questions, save_drafts, write_drafts

    drafts = draft_questions(_asked(options).asked(), options.n)
    if options.output is None:
        print(write_drafts(drafts), end="")
    else:
        save_drafts(drafts, options.output)
    told = f"{len(drafts)} drafts" + (f" written to {options.output}" if options.output else "")
    fewer = " (the templates find no more)" if len(drafts) < options.n else ""
    print(
        f'qa: {told}{fewer}. Each is marked "draft": asked and reported, never failing. Check it, correct it, and '
        'take "draft" out.',
        file=sys.stderr,
    )
    return ANSWERED if drafts else ABSTAINED


def run_evaluate(options: argparse.Namespace) -> int:
    from qa.evaluation.judge import evaluate
    from qa.evaluation.question_set import load_questions
    from qa.evaluation.report import REPORT_SUFFIXES, ReportError
    from qa.evaluation.report_html import save

    questions = load_questions(options.file)
    if options.report and options.report.suffix.lower() not in REPORT_SUFFIXES:
        raise ReportError(f"--report {options.report}: name a file that ends in .html or .json.")
    report = evaluate(open_assistant(options), questions, bar)
    if options.report:
        save(report, options.report)
    if options.json:
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
        return PARTLY if any(not floor.met for floor in report.floors) else ANSWERED
    for entry in report.entries:
        if not entry.right:
            expected = " | ".join(entry.expected) or "(to be refused)"
            got = entry.text or f"(refused: {entry.answer['answer']['kind']}, {entry.confidence:.2f})"
            draft = "draft " if entry.draft else ""
            print(f"{draft}wrong  {entry.id}: {entry.question}\n       expected {expected}\n       got      {got}")
        if entry.warning:
            print(f"       warning  {entry.id}: {entry.warning}")
    for name, count in report.counts.items():
        print(f"{name:22} {count:>8}")
    for name, share in report.measures.items():
        print(f"{name:22} {'-' if share is None else f'{share:.3f}':>8}")
    for name, value in report.latency.items():
        print(f"{name:22} {value:>8.0f}")
    for floor in report.floors:
        print(f"{'floor met' if floor.met else 'FLOOR NOT MET'}: {floor}")
    return PARTLY if any(not floor.met for floor in report.floors) else ANSWERED
