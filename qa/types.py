"""What a question turns into on its way to an answer. ``Answer.to_dict`` is the one JSON shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from corpus.sources import spoken_name
from corpus.types import Document, Passage, headed

Kind = Literal[
    "span",  # a name, number or clause that answers
    "list",  # several spans, for "list all ..."
    "evidence",  # a sentence, for a yes/no question: shown without a yes or no
    "not_found",  # the documents do not say
    "summary",  # the rest ask for what a span cannot give; interfaces say so plainly
    "comparison",
    "arithmetic",
    "greeting",
    "language",
    "empty_library",
]

Certainty = Literal["sure", "fairly sure", "not sure", ""]
"""A calibrated confidence in words; "" for a refusal, and where it is not known how often such answers are right."""

Turn = tuple[str, str]
"""A question asked before, and the text of its answer."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. A higher ``score`` is better; ``rank`` counts from 1.

    Scores of different retrievers are never compared raw.
    """

    passage: Passage
    title: str
    date: str
    source: str
    score: float
    rank: int

    @property
    def heading(self) -> str:
        """What stands over the passage, for search and reader: its document's title and its context."""
        return headed(self.title, self.passage.context)

    def called_for(self, words: Collection[str]) -> str:
        """Return the title, with the name of the file before it where that has words of a question it lacks itself.

        ``words``: those of the question, in lower case. "What is John Smith's notice period?" asks for the file
        john-smith.txt, which may say nowhere whose contract it is.
        """
        called = spoken_name(self.source)
        lacking = set(words) - set(re.findall(r"\w+", f"{self.title} {self.passage.text}".lower()))
        return headed(called, self.title) if lacking & set(re.findall(r"\w+", called.lower())) else self.title


@dataclass(frozen=True, slots=True)
class Prediction:
    """A span the reader proposes: ``hit.passage.text[start:end]``, with its probability."""

    hit: Hit
    start: int
    end: int
    probability: float

    @property
    def text(self) -> str:
        """The words of the span, cut from the passage."""
        return self.hit.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a question: spans, best first, and the probability of "no answer".

    ``calibration`` tells how often such an answer is right; without one, the confidence is only how much more the
    reader believes the span than "no answer".
    """

    predictions: tuple[Prediction, ...]
    no_answer: float
    calibration: Calibration | None = None

    @property
    def calibrated(self) -> bool:
        """Whether the confidence was fitted to how often answers are right."""
        return self.calibration is not None

    def confidence(self, prediction: Prediction) -> float:
        """Return how far to trust a span, 0 to 1: calibrated, or p(span) / (p(span) + p(no answer))."""
        if self.calibration is not None:
            return self.calibration(self, prediction)
        return self.preference(prediction)

    def preference(self, prediction: Prediction) -> float:
        """Return how much more the reader believes a span than "no answer": p(span) / (p(span) + p(no answer))."""
        total = prediction.probability + self.no_answer
        return prediction.probability / total if total > 0 else 0.0


Calibration = Callable[[Reading, Prediction], float]
"""(a reading, one of its spans) -> the probability that the span is right."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a stored document: ``document.text[start:end]``. ``number`` counts from 1 within an answer.

    ``unread_since``: when the document's file was last read, in ISO form, where it could not be read since.
    """

    number: int
    document: Document
    passage: Passage
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    unread_since: str = ""

    @property
    def quote(self) -> str:
        """The cited words, exactly as the document has them."""
        return self.document.text[self.start : self.end]

    @property
    def sentence(self) -> str:
        """The sentence, or sentences, around the quote."""
        return self.document.text[self.sentence_start : self.sentence_end]

    def to_dict(self) -> dict[str, Any]:
        """Return the citation as JSON values; ``start`` and ``end`` are code points of the document's text."""
        return {
            "number": self.number,
            "title": self.document.title,
            "source": self.document.source,
            "date": self.document.date,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "sentence": self.sentence,
            "passage_id": self.passage.id,
            "unread_since": self.unread_since,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, or an honest refusal (``abstained``).

    ``text`` is cut from the cited documents and empty after a refusal: wording a refusal is the interface's job.
    ``confidence`` lies between 0 and 1; after a refusal it is that of the best span that was not good enough. Where it
    is ``calibrated``, it is how often such answers were acceptable on questions that the reader had never seen
    (``qa.training.evaluate.is_acceptable``), and ``certainty`` says it in words: of those called "sure", at least 90 in
    100 were.
    ``also`` are other passages that, read alone, give the same answer; ``disagreeing`` are those of other documents
    that, read alone, give one that cannot be right as well.
    ``timings`` are seconds, by stage (``retrieve``, ``read``, ``cite``, ``total``).
    """

    question: str
    searched_question: str
    text: str
    citations: tuple[Citation, ...]
    also: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float
    abstained: bool
    kind: Kind = "span"
    calibrated: bool = False
    certainty: Certainty = ""
    disagreeing: tuple[Citation, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values: the shape that the terminal, the page and the reports share."""
        return {
            "question": self.question,
            "searched_question": self.searched_question,
            "answer": {
                "text": self.text,
                "abstained": self.abstained,
                "confidence": round(self.confidence, 4),
                "calibrated": self.calibrated,
                "certainty": self.certainty,
                "kind": self.kind,
            },
            "citations": [citation.to_dict() for citation in self.citations],
            "also": [citation.to_dict() for citation in self.also],
            "disagreeing": [citation.to_dict() for citation in self.disagreeing],
            "timings_ms": {stage: round(1000 * seconds, 1) for stage, seconds in self.timings.items()},
        }
