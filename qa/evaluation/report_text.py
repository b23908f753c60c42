"""qa.evaluation.report_text: SAY WHAT THIS IS FOR."""

from __future__ import annotations

from typing import Any

from corpus.sources import short_source
from qa.evaluation.entry import Entry

_SHOWN_HITS = 3


_SNIPPET = 110


def describe(entry: Entry) -> str:
    """Return question, expected, got, the cited quotes and the top hits, a line each."""
    expected = " | ".join(entry.expected) or "(to be refused)"
    answer = entry.answer["answer"]
    refused = f"(refused: {answer['kind'].replace('_', ' ')}, confidence {entry.confidence:.2f})"
    lines = [f"question   {entry.question}"]
    if (searched := entry.answer["searched_question"]) != entry.question:
        lines.append(f"searched   {searched}")
    lines.append(f"expected   {expected}" + (f"   from {entry.source}" if entry.source else ""))
    lines.append(f"got        {entry.text or refused}")
    if entry.fault and not entry.abstained:
        lines.append(f"wrong      {entry.fault}")
    if not entry.abstained:
        certainty = f" ({answer['certainty']})" if answer["certainty"] else ""
        lines.append(f"           F1 {entry.f1:.2f}, confidence {entry.confidence:.2f}{certainty}")
    for citation in entry.answer["citations"]:
        lines.append(f"cited      {_around(citation)}")
        lines.append(f"           {_titled(citation)}")
    for number, hit in enumerate(entry.hits[:_SHOWN_HITS], 1):
        lead = "top hits  " if number == 1 else "          "
        holds = " (holds a reference answer)" if hit.gold else ""
        lines.append(f"{lead} {number}. {_titled(hit.to_dict())}{holds}: {_short(hit.text)}")
    if entry.warning:
        lines.append(f"warning    {entry.warning}")
    return "\n".join(lines)


def _around(citation: dict[str, Any]) -> str:
    sentence, quote = citation["sentence"], citation["quote"]
    before, found, after = sentence.partition(quote)
    return " ".join(f"{before}«{quote}»{after}".split()) if found else f"«{quote}»"


def _titled(row: dict[str, Any]) -> str:
    dated = f", {row['date']}" if row["date"] else ""
    return f"{' '.join(row['title'].split())}{dated} [{short_source(row['source'])}]"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SNIPPET else line[:_SNIPPET].rsplit(" ", 1)[0] + " …"
