"""The tables of a library file, and making them."""

from __future__ import annotations

import secrets
import sqlite3

SCHEMA = 2

# "porter" lets "visits" find "visited": recall@1 on SQuAD-open 79.8 with it, 77.7 without (tests/benchmarks).
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    date TEXT NOT NULL,
    text TEXT NOT NULL,
    added TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX passages_document ON passages(document_id);
CREATE VIEW searchable AS
    SELECT passages.id AS id, documents.title AS title, passages.text AS text
    FROM passages JOIN documents ON documents.id = passages.document_id;
CREATE VIRTUAL TABLE full_text USING fts5(
    title, text, content='searchable', content_rowid='id', tokenize='porter unicode61'
);
"""


def create(database: sqlite3.Connection, embedder: str, dimensions: int, replace: bool) -> None:
    """Make the empty tables of a library whose vectors come from ``embedder``, inside the caller's transaction.

    ``replace``: tables of a library stand there already, made by whatever schema, and are dropped first.
    """
    last = 0
    if replace:
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
    database.executemany("INSERT INTO meta VALUES (?, ?)", values.items())


def upgrade(database: sqlite3.Connection) -> None:
    """Give a library of the schema before this one what it lacks, inside the caller's transaction."""
    if database.execute("PRAGMA user_version").fetchone()[0] == 1:
        # Schema 2 added the table of verdicts, which whoever keeps verdicts makes where it is missing.
        database.execute("PRAGMA user_version = 2")
