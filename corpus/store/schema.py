"""The tables of a library file, and making them."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path
from typing import Any

SCHEMA = 4

# The names of settings begin with it in the table ``meta``, which also says what made the library.
SETTING = "setting:"

# "porter" lets "visits" find "visited": recall@1 on SQuAD-open 79.8 with it, 77.7 without (tests/benchmarks).
# What full-text search hears of a passage: its headings, and its text or, where that differs, another form of it.
_SEARCHABLE = """CREATE VIEW searchable AS
    SELECT passages.id AS id,
        documents.title || CASE passages.context WHEN '' THEN '' ELSE ' › ' || passages.context END AS title,
        CASE passages.searched WHEN '' THEN passages.text ELSE passages.searched END AS text
    FROM passages JOIN documents ON documents.id = passages.document_id"""

_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    date TEXT NOT NULL,
    text TEXT NOT NULL,
    added TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    file INTEGER NOT NULL DEFAULT 0,
    last_read TEXT NOT NULL DEFAULT '',
    unreadable INTEGER NOT NULL DEFAULT 0,
    structure TEXT NOT NULL DEFAULT '',
    form INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    vector BLOB NOT NULL,
    context TEXT NOT NULL DEFAULT '',
    searched TEXT NOT NULL DEFAULT ''
);
CREATE INDEX passages_document ON passages(document_id);
{_SEARCHABLE};
CREATE VIRTUAL TABLE full_text USING fts5(
    title, text, content='searchable', content_rowid='id', tokenize='porter unicode61'
);
"""


def create(database: sqlite3.Connection, embedder: str, dimensions: int, replace: bool) -> None:
    """Make the empty tables of a library whose vectors come from ``embedder``, inside the caller's transaction.

    ``replace``: tables of a library stand there already, made by whatever schema, and are dropped first.
    """
    last = 0
    settings: list[tuple[str, str]] = []
    if replace:
        if {"key", "value"} <= {row[1] for row in database.execute("PRAGMA table_info(meta)")}:
            kept = "SELECT key, value FROM meta WHERE substr(key, 1, ?) = ?"
            settings = database.execute(kept, (len(SETTING), SETTING)).fetchall()
        # Passage ids are never used twice, not even across a rebuild: open indexes go by them.
        last = database.execute("SELECT coalesce(max(id), 0) FROM passages").fetchone()[0]
        sequence = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'passages'"
        last = max(last, database.execute(sequence).fetchone()[0])
        database.execute("DROP VIEW IF EXISTS searchable")
        for table in ("full_text", "passages", "documents", "meta"):
            database.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in _TABLES.split(";\n"):
        database.execute(statement)
    database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('passages', ?)", (last,))
    database.execute(f"PRAGMA user_version = {SCHEMA}")
    values = {"library": secrets.token_hex(8), "embedder": embedder, "dimensions": str(dimensions)}
    database.executemany("INSERT INTO meta VALUES (?, ?)", [*values.items(), *settings])


# Found out when a document came in, and kept when it is only encoded anew.
_ABOUT = ("added", "file", "last_read", "unreadable")


def about_documents(database: sqlite3.Connection) -> tuple[str, list[tuple[Any, ...]]]:
    """Return a statement and its values that tell new tables what these know of each document beside its text.

    These may be of any schema: what they do not know is left as it is in the new ones.
    """
    columns = {row[1] for row in database.execute("PRAGMA table_info(documents)")}
    names = [name for name in _ABOUT if name in columns] or ["id"]
    rows = database.execute(f"SELECT {', '.join(names)}, id FROM documents").fetchall()
    return f"UPDATE documents SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?", rows


# What could be read from a file before schema 3; that more can be read now says nothing of the sources of then.
_SUFFIXES_THEN = (".txt", ".text", ".md", ".markdown", ".html", ".htm")


def _named_file(source: str) -> bool:
    """Whether a source of before schema 3 was a file, which was not kept then: hardly any others had this form."""
    path = Path(source)
    return path.is_absolute() and path.suffix.lower() in _SUFFIXES_THEN


def upgrade(database: sqlite3.Connection) -> None:
    """Give a library of an earlier schema what it lacks, inside the caller's transaction.

    Passages that were cut in an earlier form stay and answer until their documents are read again.
    """
    schema = database.execute("PRAGMA user_version").fetchone()[0]
    if schema in (1, 2):
        # Schema 2 added the table of verdicts, which whoever keeps verdicts makes where it is missing.
        for column in (
            "file INTEGER NOT NULL DEFAULT 0",
            "last_read TEXT NOT NULL DEFAULT ''",
            "unreadable INTEGER NOT NULL DEFAULT 0",
        ):
            database.execute(f"ALTER TABLE documents ADD COLUMN {column}")
        database.execute("UPDATE documents SET last_read = added")
        sources = database.execute("SELECT source FROM documents").fetchall()
        files = [row for row in sources if _named_file(row[0])]
        database.executemany("UPDATE documents SET file = 1 WHERE source = ?", files)
    if schema in (1, 2, 3):
        database.execute("ALTER TABLE documents ADD COLUMN structure TEXT NOT NULL DEFAULT ''")
        database.execute("ALTER TABLE documents ADD COLUMN form INTEGER NOT NULL DEFAULT 0")
        database.execute("ALTER TABLE passages ADD COLUMN context TEXT NOT NULL DEFAULT ''")
        database.execute("ALTER TABLE passages ADD COLUMN searched TEXT NOT NULL DEFAULT ''")
        database.execute("DROP VIEW searchable")
        database.execute(_SEARCHABLE)
        database.execute(f"PRAGMA user_version = {SCHEMA}")
