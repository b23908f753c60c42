"""A run as one HTML page that needs nothing else: the tables, and every question with its answer and references.

The page looks as the program's own reports of questions do. Every word of a document or a question is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import qa
from tests.benchmarks.people.figures import HEADS, Asked, Table
from tests.benchmarks.people.lost import READ, gold
from tests.benchmarks.people.rule import flat, holds_gold
from tests.benchmarks.people.runs import Found

# The outcome takes more room than the "right" and "wrong" of the program's own reports.
_WIDER = (
    "@media (min-width: 641px) { .question > summary { grid-template-columns: 80px minmax(0, 3fr) minmax(0, 2fr); } "
    ".body { padding-left: 106px; } }"
)


def page(title: str, about: Sequence[str], tables: Sequence[Table], asked: Sequence[Asked]) -> str:
    """Return the page; ``about``: sentences below the title; ``asked``: none where questions are not to be shown."""
    css = next(Path(qa.__file__).parent.rglob("report.css")).read_text(encoding="utf-8")
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in about)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # The page asks for nothing; this makes the browser hold it to that.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>\n{css}\n{_WIDER}</style></head><body>\n"
        f"<header><h1>{escape(title)}</h1>{told}</header>\n"
        f"<main>{''.join(map(_table, tables))}{_groups(asked)}</main></body></html>\n"
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return (
        f'<section><h2>{escape(table.name)}</h2><div class="wide"><table><tr>{head}</tr>{rows}</table></div></section>'
    )


def _groups(asked: Sequence[Asked]) -> str:
    shown = []
    for can, what in ((True, "answerable"), (False, "unanswerable")):
        for name, head in HEADS.items():
            here = [one for one in asked if one.question.answerable == can and one.outcome == name]
            if here:
                questions = "".join(map(_question, here))
                shown.append(f"<section><h2>{head.capitalize()}, {what}: {len(here)}</h2>{questions}</section>")
    return "".join(shown)


def _question(one: Asked) -> str:
    question, said = one.question, one.said
    between = " <b>and</b> " if question.every else " <b>or</b> "
    references = between.join(map(_lines, question.answers)) or "<i>to be refused</i>"
    answer = _lines(said.readable) or "<i>refused</i>"
    facts = [("expected", references), ("got", f"{answer}<br><small>{_figures(one)}</small>")]
    if question.gold:
        facts.append(("gold", "<br>".join(map(_lines, question.gold))))
    if question.history:
        facts.insert(0, ("before", "<br>".join(f"{_lines(q)} – {_lines(a)}" for q, a in question.history)))
    if said.searched and said.searched != question.question:
        facts.append(("searched for", _lines(said.searched)))
    if question.note:
        facts.append(("note", _lines(question.note)))
    table = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    hits = "".join(_passage(one, hit, place) for place, hit in enumerate(said.hits[:READ], 1))
    found = f"<details><summary>First passages found</summary>{hits}</details>" if hits else ""
    css = "right" if one.good else "wrong"
    short = escape(" ".join(said.readable.split())[:200]) or "<i>refused</i>"
    return (
        f'<details class="question {css}"><summary><span class="state">{one.outcome}</span>'
        f'<span class="asked">{escape(question.question)}</span><span class="given">{short}</span></summary>'
        f'<div class="body"><p class="id"><code>{escape(question.id)}</code> {escape(question.kind)}, '
        f"{escape(question.collection)}</p><dl>{table}</dl>{found}</div></details>"
    )


def _figures(one: Asked) -> str:
    said = one.said
    parts = [HEADS[one.outcome], said.state, f"confidence {said.confidence:.2f}", said.certainty, one.lost]
    parts.append(f"{1000 * said.seconds:.0f} ms")
    return escape(" · ".join(part for part in parts if part))


def _passage(one: Asked, hit: Found, place: int) -> str:
    holds = one.question.answerable and holds_gold(flat(hit.text), gold(one.question))
    tag = ' <span class="tag gold">holds gold</span>' if holds else ""
    head = f"<header>{place}. <b>{escape(hit.title)}</b> · {escape(hit.source)}{tag}</header>"
    return f"<article>{head}<p>{_lines(hit.text)}</p></article>"


def _lines(text: str) -> str:
    return escape(text.strip()).replace("\n", "<br>")
