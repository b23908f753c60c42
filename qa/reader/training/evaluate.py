"""How well a reader does on held-out questions, field by field: on the gold paragraph, and end to end.

End to end: all held-out paragraphs are one library, and each question is asked of it without saying which paragraph
it belongs to. What the reader made of every question comes back as a record, for the calibration.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.types import Passage, make_document
from embeddings.encoder import Progress, quiet
from qa.library import Library
from qa.metrics import exact_match, f1, mean
from qa.reader.training.data import SENTENCES, Question, TrainingData
from qa.retrieve import retrieve_many
from qa.types import Hit, Reader


@dataclass(frozen=True, slots=True)
class Record:
    """One question, asked end to end. ``f1`` and ``exact`` are of the best span, refused or not; 0 if there is none.

    ``gold``: whether the cited paragraph is the question's own; ``found``: whether that was retrieved at all.
    """

    number: int
    source: str
    answerable: bool
    probability: float
    no_answer: float
    exact: float
    f1: float
    gold: bool
    found: bool


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
    return "squad (new)" if new else question.source


def build_library(data: TrainingData, folder: Path, progress: Progress = quiet) -> Library:
    """Return the library of the held-out paragraphs, one passage each."""
    library = Library(folder, max_tokens=100_000, progress=progress)
    if not len(library):
        library.add_documents(
            [
                make_document(f"context:{n}", data.titles[n], "", " ".join(data.contexts[n].split()))
                for n in sorted(data.held_out)
                if data.sources[n] not in SENTENCES
            ],
            progress,
        )
    return library


def gold_paragraph(
    reader: Reader, data: TrainingData, questions: Sequence[Question], progress: Progress = quiet
) -> dict[str, tuple[int, float, float]]:
    """Return by field how many questions there are, exact match and F1 (0 to 1), each read on its own paragraph."""
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    asked = [question for question in questions if question.answers]
    for question in progress(asked, total=len(asked), desc="Gold paragraph"):
        text = " ".join(data.contexts[question.context].split())
        passage = Passage(question.context, "", 0, len(text), text)
        hit = Hit(passage, data.titles[question.context], "", "", 1.0, 1)
        predictions = reader.read(question.text, [hit]).predictions
        answer = predictions[0].text if predictions else ""
        references = [answer for answer, _ in question.answers]
        scores[field_of(data, question)].append((exact_match(answer, references), f1(answer, references)))
    return {k: (len(v), mean([e for e, _ in v]), mean([f for _, f in v])) for k, v in scores.items()}


def end_to_end(
    reader: Reader,
    library: Library,
    data: TrainingData,
    questions: Sequence[Question],
    passages: int = 5,
    progress: Progress = quiet,
) -> list[Record]:
    """Return the record of every question that is no single sentence's."""
    asked = [question for question in questions if question.source not in SENTENCES]
    records = []
    for start in progress(range(0, len(asked), 64), total=-(-len(asked) // 64), desc="End to end"):
        batch = asked[start : start + 64]
        for question, hits in zip(batch, retrieve_many(library, [q.text for q in batch], passages), strict=True):
            reading = reader.read(question.text, hits)
            gold = f"context:{question.context}"
            best = reading.predictions[0] if reading.predictions else None
            references = [answer for answer, _ in question.answers]
            records.append(
                Record(
                    number=question.number,
                    source=field_of(data, question),
                    answerable=bool(references),
                    probability=best.probability if best else 0.0,
                    no_answer=reading.no_answer,
                    exact=exact_match(best.text, references) if best and references else 0.0,
                    f1=f1(best.text, references) if best and references else 0.0,
                    gold=bool(best and best.hit.source == gold),
                    found=any(hit.source == gold for hit in hits),
                )
            )
    return records


def to_rows(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the records as JSON values."""
    return [asdict(record) for record in records]
