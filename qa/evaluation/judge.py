"""Questions asked and judged: what is right, where it is cited from, and whether the reference itself can be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.errors import LibraryError
from corpus.progress import Progress, no_progress
from corpus.sources import is_source
from qa.assistant import Assistant
from qa.evaluation.figures import FIGURES
from qa.evaluation.outcome import Outcome, Place
from qa.evaluation.question_set import Question, QuestionSet
from qa.evaluation.report import Floor, Report, now
from qa.library.library import Library
from qa.matching import exact_match, f1, holds_answer, is_right, normalise_answer
from qa.types import Answer, Citation, Hit


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


def judge(question: Question, answer: Answer, name: str = "", references: References | None = None) -> Outcome:
    """Compare one answer with the question's references.

    ``name`` is that of the question set. ``references`` looks for the references in the library as well, so that the
    outcome warns of one that may be wrong.
    """
    first = answer.citations[0] if answer.citations else None
    rank = next((hit.rank for hit in answer.hits if is_gold(hit, question)), None)
    score = f1(answer.text, question.answers)
    cited_source = first is not None and is_source(first.document.source, question.source)
    return Outcome(
        set=name,
        id=question.id,
        expected=question.answers,
        source=question.source,
        tags=question.tags,
        xfail=question.xfail,
        draft=question.draft,
        right=_right(question, answer, cited_source),
        exact=exact_match(answer.text, question.answers),
        f1=score,
        rank=rank,
        cited_holds=first is not None and holds_answer(first.passage.text, question.answers),
        cited_source=cited_source,
        warning=references.warning(question) if references is not None and rank is None else "",
        answer=answer.to_dict(),
        cited=_cited([*answer.citations, *answer.also], question),
        hits=tuple(
            Place(hit.title, hit.date, hit.source, hit.passage.text, (), is_gold(hit, question))
            for hit in answer.hits[:5]
        ),
    )


def _right(question: Question, answer: Answer, cited_source: bool) -> bool:
    """Right by ``is_right`` and, where a source is given, cited from it; or refused where there is no answer."""
    if not question.answers:
        return answer.abstained
    from_source = not question.source or cited_source
    return not answer.abstained and is_right(answer.text, question.answers) and from_source


def is_gold(hit: Hit, question: Question) -> bool:
    """Whether a hit contains a reference answer and, where the question names its source, comes from there."""
    from_source = not question.source or is_source(hit.source, question.source)
    return from_source and holds_answer(hit.passage.text, question.answers)


class References:
    """Finds reference answers that appear nowhere in the library: then the reference itself may be wrong."""

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
            return f"no document in the library is called {question.source!r}; the source may be wrong."
        if any(self._holds(identity, question.answers) for identity in where):
            return ""
        place = f"in {question.source}" if question.source else "in the library"
        return f"none of its reference answers appears anywhere {place}; the reference may be wrong."

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
    library = assistant.library.asked()
    references = References(library)
    shown = progress(questions.questions, total=len(questions.questions), desc="Asking")
    name = questions.path.name
    outcomes = tuple(judge(q, assistant.ask(q.question, history=q.history), name, references) for q in shown)
    floors = tuple(
        Floor(name, figure, least, FIGURES[figure].of(outcomes)) for figure, least in questions.floors.items()
    )
    return Report(outcomes, floors, about(library), now(), len(outcomes))


def about(library: Library) -> dict[str, object]:
    """Return what a report says of the library: where it is, and how much is in it."""
    return {"path": str(library.path), "documents": len(library.documents()), "passages": len(library)}
