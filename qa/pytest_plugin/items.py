"""A question set as a pytest file, a question as a pytest item."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qa.questions import Question, QuestionSet, QuestionSetError, load_questions
from qa.render import short_source
from qa.report import Entry

if TYPE_CHECKING:
    from qa.pytest_plugin.run import Run

_SHOWN_HITS = 3
_SNIPPET = 110


class WrongAnswer(Exception):  # noqa: N818 - it is no error of the program
    """A question that was answered wrongly; shown without a traceback."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.id)
        self.entry = entry


class QuestionFile(pytest.File):
    """One question set."""

    def __init__(self, *, run: Run, **options: Any) -> None:
        super().__init__(**options)
        self.run = run

    def collect(self) -> Iterable[QuestionItem]:
        """Return one item for each question; a set that cannot be used ends the run with a usage error."""
        try:
            questions = load_questions(self.path)
        except QuestionSetError as error:
            self.run.fault(error, self)
            return
        self.run.add_markers(tag for question in questions.questions for tag in question.tags)
        for question in questions.questions:
            yield QuestionItem.from_parent(self, name=question.id, question=question, questions=questions)


class QuestionItem(pytest.Item):
    """One question: it passes where it is answered, or refused, as it should be."""

    def __init__(self, *, question: Question, questions: QuestionSet, **options: Any) -> None:
        super().__init__(**options)
        self.question = question
        self.questions = questions
        self.citebound: dict[str, Any] | None = None
        for tag in question.tags:
            self.add_marker(tag)
        # What the libraries underneath announce for their next versions says nothing of this question.
        for kind in ("FutureWarning", "DeprecationWarning"):
            self.add_marker(pytest.mark.filterwarnings(f"ignore::{kind}"))
        if question.xfail:
            self.add_marker(pytest.mark.xfail(reason=question.xfail))

    @property
    def run(self) -> Run:
        """What the whole run shares."""
        assert isinstance(self.parent, QuestionFile)
        return self.parent.run

    def runtest(self) -> None:
        """Ask the question and compare the answer with the references."""
        entry = self.run.ask(self.question, self.set_name)
        floors = self.run.floors_of(self.questions)
        self.citebound = {
            "entry": entry.to_dict(),
            "floors": floors,
            "total": len(self.questions.questions),
            "library": self.run.about(),
        }
        if not (entry.right or entry.draft or (floors and not entry.xfail)):
            raise WrongAnswer(entry)

    @property
    def set_name(self) -> str:
        """The file of the set, seen from where pytest was started."""
        here = self.config.invocation_params.dir
        return self.path.relative_to(here).as_posix() if self.path.is_relative_to(here) else self.path.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what to show of a failure: the facts about a wrong answer, a traceback only for other errors."""
        if isinstance(excinfo.value, WrongAnswer):
            return describe(excinfo.value.entry)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return file, line (from 0) and the title of a failure."""
        return self.path, self.question.line - 1, f"{self.name} ({self.path.name})"


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
