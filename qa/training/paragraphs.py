"""Paragraphs of the training data as a library, one passage each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from corpus.progress import Progress, no_progress
from corpus.types import make_document
from qa.library.library import Library
from qa.training.data import SENTENCES, TrainingData

_PREFIX = "context:"


def source_name(context: int) -> str:
    """Return the source that paragraph ``context`` has in the library."""
    return f"{_PREFIX}{context}"


def context_number(source: str) -> int:
    """Return the number of the paragraph with this source."""
    return int(source.removeprefix(_PREFIX))


def build_library(
    data: TrainingData, numbers: Iterable[int], folder: Path, progress: Progress = no_progress
) -> Library:
    """Return the library of these paragraphs but single sentences; made once, taken from the folder later."""
    library = Library(folder, max_tokens=100_000, progress=progress)
    if not len(library):
        chosen = [number for number in sorted(numbers) if data.sources[number] not in SENTENCES]
        texts = [(source_name(n), data.titles[n], " ".join(data.contexts[n].split())) for n in chosen]
        library.add_documents([make_document(source, title, "", text) for source, title, text in texts], progress)
    return library
