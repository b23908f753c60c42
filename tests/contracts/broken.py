"""Implementations that are wrong on purpose, each in one way that could happen: the contracts must find them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from corpus.formats.base import Content
from corpus.formats.plain import Plain
from corpus.progress import Progress, no_progress
from corpus.scope import Scope
from corpus.store.sqlite import SqliteStore
from corpus.types import Document, Passage
from embeddings.index.flat import FlatIndex
from embeddings.types import Ids, Vectors
from qa.question.query import Query
from qa.reader import Reader
from qa.types import Hit, Prediction, Reading
from tests.fakes import HashEncoder

# --- formats -------------------------------------------------------------------------------------------


class AsItStands(Plain):
    """Hands on the text as it lies in the file, with whatever whitespace it has."""

    def read(self, data: bytes) -> Content:
        return replace(super().read(data), text=self.decode(data))


class LosesAWord(Plain):
    """Stops before the last word, as a loop that is one short does."""

    def read(self, data: bytes) -> Content:
        content = super().read(data)
        return replace(content, text=content.text.rpartition(" ")[0])


class ReadsAnything(Plain):
    """Takes pictures and programs for text."""

    def decode(self, data: bytes) -> str:
        return data.decode("latin-1")

    def read(self, data: bytes) -> Content:
        text = self.decode(data).replace("\0", "").strip()
        return Content(text[:20], "", text)


# --- stores --------------------------------------------------------------------------------------------


class ReusesIds(SqliteStore):
    """Gives the ids of removed passages to new ones, as SQLite does without AUTOINCREMENT."""

    def remove(self, document: str) -> bool:
        removed = super().remove(document)
        with self.database.writing() as connection:
            connection.execute("UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM passages)")
        return removed


class KeepsOldPassages(SqliteStore):
    """Stores a new text beside the old one of its source."""

    def replace(
        self, document: Document, passages: Sequence[Passage], vectors: NDArray[np.float32], file: bool = False
    ) -> bool:
        with self.database.writing() as connection:
            old = "UPDATE documents SET source = source || ' before' WHERE source = ? AND id <> ?"
            connection.execute(old, (document.source, document.id))
        return super().replace(document, passages, vectors, file)


class ChangesByHalves(SqliteStore):
    """Removes the old text first, and is left without any where the new one cannot be stored."""

    def replace(
        self, document: Document, passages: Sequence[Passage], vectors: NDArray[np.float32], file: bool = False
    ) -> bool:
        old = self.document_of_source(document.source)
        if old is not None and old != document.id:
            self.remove(old)
        return super().replace(document, passages, vectors, file)


class SearchesEverywhere(SqliteStore):
    """Finds words outside the scope too."""

    def search_text(self, words: Sequence[str], k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        return super().search_text(words, k)


class ForgetsSettings(SqliteStore):
    """Keeps settings only as long as it is open."""

    _settings: dict[str, str] | None = None

    def setting(self, name: str) -> str:
        return (self._settings or {}).get(name, "")

    def set_setting(self, name: str, value: str) -> None:
        self._settings = {**(self._settings or {}), name: value}


# --- indexes -------------------------------------------------------------------------------------------


class ForgetsRemovals(FlatIndex):
    """Goes on finding what was removed."""

    def remove(self, ids: Ids) -> None:
        pass


class IgnoresWithin(FlatIndex):
    """Searches everything."""

    def search(self, vector: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        return super().search(vector, k)


class FiltersTooLate(FlatIndex):
    """Takes the best of all first and then leaves out those outside: too few remain."""

    def search(self, vector: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        found = super().search(vector, k)
        return [pair for pair in found if within is None or pair[0] in within]


class LoadsWhatIsThere(FlatIndex):
    """Does not ask whose index it loads."""

    def save(self, path: Path, library: str) -> None:
        super().save(path, "")

    @classmethod
    def load(cls, path: Path, library: str, dimensions: int) -> Self | None:
        return super().load(path, "", dimensions)


# --- encoders ------------------------------------------------------------------------------------------


class LongVectors(HashEncoder):
    """Leaves vectors as long as they come."""

    def encode_passages(self, texts: Sequence[str], progress: Progress = no_progress) -> Vectors:
        lengths = np.array([[len(text)] for text in texts], dtype=np.float32).reshape(-1, 1)
        return np.asarray(super().encode_passages(texts, progress) * lengths, dtype=np.float32)


class ForgetsTheOrder(HashEncoder):
    """Sorts the texts by length, and does not sort the vectors back."""

    def encode_passages(self, texts: Sequence[str], progress: Progress = no_progress) -> Vectors:
        return super().encode_passages(sorted(texts, key=len), progress)


class CountsWhatItReads(HashEncoder):
    """Counts no more tokens than it has room for, so that no text ever seems too long."""

    def count_tokens(self, text: str) -> int:
        return min(super().count_tokens(text), self.max_tokens)


# --- readers -------------------------------------------------------------------------------------------


class Spoiled:
    """A reader whose readings are spoiled on their way out."""

    def __init__(self, reader: Reader, spoil: Callable[[Reading], Reading]) -> None:
        self._reader, self._spoil = reader, spoil

    @property
    def threshold(self) -> float:
        return self._reader.threshold

    @property
    def certainty(self) -> tuple[float, float] | None:
        return self._reader.certainty

    def read(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> Reading:
        return self._spoil(self._reader.read(query, hits, beams))

    def read_each(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> list[Reading]:
        return [self._spoil(reading) for reading in self._reader.read_each(query, hits, beams)]


def _each(change: Callable[[Prediction], Prediction]) -> Callable[[Reading], Reading]:
    return lambda reading: replace(reading, predictions=tuple(change(p) for p in reading.predictions))


def counts_the_title(reader: Reader) -> Reader:
    """Offsets that count the title in: spans end outside the passage."""

    def change(prediction: Prediction) -> Prediction:
        by = len(prediction.hit.passage.text)
        return replace(prediction, start=prediction.start + by, end=prediction.end + by)

    return Spoiled(reader, _each(change))


def too_sure(reader: Reader) -> Reader:
    """Scores that were never made probabilities."""
    return Spoiled(reader, _each(lambda prediction: replace(prediction, probability=1.5 + prediction.probability)))


def cuts_words(reader: Reader) -> Reader:
    """Spans that begin inside a word."""

    def change(prediction: Prediction) -> Prediction:
        inside = prediction.end - prediction.start > 1
        return replace(prediction, start=prediction.start + 1) if inside else prediction

    return Spoiled(reader, _each(change))


class ReadsTogether(Spoiled):
    """Gives the reading of all hits for each of them."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader, lambda reading: reading)

    def read_each(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> list[Reading]:
        return [self.read(query, hits, beams) for _ in hits]
