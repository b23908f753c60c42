"""The commands about question sets: ``qa evaluate`` and ``qa draft-questions``."""

from __future__ import annotations

import argparse
import sys

from qa.cli.common import ABSTAINED, ANSWERED, PARTLY, bar, open_asked, open_assistant, print_json
from qa.wording import counted


def run_draft(options: argparse.Namespace) -> int:
    """Propose questions about the documents of a library: print them, or write them to a new file."""
    from qa.evaluation.draft import draft_questions, save_drafts, write_drafts

    drafts = draft_questions(open_asked(options).asked(), options.n)
    if options.output is None:
        print(write_drafts(drafts), end="")
    else:
        save_drafts(drafts, options.output)
    written = f" written to {options.output}" if options.output else ""
    fewer = " (the templates find no more)" if len(drafts) < options.n else ""
    print(
        f"qa: {counted(len(drafts), 'draft')}{written}{fewer}. A draft is asked and reported, but never fails: check "
        'each one, correct it, then delete its "draft".',
        file=sys.stderr,
    )
    return ANSWERED if drafts else ABSTAINED


def run_evaluate(options: argparse.Namespace) -> int:
    """Ask every question of a set, and print or write the report; part of the work is done if a floor is not met."""
    from qa.evaluation.judge import evaluate
    from qa.evaluation.question_set import load_questions
    from qa.evaluation.report import REPORT_SUFFIXES, ReportError
    from qa.evaluation.report_html import save
    from qa.evaluation.report_text import details, summary

    questions = load_questions(options.file)
    if options.report and options.report.suffix.lower() not in REPORT_SUFFIXES:
        raise ReportError(f"--report {options.report}: name a file that ends in .html or .json.")
    report = evaluate(open_assistant(options), questions, bar)
    if options.report:
        save(report, options.report)
    if options.json:
        print_json(report.to_dict())
    else:
        for line in (*details(o for o in report.outcomes if not o.right), *summary(report, "terminal")):
            print(line.text)
        if options.report:
            print(f"The report was written to {options.report}.")
    return ANSWERED if all(floor.met for floor in report.floors) else PARTLY
