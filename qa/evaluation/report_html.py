"""A report as one HTML page that needs nothing else: every question, its answer, the passages, and the plots.

No script, no font, no address: it reads the same from a disk without a network. Every word of a document or a question
goes through :func:`qa.wording.escape` or :func:`qa.wording.highlight`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.atomic import write_whole
from corpus.sources import short_source
from qa.evaluation.compare import Comparison, compare
from qa.evaluation.entry import Entry, Place
from qa.evaluation.figures import MEASURES
from qa.evaluation.plots import calibration_plot, latency_plot, risk_coverage_plot
from qa.evaluation.report import Report, ReportError
from qa.markup import escape, highlight
from qa.wording import counted

_TILES = ("right", "exact_match", "f1", "recall@1", "recall@5", "citation_precision")


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
    """Write the report, whole or not at all: as this page where the file is called ``.html``, else as JSON.

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
    names = list(dict.fromkeys(entry.set for entry in report.entries))
    return f"Questions: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"


def _about(report: Report) -> str:
    library = report.library
    path = escape(str(library.get("path", "")))
    parts = [f"{_size(library, 'document')}, {_size(library, 'passage')} in <code>{path}</code>"]
    if len(report.entries) < report.total:
        parts.append(f"asked {len(report.entries)} of {report.total} questions")
    if report.made:
        parts.append(escape(report.made))
    return " · ".join(parts)


def _size(library: Mapping[str, Any], noun: str) -> str:
    # A report that is read again may be of an older version, or written by hand.
    number = library.get(f"{noun}s")
    return counted(number, noun) if isinstance(number, int) else f"? {noun}s"


def _floors(report: Report) -> str:
    if not report.floors:
        return ""
    several = len({floor.set for floor in report.floors}) > 1
    rows = "".join(
        f'<tr class="{"met" if floor.met else "unmet"}"><td>{"met" if floor.met else "NOT MET"}</td>'
        f"<td>{escape(MEASURES[floor.name])}</td><td>{_share(floor.reached)}</td><td>{floor.least:g}</td>"
        f"{f'<td>{escape(floor.set)}</td>' if several else ''}</tr>"
        for floor in report.floors
    )
    column = "<th>set</th>" if several else ""
    head = f"<tr><th>floor</th><th>measure</th><th>reached</th><th>at least</th>{column}</tr>"
    return f'<section><h2>Floors</h2><div class="wide"><table>{head}{rows}</table></div></section>'


def _tiles(report: Report) -> str:
    counts, latency = report.counts, report.latency
    tiles = [(_share(value), escape(MEASURES[name])) for name in _TILES if (value := report.measures[name]) is not None]
    if counts["answerable"]:
        tiles.append((f"{counts['answered']} of {counts['answerable']}", escape(MEASURES["answered"])))
    if counts["unanswerable"]:
        tiles.append((f"{counts['refused']} of {counts['unanswerable']}", escape(MEASURES["refused"])))
    tiles.append((f"{latency['p50_ms']:.0f} / {latency['p95_ms']:.0f}", "milliseconds, p50 / p95"))
    if counts["drafts"]:
        right = sum(entry.right for entry in report.entries if entry.draft)
        tiles.append((f"{right} of {counts['drafts']}", "drafts right, not counted elsewhere"))
    shown = "".join(f"<div><b>{value}</b><span>{name}</span></div>" for value, name in tiles)
    return f'<section class="tiles">{shown}</section>'


def _plots(report: Report) -> str:
    answered = [e for e in report.entries if not e.draft and not e.abstained]
    sure = [e.confidence for e in answered]
    drawn = (
        ("Risk and coverage", "F1 of the surest answers, over the share taken.",
         risk_coverage_plot(sure, [e.f1 for e in answered])),
        ("Calibration", "How often answers are right, by how sure they were. On the line: as often as said.",
         calibration_plot(sure, [e.right for e in answered])),
        ("Latency", "Milliseconds for an answer, as it came.",
         latency_plot([e.milliseconds for e in report.entries])),
    )  # fmt: skip
    figures = "".join(
        f"<figure><h2>{name}</h2>{plot}<figcaption>{escape(told)}</figcaption></figure>" for name, told, plot in drawn
    )
    return f'<section class="plots">{figures}</section>'


def _compared(comparison: Comparison, before: Report) -> str:
    if not comparison.pairs:
        return "<section><h2>Compared</h2><p>The two reports have no question in common.</p></section>"
    rows = "".join(
        f"<tr><td>{escape(MEASURES[d.name])}</td><td>{d.before:.3f}</td><td>{d.after:.3f}</td>"
        f"<td>{d.after - d.before:+.3f}</td><td>{d.low:+.3f} to {d.high:+.3f}</td>"
        f'<td class="{"" if not d.clear else "met" if d.low > 0 else "unmet"}">{escape(d.verdict)}</td></tr>'
        for d in comparison.differences
    )
    head = "<tr><th>measure</th><th>before</th><th>now</th><th>change</th><th>95 % interval</th><th></th></tr>"
    lists = _changed("Got better", comparison.better) + _changed("Got worse", comparison.worse)
    without = f" {comparison.unpaired} questions are new or were changed." if comparison.unpaired else ""
    return (
        f"<section><h2>Compared with {escape(before.made or 'the report before')}</h2>"
        f"<p>{comparison.pairs} questions are in both; the interval is a paired bootstrap over them.{without}</p>"
        f'<div class="wide"><table>{head}{rows}</table></div>{lists}</section>'
    )


def _changed(name: str, pairs: Sequence[tuple[Entry, Entry]]) -> str:
    if not pairs:
        return f"<p>{name}: none.</p>"
    items = "".join(
        f"<li>{escape(now.question)}<br><small>before: {_said(old)} · now: {_said(now)}</small></li>"
        for old, now in pairs
    )
    return f"<h3>{name}: {len(pairs)}</h3><ul>{items}</ul>"


def _said(entry: Entry) -> str:
    return escape(" ".join(entry.text.split())) or "<i>refused</i>"


def _questions(report: Report) -> str:
    wrong = [e for e in report.entries if not e.right and not e.draft]
    right = [e for e in report.entries if e.right and not e.draft]
    drafts = [e for e in report.entries if e.draft]
    groups = (("Wrong", wrong), ("Right", right), ("Drafts: asked, not counted", drafts))
    return "".join(
        f"<section><h2>{name}: {len(entries)}</h2>{''.join(map(_question, entries))}</section>"
        for name, entries in groups
        if entries
    )


def _question(entry: Entry) -> str:
    state = "right" if entry.right else "wrong"
    marks = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in entry.tags)
    if entry.xfail:
        marks += f'<span class="tag">known to fail: {escape(entry.xfail)}</span>'
    expected = " | ".join(map(escape, entry.expected)) or "<i>to be refused</i>"
    source = f" <small>from {escape(entry.source)}</small>" if entry.source else ""
    facts = [("expected", expected + source), ("got", f"<b>{_said(entry)}</b>{_figures(entry)}")]
    if entry.fault:
        facts.insert(0, ("wrong", escape(entry.fault)))
    searched = str(entry.answer.get("searched_question", entry.question))
    if searched != entry.question:
        facts.append(("searched for", escape(searched)))
    if entry.warning:
        facts.append(("warning", f'<span class="warning">{escape(entry.warning)}</span>'))
    table = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    cited = "".join(map(_passage, entry.cited))
    shown = f"<h3>Cited</h3>{cited}" if cited else ""
    hits = "".join(_passage(hit, number) for number, hit in enumerate(entry.hits, 1))
    if hits:
        # After a refusal the passages that were read are all there is to judge it by.
        name = f"Passages read: {len(entry.hits)}"
        shown += f"<details><summary>{name}</summary>{hits}</details>"
    return (
        f'<details class="question {state}"{"" if entry.right else " open"}>'
        f'<summary><span class="state">{state}</span><span class="asked">{escape(entry.question)}</span>'
        f'<span class="given">{_said(entry)}</span></summary>'
        f'<div class="body"><p class="id"><code>{escape(entry.set)}::{escape(entry.id)}</code> {marks}</p>'
        f"<dl>{table}</dl>{shown}</div></details>"
    )


def _figures(entry: Entry) -> str:
    sure = str(entry.answer["answer"].get("certainty", ""))
    parts = [f"confidence {entry.confidence:.2f}" + (f", {escape(sure)}" if sure else "")]
    if entry.expected:
        parts.insert(0, f"F1 {entry.f1:.2f}")
        parts.append("reference not among the passages" if entry.rank is None else f"reference in passage {entry.rank}")
    parts.append(f"{entry.milliseconds:.0f} ms")
    return f"<br><small>{' · '.join(parts)}</small>"


def _passage(place: Place, number: int = 0) -> str:
    lead = f"{number}. " if number else ""
    dated = f", {escape(place.date)}" if place.date else ""
    gold = ' <span class="tag gold">holds a reference answer</span>' if place.gold else ""
    source = escape(short_source(place.source))
    title = escape(" ".join(place.title.split()))
    head = f"<header>{lead}<b>{title}</b>{dated} · {source}{gold}</header>"
    return f"<article>{head}<p>{highlight(place.text, place.spans)}</p></article>"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
