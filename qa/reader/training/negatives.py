"""What our own retriever finds for every training question: the hard negatives.

All training paragraphs become one library, one passage each, and every question is asked of it. The result is a
file of paragraph numbers, written as it grows: a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from corpus.types import make_document
from embeddings.encoder import Progress, quiet
from qa.library import Library
from qa.reader.training.data import SENTENCES, Question, TrainingData
from qa.retrieve import retrieve_many

KEEP = 12


def build_library(data: TrainingData, folder: Path, progress: Progress = quiet) -> Library:
    """Return the library of all paragraphs but single sentences; made once, taken from the folder later."""
    library = Library(folder, max_tokens=100_000, progress=progress)
    if not len(library):
        rows = zip(data.contexts, data.titles, data.sources, strict=True)
        library.add_documents(
            [
                make_document(f"context:{number}", title, "", " ".join(text.split()))
                for number, (text, title, source) in enumerate(rows)
                if source not in SENTENCES
            ],
            progress,
        )
    return library


def find(
    library: Library, questions: Sequence[Question], path: Path, progress: Progress = quiet, batch: int = 256
) -> None:
    """Append to ``path``, for every question not in it yet, the numbers of the ``KEEP`` best paragraphs."""
    done = load(path)
    missing = [q for q in questions if q.number not in done and q.source not in SENTENCES]
    with path.open("a", encoding="utf-8") as lines:
        starts = range(0, len(missing), batch)
        for start in progress(starts, total=len(starts), desc="Searching"):
            asked = missing[start : start + batch]
            found = retrieve_many(library, [question.text for question in asked], KEEP)
            for question, hits in zip(asked, found, strict=True):
                numbers = [int(hit.source.removeprefix("context:")) for hit in hits]
                lines.write(json.dumps([question.number, numbers]) + "\n")
            lines.flush()


def load(path: Path) -> dict[int, list[int]]:
    """Return the paragraph numbers found for each question number; a line cut short by an interruption is left out."""
    found: dict[int, list[int]] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.endswith("]]"):
                number, contexts = json.loads(line)
                found[number] = contexts
    return found
