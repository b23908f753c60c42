"""A report as one HTML page that needs nothing else: every question, its answer, the passages, and the plots.

No script, no font, no address: it reads the same from a disk without a network. Every word of a document or a question
goes through :func:`qa.markup.escape` or :func:`qa.markup.highlight`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from corpus.atomic import write_whole
from corpus.sources import short_source
from qa.evaluation.compare import Comparison, compare
from qa.evaluation.figures import FIGURES, shown
from qa.evaluation.outcome import Outcome, Place
from qa.evaluation.plots import calibration_plot, latency_plot, risk_coverage_plot
from qa.evaluation.report import Report, ReportError
from qa.evaluation.report_text import NOTHING_IN_COMMON, in_both, library_size, questions_asked
from qa.markup import escape, highlight


def page(report: Report, before: Report | None = None) -> str:
    """Return the report as an HTML page; ``before``: an earlier one to compare it with."""
    css = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    compared = _compared(compare(before, report), before) if before is not None else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # The page asks for nothing; this makes the browser hold it to that.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(_title(report))}</title><style>\n{css}</style></head><body>\n"
        f"<header><h1>{escape(_title(report))}</h1><p>{_about(report)}</p></header>\n<main>"
        f"{_floors(report)}{_tiles(report)}{_plots(report)}{compared}{_questions(report)}</main></body></html>\n"
    )


def save(report: Report, path: Path, before: Report | None = None) -> None:
    """Write the report, whole or not at all: as this page if the file ends in ``.html``, otherwise as JSON.

    Raises:
        ReportError: it cannot be written.
    """
    if path.suffix.lower() == ".html":
        text = page(report, before)
    else:
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=1) + "\n"
    try:
        write_whole(path, text.encode("utf-8", "replace"))
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror}.") from None


def _title(report: Report) -> str:
    names = list(dict.fromkeys(outcome.set for outcome in report.outcomes))
    return f"Questions: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"


def _about(report: Report) -> str:
    path = escape(str(report.library.get("path", "")))
    parts = [f"{escape(library_size(report.library))} in <code>{path}</code>", questions_asked(report)]
    if report.made:
        parts.append(escape(report.made))
    return " · ".join(parts)


def _floors(report: Report) -> str:
    if not report.floors:
        return ""
    several = len({floor.set for floor in report.floors}) > 1
    rows = "".join(
        f'<tr class="{"met" if floor.met else "unmet"}"><td>{"met" if floor.met else "NOT MET"}</td>'
        f"<td>{escape(FIGURES[floor.name].words)}</td><td>{_share(floor.reached)}</td><td>{floor.least:g}</td>"
        f"{f'<td>{escape(floor.set)}</td>' if several else ''}</tr>"
        for floor in report.floors
    )
    column = "<th>set</th>" if several else ""
    head = f"<tr><th>floor</th><th>figure</th><th>reached</th><th>at least</th>{column}</tr>"
    return f'<section><h2>Floors</h2><div class="wide"><table>{head}{rows}</table></div></section>'


def _tiles(report: Report) -> str:
    tiles = "".join(
        f"<div><b>{escape(text)}</b><span>{escape(figure.words)}</span></div>"
        for figure in shown("page")
        if (text := figure.text(report.outcomes))
    )
    return f'<section class="tiles">{tiles}</section>'


def _plots(report: Report) -> str:
    asked = [o for o in report.outcomes if not o.draft]
    answered = [o for o in asked if not o.abstained]
    sure = [o.confidence for o in answered]
    drawn = (
        ("Risk and coverage", "Mean F1 of the most confident answers, by the share of answers taken.",
         risk_coverage_plot(sure, [o.f1 for o in answered])),
        ("Calibration", "How often answers are right, by their confidence. On the dashed line the confidence is exact.",
         calibration_plot(sure, [o.right for o in answered])),
        ("Latency", "Time per answer in milliseconds.",
         latency_plot([o.milliseconds for o in asked])),
    )  # fmt: skip
    figures = "".join(
        f"<figure><h2>{name}</h2>{plot}<figcaption>{escape(told)}</figcaption></figure>" for name, told, plot in drawn
    )
    return f'<section class="plots">{figures}</section>'


def _compared(comparison: Comparison, before: Report) -> str:
    if not comparison.pairs:
        return f"<section><h2>Compared</h2><p>{NOTHING_IN_COMMON}</p></section>"
    rows = "".join(
        f"<tr><td>{escape(FIGURES[d.name].words)}</td><td>{d.before:.3f}</td><td>{d.after:.3f}</td>"
        f"<td>{d.after - d.before:+.3f}</td><td>{d.low:+.3f} to {d.high:+.3f}</td>"
        f'<td class="{"" if not d.clear else "met" if d.low > 0 else "unmet"}">{escape(d.verdict)}</td></tr>'
        for d in comparison.differences
    )
    head = "<tr><th>figure</th><th>before</th><th>now</th><th>change</th><th>95 % interval</th><th></th></tr>"
    lists = _changed("Got better", comparison.better) + _changed("Got worse", comparison.worse)
    return (
        f"<section><h2>Compared with {escape(before.made or 'an earlier report')}</h2>"
        f"<p>{in_both(comparison)}. The intervals come from a paired bootstrap over the questions.</p>"
        f'<div class="wide"><table>{head}{rows}</table></div>{lists}</section>'
    )


def _changed(name: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> str:
    if not pairs:
        return f"<p>{name}: none.</p>"
    items = "".join(
        f"<li>{escape(new.question)}<br><small>before: {_said(old)} · now: {_said(new)}</small></li>"
        for old, new in pairs
    )
    return f"<h3>{name}: {len(pairs)}</h3><ul>{items}</ul>"


def _said(outcome: Outcome) -> str:
    return escape(" ".join(outcome.text.split())) or "<i>refused</i>"


def _questions(report: Report) -> str:
    wrong = [o for o in report.outcomes if not o.right and not o.draft]
    right = [o for o in report.outcomes if o.right and not o.draft]
    drafts = [o for o in report.outcomes if o.draft]
    groups = (("Wrong", wrong), ("Right", right), ("Drafts (asked but not counted)", drafts))
    return "".join(
        f"<section><h2>{name}: {len(members)}</h2>{''.join(map(_question, members))}</section>"
        for name, members in groups
        if members
    )


def _question(outcome: Outcome) -> str:
    state = "right" if outcome.right else "wrong"
    marks = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in outcome.tags)
    if outcome.xfail:
        marks += f'<span class="tag">expected to fail: {escape(outcome.xfail)}</span>'
    expected = " | ".join(map(escape, outcome.expected)) or "<i>to be refused</i>"
    source = f" <small>from {escape(outcome.source)}</small>" if outcome.source else ""
    facts = [("expected", expected + source), ("got", f"<b>{_said(outcome)}</b>{_figures(outcome)}")]
    if outcome.fault:
        facts.insert(0, ("wrong", escape(outcome.fault)))
    searched = str(outcome.answer.get("searched_question", outcome.question))
    if searched != outcome.question:
        facts.append(("searched for", escape(searched)))
    if outcome.warning:
        facts.append(("warning", f'<span class="warning">{escape(outcome.warning)}</span>'))
    table = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    cited = "".join(map(_passage, outcome.cited))
    shown = f"<h3>Cited</h3>{cited}" if cited else ""
    hits = "".join(_passage(hit, number) for number, hit in enumerate(outcome.hits, 1))
    if hits:
        # After a refusal the passages that were read are all there is to judge it by.
        name = f"Passages read: {len(outcome.hits)}"
        shown += f"<details><summary>{name}</summary>{hits}</details>"
    return (
        f'<details class="question {state}"{"" if outcome.right else " open"}>'
        f'<summary><span class="state">{state}</span><span class="asked">{escape(outcome.question)}</span>'
        f'<span class="given">{_said(outcome)}</span></summary>'
        f'<div class="body"><p class="id"><code>{escape(outcome.set)}::{escape(outcome.id)}</code> {marks}</p>'
        f"<dl>{table}</dl>{shown}</div></details>"
    )


def _figures(outcome: Outcome) -> str:
    sure = str(outcome.answer["answer"].get("certainty", ""))
    parts = [f"confidence {outcome.confidence:.2f}" + (f", {escape(sure)}" if sure else "")]
    if outcome.expected:
        parts.insert(0, f"F1 {outcome.f1:.2f}")
        parts.append(
            "no reference answer in the passages"
            if outcome.rank is None
            else f"reference answer in passage {outcome.rank}"
        )
    parts.append(f"{outcome.milliseconds:.0f} ms")
    return f"<br><small>{' · '.join(parts)}</small>"


def _passage(place: Place, number: int = 0) -> str:
    lead = f"{number}. " if number else ""
    dated = f", {escape(place.date)}" if place.date else ""
    gold = ' <span class="tag gold">contains a reference answer</span>' if place.gold else ""
    source = escape(short_source(place.source))
    title = escape(" ".join(place.title.split()))
    head = f"<header>{lead}<b>{title}</b>{dated} · {source}{gold}</header>"
    return f"<article>{head}<p>{highlight(place.text, place.spans)}</p></article>"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
