"""How well a reader does on held-out questions, field by field: on the gold paragraph, and end to end.

End to end: all held-out paragraphs are one library, and each question is asked of it without saying which paragraph
it belongs to. What the reader made of every question comes back as a record, for the calibration.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.progress import Progress, no_progress
from corpus.types import Passage
from qa.evaluation.metrics import mean
from qa.library.library import Library
from qa.matching import exact_match, f1, holds_answer
from qa.question.query import Query
from qa.reader import Reader
from qa.retrieval.search import retrieve_many
from qa.training.data import SENTENCES, Question, TrainingData
from qa.training.paragraphs import source_name
from qa.types import Hit

LONG_ANSWER_WORDS = 8
# An answer is acceptable where it shares at least this much with a reference.
ACCEPTABLE_F1 = 0.5
MISSING = "(answer missing)"
NEW = " (new)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span the reader proposed: its passage's rank among the hits, and how well it answers (0 for no answer).

    ``gold``: whether it is of the question's own paragraph; ``acceptable``: see :func:`is_acceptable`.
    """

    text: str
    rank: int
    probability: float
    exact: float
    f1: float
    gold: bool
    acceptable: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One question, asked end to end, with all spans the reader proposed and what it gave to "no answer".

    ``found``: whether the question's own paragraph was among the hits.
    """

    number: int
    source: str
    answerable: bool
    no_answer: float
    found: bool
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The span proposed first; an empty one where there was none."""
        return self.candidates[0] if self.candidates else Candidate("", 1, 0.0, 0.0, 0.0, False, False)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Record:
        """Return what ``dataclasses.asdict`` made a dictionary of."""
        return cls(**row | {"candidates": tuple(Candidate(**one) for one in row["candidates"])})


def is_acceptable(text: str, references: Sequence[str], gold: bool) -> bool:
    """Whether a span may pass for an answer: by its F1, or, in the question's own paragraph, by holding a reference.

    More lenient than what reports call right (``qa.matching.is_right``: an F1 of at least 0.6, nothing else): the
    confidence that ships, its threshold and its words were fitted to this. To fit them to the other means to calibrate
    again, and other answers.

    A training question mostly has one reference, which may say more or less than was asked: "five physical trophies
    have been presented" for "five". So in that paragraph a reference may hold the span as well, as whole words.
    """
    if not references or not text:
        return False
    held = any(holds_answer(reference, [text]) for reference in references)
    return f1(text, references) >= ACCEPTABLE_F1 or (gold and (held or holds_answer(text, references)))


def draw(data: TrainingData, each: int, seed: int = 0) -> list[Question]:
    """Return up to ``each`` held-out questions of every source, by a fixed seed."""
    pools: dict[str, list[Question]] = defaultdict(list)
    for question in data.held_out_questions():
        pools[field_of(data, question)].append(question)
    generator = random.Random(seed)
    return [q for name in sorted(pools) for q in generator.sample(pools[name], min(each, len(pools[name])))]


def field_of(data: TrainingData, question: Question) -> str:
    """Return the name a question's field has in the tables."""
    new = question.source == "squad" and question.context >= data.contexts_of_first_file
    return question.source + NEW if new else question.source


def source_of(record: Record) -> str:
    """Return the name of the data set a record's question is from."""
    return record.source.removesuffix(NEW)


def groups_of(data: TrainingData, question: Question) -> list[str]:
    """Return the rows of a table that a question counts in: its field, and whether it wants a clause or a sentence."""
    groups = [field_of(data, question)]
    if question.text.lower().startswith("why "):
        groups.append("(why)")
    if question.answers and min(len(answer.split()) for answer, _ in question.answers) >= LONG_ANSWER_WORDS:
        groups.append(f"(answers of {LONG_ANSWER_WORDS} words and more)")
    return groups


def gold_paragraph(
    reader: Reader, data: TrainingData, questions: Sequence[Question], progress: Progress = no_progress
) -> dict[str, tuple[int, float, float]]:
    """Return by group how many questions there are, exact match and F1 (0 to 1), each read on its own paragraph."""
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    asked = [question for question in questions if question.answers]
    for question in progress(asked, total=len(asked), desc="Gold paragraph"):
        text = " ".join(data.contexts[question.context].split())
        passage = Passage(question.context, "", 0, len(text), text)
        hit = Hit(passage, data.titles[question.context], "", "", 1.0, 1)
        predictions = reader.read(Query.of(question.text), [hit]).predictions
        answer = predictions[0].text if predictions else ""
        references = [answer for answer, _ in question.answers]
        for group in groups_of(data, question):
            scores[group].append((exact_match(answer, references), f1(answer, references)))
    return {k: (len(v), mean([e for e, _ in v]), mean([f for _, f in v])) for k, v in scores.items()}


def end_to_end(
    reader: Reader,
    library: Library,
    data: TrainingData,
    questions: Sequence[Question],
    passages: int = 5,
    missing: bool = False,
    progress: Progress = no_progress,
) -> list[Record]:
    """Return the record of every question that is no single sentence's.

    ``missing``: ask the answerable questions alone, as if no passage held an answer: they count as unanswerable, in a
    field named :data:`MISSING`.
    """
    asked = [q for q in questions if q.source not in SENTENCES and (q.answers or not missing)]
    records = []
    for start in progress(range(0, len(asked), 64), total=-(-len(asked) // 64), desc="End to end"):
        batch = asked[start : start + 64]
        queries = [Query.of(question.text) for question in batch]
        retrieved = retrieve_many(library, queries, passages * (2 if missing else 1))
        for question, query, found_hits in zip(batch, queries, retrieved, strict=True):
            own = source_name(question.context)
            references = [answer for answer, _ in question.answers]
            hits = found_hits
            if missing:
                left = [h for h in hits if h.source != own and not holds_answer(h.passage.text, references)]
                hits = [replace(hit, rank=rank) for rank, hit in enumerate(left[:passages], 1)]
                references = []
            reading = reader.read(query, hits)
            candidates = tuple(
                Candidate(
                    p.text,
                    p.hit.rank,
                    p.probability,
                    exact_match(p.text, references) if references else 0.0,
                    f1(p.text, references) if references else 0.0,
                    p.hit.source == own,
                    is_acceptable(p.text, references, p.hit.source == own),
                )
                for p in reading.predictions
            )
            found = any(hit.source == own for hit in hits)
            field = MISSING if missing else field_of(data, question)
            records.append(Record(question.number, field, bool(references), reading.no_answer, found, candidates))
    return records
