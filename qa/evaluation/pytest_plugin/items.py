"""A question set as a pytest file, a question as a pytest item."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus.errors import CiteboundError
from qa.evaluation.outcome import Outcome
from qa.evaluation.question_set import Question, QuestionSet, QuestionSetError, load_questions
from qa.evaluation.report_text import describe

if TYPE_CHECKING:
    from qa.evaluation.pytest_plugin.run import Run


class WrongAnswer(Exception):  # noqa: N818 - it is no error of the program
    """A question that was answered wrongly; it is shown without a traceback."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.id)
        self.outcome = outcome


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
    """One question: it passes if it is answered or refused correctly."""

    def __init__(self, *, question: Question, questions: QuestionSet, **options: Any) -> None:
        super().__init__(**options)
        self.question = question
        self.questions = questions
        self.citebound: dict[str, Any] | None = None
        for tag in question.tags:
            self.add_marker(tag)
        # What other packages announce for their next versions says nothing about this question.
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
        outcome = self.run.ask(self.question, self.set_name)
        floors = self.run.floors_of(self.questions)
        self.citebound = {
            "outcome": outcome.to_dict(),
            "floors": floors,
            "total": len(self.questions.questions),
            "library": self.run.about(),
        }
        if not (outcome.right or outcome.draft or (floors and not outcome.xfail)):
            raise WrongAnswer(outcome)

    @property
    def set_name(self) -> str:
        """The path of the set, relative to where pytest was started."""
        here = self.config.invocation_params.dir
        return self.path.relative_to(here).as_posix() if self.path.is_relative_to(here) else self.path.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what to show of a failure: a wrong answer, or one sentence; a traceback only for faults of ours."""
        if isinstance(excinfo.value, WrongAnswer):
            return describe(excinfo.value.outcome)
        if isinstance(excinfo.value, CiteboundError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return file, line (from 0) and the title of a failure."""
        return self.path, self.question.line - 1, f"{self.name} ({self.path.name})"
