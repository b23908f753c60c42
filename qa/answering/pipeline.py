"""qa.answering.pipeline: SAY WHAT THIS IS FOR."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from corpus.scope import Scope
from qa.answering.agreement import also_supporting, distinct, holding
from qa.answering.cite import cite
from qa.answering.disagreement import contradicting, rivals
from qa.answering.policy import LISTED_PREFERENCE, MIN_COSINE
from qa.answering.yes_no import best_sentence
from qa.retrieval.search import retrieve
from qa.types import Answer, Certainty, Citation, Hit, Kind, Prediction

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library.library import Library

MAX_LISTED = 10


Stage = Literal["searching", "reading", "citing"]


OnStage = Callable[[Stage], None]


def in_words(confidence: float, bars: tuple[float, float] | None) -> Certainty:
    """Return a calibrated confidence in words; ``bars``: the least that is called "sure" and "fairly sure"."""
    if bars is None:
        return ""
    sure, fairly_sure = bars
    return "sure" if confidence >= sure else "fairly sure" if confidence >= fairly_sure else "not sure"


class AnswerBuilder:
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
