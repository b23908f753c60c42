"""One query through the stages: search, read, cite. Or a refusal, at the first stage that knows there is no answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

from corpus.scope import Scope
from qa.answering.agreement import also_supporting, distinct, holding
from qa.answering.cite import cite
from qa.answering.disagreement import contradicting, rivals
from qa.answering.policy import Policy
from qa.answering.yes_no import best_sentence
from qa.library.library import Library
from qa.question.query import Query
from qa.reader import Reader
from qa.retrieval.fusion import Fusion
from qa.retrieval.search import retrieve
from qa.types import Answer, Citation, Hit, Kind, Prediction, Reading

Stage = Literal["searching", "reading", "citing"]

OnStage = Callable[[Stage], None]
"""Is called as a stage begins; what it raises ends the work."""

# A list wants more spans of a passage than one answer does.
LIST_BEAMS = 8


class Stages:
    """Tells which stage begins, and keeps how long each took; its time runs from when it is made."""

    def __init__(self, on_stage: OnStage | None = None) -> None:
        self._on_stage = on_stage
        self._start = self._mark = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def begin(self, stage: Stage) -> None:
        """Say that a stage begins."""
        if self._on_stage is not None:
            self._on_stage(stage)

    def end(self, name: str) -> None:
        """Keep the time since the last end as that of ``name``."""
        now = time.perf_counter()
        self.seconds[name] = now - self._mark
        self._mark = now

    def finish(self) -> None:
        """Keep the time since the start as the total."""
        self.seconds["total"] = time.perf_counter() - self._start


class AnswerBuilder:
    """Makes the answer to one query. Used once, and by one thread."""

    def __init__(
        self, library: Library, reader: Reader, fusion: Fusion, policy: Policy, query: Query, stages: Stages
    ) -> None:
        self._library, self._reader, self._fusion = library, reader, fusion
        self._policy, self._query, self._stages = policy, query, stages
        self._hits: tuple[Hit, ...] = ()
        self._calibrated = False

    def build(self, passages: int, scope: Scope | None = None) -> Answer:
        """Return the answer from up to so many passages of the library within ``scope``, or a refusal."""
        match self._query.intent:
            case "span":
                answer = self._span
            case "list":
                answer = self._list
            case "evidence":
                answer = self._evidence
            case other:
                return self._refuse(other)
        if not len(self._library):
            return self._refuse("empty_library")
        self._retrieve(passages, scope)
        return answer()

    def _retrieve(self, passages: int, scope: Scope | None) -> None:
        self._stages.begin("searching")
        self._hits = tuple(retrieve(self._library, self._query, passages, scope, self._fusion))
        self._stages.end("retrieve")

    def _span(self) -> Answer:
        """Answer with the best span, where it is trusted enough."""
        self._stages.begin("reading")
        reading = self._reader.read(self._query, self._hits)
        self._calibrated = reading.calibrated
        self._stages.end("read")
        best = reading.predictions[0] if reading.predictions else None
        confidence = reading.confidence(best) if best else 0.0
        if best is None or confidence < self._policy.threshold:
            return self._refuse("not_found", confidence)
        self._stages.begin("citing")
        also, against = self._other_voices(reading, best)
        return self._answer("span", confidence, [best], also, against)

    def _other_voices(self, reading: Reading, best: Prediction) -> tuple[list[Prediction], list[Prediction]]:
        """Return the spans of other passages that say the same, and those of other documents that contradict."""
        others, rival = holding(best, self._hits), rivals(reading, best, self._policy.rival)
        single = {hit.passage.id: hit for hit in [*others, *rival, *([best.hit] if rival else [])]}
        read = self._reader.read_each(self._query, list(single.values()))
        alone = dict(zip(single, read, strict=True))
        also = also_supporting(best, [alone[hit.passage.id] for hit in others], self._policy.support_bar)
        return also, contradicting(best, rival, alone, self._policy) if rival else []

    def _list(self) -> Answer:
        """Answer with every distinct span that is good enough, from the hits together and from each alone."""
        self._stages.begin("reading")
        readings = [self._reader.read(self._query, self._hits, beams=LIST_BEAMS)]
        readings += self._reader.read_each(self._query, self._hits, beams=LIST_BEAMS)
        self._calibrated = all(reading.calibrated for reading in readings)
        self._stages.end("read")
        found = distinct(readings, self._policy.listed_bar)[: self._policy.most_listed]
        if not found:
            sure = [reading.confidence(p) for reading in readings for p in reading.predictions]
            return self._refuse("not_found", max(sure, default=0.0))
        self._stages.begin("citing")
        return self._answer("list", found[0][1], [prediction for prediction, _ in found])

    def _evidence(self) -> Answer:
        """Show the sentence that speaks to a yes/no question, where one does."""
        self._stages.begin("reading")
        sentence, cosine = best_sentence(self._library.encoder, self._query, self._hits)
        self._stages.end("read")
        shown = min(1.0, max(0.0, cosine))
        if sentence is None or cosine < self._policy.evidence_bar:
            return self._refuse("not_found", shown)
        self._stages.begin("citing")
        return self._answer("evidence", shown, [sentence])

    def _refuse(self, kind: Kind, confidence: float = 0.0) -> Answer:
        return self._finish(kind, confidence)

    def _answer(
        self,
        kind: Kind,
        confidence: float,
        found: Sequence[Prediction],
        also: Sequence[Prediction] = (),
        against: Sequence[Prediction] = (),
    ) -> Answer:
        """Cite the spans, numbered through; what cannot be cited any more is left out."""
        quoted = {prediction.hit.passage.id for prediction in found}
        also = [prediction for prediction in also if prediction.hit.passage.id not in quoted]
        citations = self._cite(found, 1)
        supporting = self._cite(also, 1 + len(citations))
        disagreeing = self._cite(against, 1 + len(citations) + len(supporting))
        if not citations:  # its document was removed while it was being read
            return self._refuse("not_found", confidence)
        return self._finish(kind, confidence, citations, supporting, disagreeing)

    def _cite(self, predictions: Sequence[Prediction], first: int) -> tuple[Citation, ...]:
        citations: list[Citation] = []
        for prediction in predictions:
            if citation := cite(self._library, prediction, first + len(citations)):
                citations.append(citation)
        return tuple(citations)

    def _finish(
        self,
        kind: Kind,
        confidence: float,
        citations: tuple[Citation, ...] = (),
        also: tuple[Citation, ...] = (),
        disagreeing: tuple[Citation, ...] = (),
    ) -> Answer:
        self._stages.end("cite")
        self._stages.finish()
        # How often the first span of a list, or a cosine, is right is not known.
        told = self._calibrated and kind == "span" and bool(citations)
        return Answer(
            question=self._query.asked,
            searched_question=self._query.stand_alone,
            text="; ".join(citation.quote for citation in citations),
            citations=citations,
            also=also,
            disagreeing=disagreeing,
            hits=self._hits,
            confidence=confidence,
            abstained=not citations,
            kind=kind,
            calibrated=self._calibrated,
            certainty=self._policy.certainty_of(confidence) if told else "",
            timings=self._stages.seconds,
        )
