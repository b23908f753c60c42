"""Questions asked and judged: what is right, where it is cited from, and whether the reference itself can be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.errors import LibraryError
from corpus.progress import Progress, no_progress
from corpus.sources import is_source
from qa.assistant import Assistant
from qa.evaluation.entry import Entry, Place
from qa.evaluation.figures import measures
from qa.evaluation.question_set import Question, QuestionSet
from qa.evaluation.report import Floor, Report, now
from qa.library.library import Library
from qa.matching import exact_match, f1, holds_answer, is_right, normalise_answer
from qa.types import Answer, Citation, Hit


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
    warning: str = ""

    @property
    def right(self) -> bool:
        """Right by ``is_right`` and, where a source is given, cited from it; or refused where there is no answer."""
        if not self.question.answers:
            return self.answer.abstained
        from_source = not self.question.source or self.cited_source
        return not self.answer.abstained and is_right(self.answer.text, self.question.answers) and from_source

    def entry(self, name: str) -> Entry:
        """Return the outcome as the data that a report keeps; ``name`` is that of the set."""
        question, answer = self.question, self.answer
        return Entry(
            set=name,
            id=question.id,
            expected=question.answers,
            source=question.source,
            tags=question.tags,
            xfail=question.xfail,
            draft=question.draft,
            right=self.right,
            exact=self.exact,
            f1=self.f1,
            rank=self.rank,
            cited_holds=self.cited_holds,
            cited_source=self.cited_source,
            warning=self.warning,
            answer=answer.to_dict(),
            cited=_cited([*answer.citations, *answer.also], question),
            hits=tuple(
                Place(hit.title, hit.date, hit.source, hit.passage.text, (), is_gold(hit, question))
                for hit in answer.hits[:5]
            ),
        )


def _cited(citations: Iterable[Citation], question: Question) -> tuple[Place, ...]:
    """Return every cited passage once, with all that is quoted from it highlighted."""
    passages: dict[tuple[str, int], list[Citation]] = {}
    for citation in citations:
        passages.setdefault((citation.document.id, citation.passage.start), []).append(citation)
    places = []
    for (_, start), group in passages.items():
        document, text = group[0].document, group[0].passage.text
        spans = tuple((citation.start - start, citation.end - start) for citation in group)
        gold = holds_answer(text, question.answers)
        places.append(Place(document.title, document.date, document.source, text, spans, gold))
    return tuple(places)


def judge(question: Question, answer: Answer, references: References | None = None) -> Outcome:
    """Compare one answer with the question's references; ``references`` looks for these in the library as well."""
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
        warning=references.warning(question) if references is not None and rank is None else "",
    )


def is_gold(hit: Hit, question: Question) -> bool:
    """Whether a hit has a reference answer in it and, where the question names its source, comes from there."""
    from_source = not question.source or is_source(hit.source, question.source)
    return from_source and holds_answer(hit.passage.text, question.answers)


class References:
    """Finds reference answers that stand nowhere in the library: then it may be the reference that is wrong."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._documents = library.documents()
        self._texts: dict[str, str] = {}

    def warning(self, question: Question) -> str:
        """Return what may be wrong with the references of a question in one sentence, "" where nothing is."""
        if not question.answers:
            return ""
        where = [d.id for d in self._documents if not question.source or is_source(d.source, question.source)]
        if not where:
            return f"no document of the library is called {question.source!r}: the source may be wrong."
        if any(self._holds(identity, question.answers) for identity in where):
            return ""
        place = f"in {question.source}" if question.source else "in the library"
        return f"none of its reference answers stands anywhere {place}: the reference may be wrong."

    def _holds(self, identity: str, answers: Sequence[str]) -> bool:
        if identity not in self._texts:
            try:
                text = self._library.document(identity).text
            except LibraryError:  # removed meanwhile
                text = ""
            self._texts[identity] = f" {normalise_answer(text)} "
        return any(f" {found} " in self._texts[identity] for found in map(normalise_answer, answers) if found)


def evaluate(assistant: Assistant, questions: QuestionSet, progress: Progress = no_progress) -> Report:
    """Ask every question of a set and compare the answers with the references."""
    references = References(assistant.library)
    shown = progress(questions.questions, total=len(questions.questions), desc="Asking")
    name = questions.path.name
    entries = tuple(judge(q, assistant.ask(q.question, history=q.history), references).entry(name) for q in shown)
    reached = measures(entries)
    floors = tuple(Floor(name, measure, least, reached[measure]) for measure, least in questions.floors.items())
    return Report(entries, floors, about(assistant.library), now(), len(entries))


def about(library: Library) -> dict[str, object]:
    """Return what a report says of the library: where it is, and how much is in it."""
    return {"path": str(library.path), "documents": len(library.documents()), "passages": len(library)}
