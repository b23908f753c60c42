"""What the tests of stores put in, and how they look at what is there."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.scope import Scope
from corpus.store.base import Entry, Store
from corpus.types import Passage, make_document

DIMENSIONS = 4


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def entry(source: str, text: str, title: str = "", date: str = "") -> Entry:
    """Return a document with a passage a line and a vector a passage."""
    document = make_document(f"text:{source}", title, date, text)
    passages = []
    start = 0
    for line in text.split("\n"):
        passages.append(Passage(0, document.id, start, start + len(line), line))
        start += len(line) + 1
    return document, passages, unit_vectors(len(passages), len(text))


def found(store: Store, *words: str, scope: Scope | None = None) -> list[str]:
    """Return the texts of the passages that a search for the words finds, best first."""
    ids = [number for number, _ in store.search_text(words, 100, scope)]
    passages = store.passages(ids)
    return [passages[number][0].text for number in ids]


def count(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def check_whole(path: Path) -> None:
    """Check the file itself and that the full-text index holds exactly the words of the passages."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        database.execute("INSERT INTO full_text (full_text) VALUES ('integrity-check')")
        # Rank 1 compares with the passages as well, which an index over a view does not do by itself.
        database.execute("INSERT INTO full_text (full_text, rank) VALUES ('integrity-check', 1)")
        ids = {row[0] for row in database.execute("SELECT id FROM passages")}
        assert {row[0] for row in database.execute("SELECT id FROM full_text_docsize")} == ids
        sources = [row[0] for row in database.execute("SELECT source FROM documents")]
        assert len(sources) == len(set(sources))
