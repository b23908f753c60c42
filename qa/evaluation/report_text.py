"""A report as text, for the terminal and for pytest alike: the wrong answers, the figures, the floors, a comparison.

What is here returns lines with a tone; whoever prints them chooses the colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from corpus.sources import short_source
from qa.evaluation.figures import FIGURES, shown
from qa.evaluation.outcome import Outcome
from qa.evaluation.report import Floor, Report
from qa.wording import counted

if TYPE_CHECKING:  # numpy comes with it
    from qa.evaluation.compare import Comparison

_SHOWN_HITS = 3
_SNIPPET = 110  # characters
_WORDS = 34  # characters: the column of the figures' words


@dataclass(frozen=True, slots=True)
class Line:
    """A line to print; ``tone`` says how it is meant."""

    text: str
    tone: Literal["plain", "name", "good", "bad", "warning"] = "plain"


def details(outcomes: Iterable[Outcome]) -> Iterator[Line]:
    """Yield for each outcome the question's name and what :func:`describe` says of it."""
    for outcome in outcomes:
        yield Line(f"{name_of(outcome)}{' (draft)' if outcome.draft else ''}", "name")
        yield Line(describe(outcome) + "\n")


def summary(report: Report, where: Literal["terminal", "pytest"]) -> Iterator[Line]:
    """Yield the library, the number of questions, the figures shown there, the warnings and the floors."""
    yield Line(f"{report.library.get('path', '')}: {library_size(report.library)}")
    yield Line(questions_asked(report))
    for figure in shown(where):
        if text := figure.text(report.outcomes):
            yield Line(f"{figure.words:<{_WORDS}} {text}")
    for outcome in report.outcomes:
        if outcome.warning:
            yield Line(f"warning: {name_of(outcome)}: {outcome.warning}", "warning")
    yield from map(_floor, report.floors)


def compared(comparison: Comparison) -> Iterator[Line]:
    """Yield how the figures changed, and which questions got better and worse."""
    if not comparison.pairs:
        yield Line(NOTHING_IN_COMMON)
        return
    yield Line(in_both(comparison))
    for d in comparison.differences:
        change = f"{d.after - d.before:+.3f} (95 % interval {d.low:+.3f} to {d.high:+.3f})"
        words = f"{FIGURES[d.name].words:<{_WORDS}}"
        tone: Literal["plain", "good", "bad"] = "plain" if not d.clear else "good" if d.low > 0 else "bad"
        yield Line(f"{words} {d.before:.3f} -> {d.after:.3f}  {change}: {d.verdict}", tone)
    for word, pairs in (("better", comparison.better), ("worse", comparison.worse)):
        for old, new in pairs:
            yield Line(f"{word:<6} {name_of(new)}: {old.text or '(refused)'} -> {new.text or '(refused)'}")


NOTHING_IN_COMMON = "The two reports have no questions in common."


def in_both(comparison: Comparison) -> str:
    """Return how many questions two reports share, in a few words without a full stop."""
    both = f"{comparison.pairs} {'question is' if comparison.pairs == 1 else 'questions are'} in both reports"
    if not comparison.unpaired:
        return both
    return f"{both}; {comparison.unpaired} {'is' if comparison.unpaired == 1 else 'are'} new or changed"


def questions_asked(report: Report) -> str:
    """Return how many questions were asked, and of how many if some were left out."""
    count = len(report.outcomes)

    if count < report.total:
        return f"asked {count} of {report.total} questions"
    return f"asked {counted(count, 'question')}"


def library_size(library: Mapping[str, Any]) -> str:
    """Return how much is in a library, from what a report says of it."""

    def size(noun: str) -> str:
        # A report that is read again may be by an older version, or written by hand.
        number = library.get(f"{noun}s")
        return counted(number, noun) if isinstance(number, int) else f"? {noun}s"

    return f"{size('document')}, {size('passage')}"


def name_of(outcome: Outcome) -> str:
    """Return the name of a question, such as ``my_questions.jsonl::when-does-the-lease-end``."""
    return f"{outcome.set}::{outcome.id}"


def describe(outcome: Outcome) -> str:
    """Return the question, what was expected and given, the cited quotes and the top hits, a line each."""
    expected = " | ".join(outcome.expected) or "(to be refused)"
    answer = outcome.answer["answer"]
    refused = f"(refused: {answer['kind'].replace('_', ' ')}, confidence {outcome.confidence:.2f})"
    lines = [f"question   {outcome.question}"]
    if (searched := outcome.answer["searched_question"]) != outcome.question:
        lines.append(f"searched   {searched}")
    lines.append(f"expected   {expected}" + (f"   from {outcome.source}" if outcome.source else ""))
    lines.append(f"got        {outcome.text or refused}")
    if outcome.fault and not outcome.abstained:
        lines.append(f"wrong      {outcome.fault}")
    if not outcome.abstained:
        certainty = f" ({answer['certainty']})" if answer["certainty"] else ""
        lines.append(f"           F1 {outcome.f1:.2f}, confidence {outcome.confidence:.2f}{certainty}")
    for citation in outcome.answer["citations"]:
        lines.append(f"cited      {_around(citation)}")
        lines.append(f"           {_titled(citation)}")
    for number, hit in enumerate(outcome.hits[:_SHOWN_HITS], 1):
        lead = "top hits  " if number == 1 else "          "
        gold = " (contains a reference answer)" if hit.gold else ""
        lines.append(f"{lead} {number}. {_titled(hit.to_dict())}{gold}: {_short(hit.text)}")
    if outcome.warning:
        lines.append(f"warning    {outcome.warning}")
    return "\n".join(lines)


def _floor(floor: Floor) -> Line:
    if floor.reached is None and floor.met:
        return Line(f"floor skipped {floor.name}: the questions asked do not measure it ({floor.set})")
    verdict, sign = ("floor met    ", ">=") if floor.met else ("FLOOR NOT MET", "<")
    if floor.reached is None:
        reached = f"{floor.name}: nothing to measure, at least {floor.least:g} required"
    else:
        reached = f"{floor.name} {floor.reached:.3f} {sign} {floor.least:g}"
    return Line(f"{verdict} {reached} ({floor.set})", "good" if floor.met else "bad")


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
