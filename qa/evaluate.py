"""A question set to a report: how often the answers are right, where they are cited from, and how fast they come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.encoder import Progress, quiet
from qa.assistant import Assistant
from qa.followup import Turn
from qa.library import is_source
from qa.metrics import exact_match, f1, holds_answer, mean, percentile, recall_at
from qa.question import problem
from qa.types import Answer, Hit

RIGHT_F1 = 0.6


class QuestionSetError(ValueError):
    """A question set that cannot be used; the message names the file, the line, and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its reference answers; none of them means that it must be refused."""

    id: str
    question: str
    answers: tuple[str, ...]
    source: str = ""
    history: tuple[Turn, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. ``rank`` is that of the first hit from the source with a reference answer in it."""

    question: Question
    answer: Answer
    exact: float
    f1: float
    rank: int | None
    cited_holds: bool
    cited_source: bool

    @property
    def right(self) -> bool:
        """F1 of at least 0.6 and, where a source is given, cited from it; or refused where there is no answer."""
        if not self.question.answers:
            return self.answer.abstained
        from_source = not self.question.source or self.cited_source
        return not self.answer.abstained and self.f1 >= RIGHT_F1 and from_source

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON values."""
        return {
            "id": self.question.id,
            "right": self.right,
            "exact_match": self.exact,
            "f1": round(self.f1, 4),
            "expected": list(self.question.answers),
            **self.answer.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of a question set, and what they come to."""

    outcomes: tuple[Outcome, ...]

    def summary(self) -> dict[str, float]:
        """Return the measures: shares from 0 to 1, counts, and milliseconds.

        Exact match, F1 and recall are over the questions that have an answer (a refusal scores 0); citation precision
        is over those of them that were answered; ``refused_rightly`` is over the questions without an answer.
        """
        answerable = [o for o in self.outcomes if o.question.answers]
        unanswerable = [o for o in self.outcomes if not o.question.answers]
        answered = [o for o in answerable if not o.answer.abstained]
        sourced = [o for o in answered if o.question.source]
        ranks = [o.rank for o in answerable]
        times = [1000 * o.answer.timings.get("total", 0.0) for o in self.outcomes]
        return {
            "questions": len(self.outcomes),
            "right": mean([float(o.right) for o in self.outcomes]),
            "answerable": len(answerable),
            "answered": len(answered),
            "exact_match": mean([o.exact for o in answerable]),
            "f1": mean([o.f1 for o in answerable]),
            "f1_of_answered": mean([o.f1 for o in answered]),
            "recall@1": recall_at(1, ranks),
            "recall@5": recall_at(5, ranks),
            "citation_precision": mean([float(o.cited_holds) for o in answered]),
            "citation_from_source": mean([float(o.cited_source) for o in sourced]),
            "unanswerable": len(unanswerable),
            "refused": sum(o.answer.abstained for o in unanswerable),
            "refused_rightly": mean([float(o.answer.abstained) for o in unanswerable]),
            "p50_ms": percentile(times, 0.5),
            "p95_ms": percentile(times, 0.95),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        summary = {name: round(value, 4) for name, value in self.summary().items()}
        return {"summary": summary, "questions": [outcome.to_dict() for outcome in self.outcomes]}


def load_questions(path: Path) -> list[Question]:
    """Read a question set: JSON lines with ``question`` and ``answers``, and ``id source history tags`` if wanted.

    Raises:
        QuestionSetError: the file cannot be read or a line is wrong; the message says where and how to mend it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionSetError(f"The question set {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise QuestionSetError(f"The question set {path} is not UTF-8: save it as UTF-8.") from None
    questions = list(_parse(path, text))
    if not questions:
        raise QuestionSetError(f'The question set {path} is empty: write one {{"question", "answers"}} a line.')
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise QuestionSetError(f"{path} has two questions with the id {question.id!r}: give each its own.")
        seen.add(question.id)
    return questions


def _parse(path: Path, text: str) -> Iterator[Question]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise QuestionSetError(f"{path}, line {number} is not JSON: write one object a line.") from None
        wrong = _wrong(row)
        if wrong:
            raise QuestionSetError(f"{path}, line {number}: {wrong}")
        yield Question(
            id=str(row.get("id", f"line-{number}")),
            question=row["question"],
            answers=tuple(row["answers"]),
            source=row.get("source") or "",
            history=tuple((str(turn[0]), str(turn[1])) for turn in row.get("history") or ()),
            tags=tuple(row.get("tags") or ()),
        )


def _wrong(row: Any) -> str | None:
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        return 'it needs a "question" that is a text.'
    unaskable = problem(row["question"])
    if unaskable:
        return unaskable
    answers = row.get("answers")
    if not isinstance(answers, list) or not all(isinstance(a, str) and a.strip() for a in answers):
        return 'it needs "answers", a list of texts; an empty list means that the question must be refused.'
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(turn, list) and len(turn) == 2 for turn in history):
        return '"history" must be a list of pairs [question, answer].'
    if not isinstance(row.get("source") or "", str):
        return '"source" must be a text, such as a file name.'
    return None


def evaluate(assistant: Assistant, questions: Sequence[Question], progress: Progress = quiet) -> Report:
    """Ask every question and compare the answers with the references."""
    shown = progress(questions, total=len(questions), desc="Asking")
    return Report(tuple(judge(q, assistant.ask(q.question, history=q.history)) for q in shown))


def judge(question: Question, answer: Answer) -> Outcome:
    """Compare one answer with the question's references."""
    first = answer.citations[0] if answer.citations else None
    rank = next((hit.rank for hit in answer.hits if is_gold(hit, question)), None)
    return Outcome(
        question=question,
        answer=answer,
        exact=exact_match(answer.text, question.answers),
        f1=f1(answer.text, question.answers),
        rank=rank,
        cited_holds=first is not None and holds_answer(first.passage.text, question.answers),
        cited_source=first is not None and is_source(first.document.source, question.source),
    )


def is_gold(hit: Hit, question: Question) -> bool:
    """Whether a hit has a reference answer in it and, where the question names its source, comes from there."""
    from_source = not question.source or is_source(hit.source, question.source)
    return from_source and holds_answer(hit.passage.text, question.answers)
