"""From a question to an answer: retrieve, read, cite, or abstain."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from corpus.scope import Scope
from embeddings.encoder import Progress, quiet
from qa.cite import LISTED_PREFERENCE, also_supporting, cite, distinct, holding
from qa.default import default_library
from qa.disagree import contradicting, rivals
from qa.evidence import MIN_COSINE, best_sentence
from qa.followup import Turn, stand_alone
from qa.library import Library
from qa.question import check, wants
from qa.retrieve import Fusion, retrieve, search, weighted_sum
from qa.types import Answer, Certainty, Citation, Hit, Kind, Prediction, Reader

DEFAULT_PASSAGES = 5
MAX_LISTED = 10

Stage = Literal["searching", "reading", "citing"]
OnStage = Callable[[Stage], None]


class Assistant:
    """Answers questions over one library. Safe to use from several threads."""

    def __init__(
        self,
        library: Library | str | Path | None = None,
        *,
        reader: Reader | str | Path | None = None,
        passages: int = DEFAULT_PASSAGES,
        threshold: float | None = None,
        fusion: Fusion = weighted_sum,
        progress: Progress = quiet,
    ) -> None:
        """Open the library (a folder, or the default one) and the reader (the bundled one).

        ``reader``: a reader, or the folder or hub name of any seq2seq model that is on this machine.
        ``passages``: how many are retrieved and read. ``threshold``: answer where the confidence is at least this
        (by default what the reader's configuration says; 0 always answers).

        Raises:
            LibraryError: the library cannot be used.
        """
        if library is None:
            library = default_library(progress)
        elif not isinstance(library, Library):
            library = Library(library, progress=progress)
        if reader is None or isinstance(reader, (str, Path)):
            from qa.reader import load_reader

            reader = load_reader(reader)
        # Loaded now, so that the first question is answered as fast as any other.
        library.asked().encoder.encode_questions(["Is everything ready?"])
        self.library = library
        self.reader = reader
        self.passages = passages
        self.threshold = float(getattr(reader, "threshold", 0.5)) if threshold is None else threshold
        self.fusion = fusion
        # The least confidence that is called "sure" and "fairly sure".
        self.certainty: tuple[float, float] | None = getattr(reader, "certainty", None)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        documents: str | Iterable[str] | None = None,
        since: str | datetime.date = "",
        until: str | datetime.date = "",
    ) -> list[Hit]:
        """Return up to ``k`` passages for a question, best first, without reading them.

        Raises:
            QuestionError: the question is empty or far too long, or ``k`` is out of range.
            LibraryError: ``documents`` names one that is not there, or a date is none.
        """
        return search(self.library.asked(), question, k, documents, since, until, self.fusion)

    def ask_many(self, questions: Iterable[str], *, progress: Progress = quiet, **options: object) -> list[Answer]:
        """Answer several questions that have nothing to do with each other; ``options`` are those of :meth:`ask`."""
        everything = list(questions)
        shown = progress(everything, total=len(everything), desc="Asking")
        return [self.ask(question, **options) for question in shown]  # type: ignore[arg-type]

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        documents: str | Iterable[str] | None = None,
        since: str | datetime.date = "",
        until: str | datetime.date = "",
        passages: int | None = None,
        threshold: float | None = None,
        on_stage: OnStage | None = None,
    ) -> Answer:
        """Return the answer to a question, quoted and cited, or an honest refusal (``answer.abstained``).

        ``history``: earlier questions with the texts of their answers, oldest first, for a follow-up.
        ``documents`` (ids, sources, file names or titles), ``since`` and ``until`` (dates) narrow where it looks.
        ``on_stage`` is called as "searching", "reading" and "citing" begin, each at most once. What it raises passes
        through: that is how whoever asks can stop the work.

        Raises:
            QuestionError: the question is empty or far too long, or ``passages`` is out of range.
            LibraryError: ``documents`` names one that is not there, or a date is none.
        """
        begin = time.perf_counter()
        k = self.passages if passages is None else passages
        check(question, k)
        # One and the same to the end, even if the first document of an empty one is added meanwhile.
        library = self.library.asked()
        scope = library.scope(documents, since, until)
        searched = stand_alone(" ".join(question.split()), history)
        work = _Work(
            self, library, question, searched, begin, self.threshold if threshold is None else threshold, on_stage
        )
        wanted = wants(searched)
        if wanted not in ("span", "list", "evidence"):
            return work.refuse(wanted)
        if not len(library):
            return work.refuse("empty_library")
        work.retrieve(k, scope)
        if wanted == "evidence":
            return work.evidence()
        return work.listing() if wanted == "list" else work.span()


def in_words(confidence: float, bars: tuple[float, float] | None) -> Certainty:
    """Return a calibrated confidence in words; ``bars``: the least that is called "sure" and "fairly sure"."""
    if bars is None:
        return ""
    sure, fairly_sure = bars
    return "sure" if confidence >= sure else "fairly sure" if confidence >= fairly_sure else "not sure"


class _Work:
    """One question on its way through the stages."""

    def __init__(
        self,
        assistant: Assistant,
        library: Library,
        question: str,
        searched: str,
        begin: float,
        threshold: float,
        on_stage: OnStage | None,
    ) -> None:
        self.assistant, self.library = assistant, library
        self.question, self.searched = question, searched
        self.begin = self.mark = begin
        self.threshold = threshold
        self.on_stage = on_stage
        self.hits: tuple[Hit, ...] = ()
        self.calibrated = False
        self.timings: dict[str, float] = {}

    def retrieve(self, k: int, scope: Scope | None) -> None:
        self._begin("searching")
        self.hits = tuple(retrieve(self.library, self.searched, k, scope, self.assistant.fusion))
        self._stage("retrieve")

    def span(self) -> Answer:
        """Answer with the best span, where the reader believes it more than "no answer"."""
        self._begin("reading")
        reader = self.assistant.reader
        reading = reader.read(self.searched, self.hits)
        self.calibrated = reading.calibrated
        self._stage("read")
        best = reading.predictions[0] if reading.predictions else None
        confidence = reading.confidence(best) if best else 0.0
        if best is None or confidence < self.threshold:
            return self.refuse("not_found", confidence)
        self._begin("citing")
        others, rival = holding(best, self.hits), rivals(reading, best)
        single = {hit.passage.id: hit for hit in [*others, *rival, *([best.hit] if rival else [])]}
        read = reader.read_each(self.searched, list(single.values()))
        alone = dict(zip(single, read, strict=True))
        also = also_supporting(best, [alone[hit.passage.id] for hit in others], self.threshold)
        against = contradicting(best, rival, alone, self.threshold) if rival else []
        return self._answer("span", [best], also, confidence, against)

    def listing(self) -> Answer:
        """Answer with every distinct span above the threshold, from the hits together and from each alone."""
        self._begin("reading")
        reader = self.assistant.reader
        readings = [reader.read(self.searched, self.hits, beams=8)]
        readings += reader.read_each(self.searched, self.hits, beams=8)
        self.calibrated = all(reading.calibrated for reading in readings)
        self._stage("read")
        found = distinct(readings, min(self.threshold, LISTED_PREFERENCE))[:MAX_LISTED]
        if not found:
            best = [reading.confidence(p) for reading in readings for p in reading.predictions]
            return self.refuse("not_found", max(best, default=0.0))
        self._begin("citing")
        return self._answer("list", [prediction for prediction, _ in found], [], found[0][1])

    def evidence(self) -> Answer:
        """Show the sentence that speaks to a yes/no question, where one does."""
        self._begin("reading")
        sentence, cosine = best_sentence(self.library.encoder, self.searched, self.hits)
        self._stage("read")
        if sentence is None or (cosine < MIN_COSINE and self.threshold > 0):
            return self.refuse("not_found", max(0.0, cosine))
        self._begin("citing")
        return self._answer("evidence", [sentence], [], min(1.0, max(0.0, cosine)))

    def refuse(self, kind: Kind, confidence: float = 0.0) -> Answer:
        return self._finish(kind, (), (), confidence)

    def _answer(
        self,
        kind: Kind,
        found: Sequence[Prediction],
        also: Sequence[Prediction],
        confidence: float,
        against: Sequence[Prediction] = (),
    ) -> Answer:
        passages = {p.hit.passage.id for p in found}
        also = [p for p in also if p.hit.passage.id not in passages]
        groups: list[tuple[Citation, ...]] = []
        number = 1
        for predictions in (found, also, against):
            group = []
            for prediction in predictions:
                if citation := cite(self.library, prediction, number):
                    group.append(citation)
                    number += 1
            groups.append(tuple(group))
        main, rest, disagreeing = groups
        if not main:  # its document was removed while it was being read
            return self.refuse("not_found", confidence)
        return self._finish(kind, main, rest, confidence, disagreeing)

    def _finish(
        self,
        kind: Kind,
        citations: tuple[Citation, ...],
        also: tuple[Citation, ...],
        confidence: float,
        disagreeing: tuple[Citation, ...] = (),
    ) -> Answer:
        self._stage("cite")
        self.timings["total"] = time.perf_counter() - self.begin
        told = self.calibrated and kind == "span" and bool(citations)
        return Answer(
            question=self.question,
            searched_question=self.searched,
            text="; ".join(citation.quote for citation in citations),
            citations=citations,
            also=also,
            disagreeing=disagreeing,
            hits=self.hits,
            confidence=confidence,
            abstained=not citations,
            kind=kind,
            calibrated=self.calibrated,
            certainty=in_words(confidence, self.assistant.certainty) if told else "",
            timings=self.timings,
        )

    def _begin(self, stage: Stage) -> None:
        if self.on_stage is not None:
            self.on_stage(stage)

    def _stage(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[name] = now - self.mark
        self.mark = now
