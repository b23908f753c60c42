"""What our own retriever finds for every training question: the hard negatives.

All paragraphs are one library, and every question is asked of it. The result is a file of paragraph numbers,
written as it grows: a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.progress import Progress, no_progress
from qa.library.library import Library
from qa.question.query import Query
from qa.retrieval.search import retrieve_many
from qa.training import lines
from qa.training.data import SENTENCES, Question
from qa.training.paragraphs import context_number

KEEP = 12


def find(
    library: Library, questions: Sequence[Question], path: Path, progress: Progress = no_progress, batch: int = 256
) -> None:
    """Append to ``path``, for every question not in it yet, the numbers of the ``KEEP`` best paragraphs."""
    done = load(path)
    missing = [q for q in questions if q.number not in done and q.source not in SENTENCES]
    with lines.open_to_append(path) as file:
        starts = range(0, len(missing), batch)
        for start in progress(starts, total=len(starts), desc="Searching"):
            asked = missing[start : start + batch]
            found = retrieve_many(library, [Query.of(question.text) for question in asked], KEEP)
            for question, hits in zip(asked, found, strict=True):
                numbers = [context_number(hit.source) for hit in hits]
                lines.append(file, [question.number, numbers])


def load(path: Path) -> dict[int, list[int]]:
    """Return the paragraph numbers found for each question number."""
    return dict(lines.read(path))
