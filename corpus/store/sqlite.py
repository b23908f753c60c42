"""One SQLite file: documents, passages, vectors and the full-text index. The only truth of a library.

Every change is one transaction, so an interruption at any moment leaves the file as it was before or after it.
This room knows nothing of what the vectors mean; it keeps them beside the passages they belong to.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import LibraryError, OtherMakerError
from corpus.scope import Scope
from corpus.sources import spoken_name
from corpus.store.base import Entry, StoredDocument
from corpus.store.database import Database, damaged, explain
from corpus.store.schema import SCHEMA, SETTING, about_documents, create, upgrade
from corpus.structure import from_json, to_json
from corpus.text.folding import searchable
from corpus.types import FORM, Document, Passage, headed

# As the table itself writes when a document was added.
_NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
_UNREAD_SINCE = "CASE WHEN unreadable THEN last_read ELSE '' END"


class SqliteStore:
    """The SQLite file of a library, open. Safe to use from several threads."""

    def __init__(
        self,
        path: Path,
        embedder: str,
        dimensions: int,
        rebuilt: Sequence[Entry] | None = None,
        instead_of: Collection[str] | None = None,
    ) -> None:
        """Open the file, or make a new one whose vectors come from ``embedder`` and have ``dimensions`` numbers.

        ``rebuilt``: put exactly these documents in place of all that is there, whatever made it. ``instead_of``: only
        if the documents there still have exactly these ids.

        Raises:
            OtherMakerError: the file was made with another schema or embedder.
            LibraryError: the file is damaged, is no library, or cannot be opened.
        """
        self.path = path
        self._dimensions = dimensions
        self._database = Database(path)
        try:
            with self._database.guard():
                self._open(embedder, dimensions, rebuilt, instead_of)
        except BaseException:
            self._database.close()
            raise

    def _open(
        self, embedder: str, dimensions: int, rebuilt: Sequence[Entry] | None, instead_of: Collection[str] | None
    ) -> None:
        connection = self._database.connection
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        with self._database.transaction():
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if tables and not {"documents", "passages"} <= tables:
                raise LibraryError(f"{self.path} is an SQLite file but not a Citebound library: choose another folder.")
            if tables and instead_of is not None:
                there = {identity for (identity,) in connection.execute("SELECT id FROM documents")}
                if there != set(instead_of):
                    raise LibraryError(
                        f"The library {self.path.parent} was changed by another process while it was being rebuilt: "
                        "nothing was lost or rebuilt, try again."
                    )
            upgrade(connection)
            known = about_documents(connection) if rebuilt is not None and tables else None
            if rebuilt is not None or not tables:
                create(connection, embedder, dimensions, replace=bool(tables))
            for entry in rebuilt or ():
                _insert(connection, *entry)
            if known is not None:
                connection.executemany(*known)
        schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        advice = "rebuild it from the texts it holds with `qa index --rebuild` or Library(path, rebuild=True)."
        if schema != SCHEMA:
            raise OtherMakerError(
                f"The library {self.path.parent} was made by another version of Citebound (schema {schema}, "
                f"this one uses {SCHEMA}): use that version, or {advice}"
            )
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        if not {"library", "embedder", "dimensions"} <= meta.keys():
            raise LibraryError(damaged(self.path, "it does not say what made it"))
        self.library, made_by = meta["library"], (meta["embedder"], meta["dimensions"])
        if made_by != (embedder, str(dimensions)):
            raise OtherMakerError(
                f"The vectors of the library {self.path.parent} were made by the embedder {made_by[0]}, not by "
                f"{embedder}: open it with that embedder, or {advice}"
            )
        self._database.use_write_ahead_log()

    @property
    def database(self) -> Database:
        """The open file, for what others keep in it in tables of their own."""
        return self._database

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._database.close()

    # Writing

    def replace(
        self, document: Document, passages: Sequence[Passage], vectors: NDArray[np.float32], file: bool = False
    ) -> bool:
        """Store the document with its passages in place of whatever its source held before.

        ``vectors``: float32, one row a passage. ``file``: it was read from the file that its source names. Returns
        False, with nothing changed, where exactly this document is stored already.
        """
        with self._database.writing() as connection:
            self.check_not_rebuilt()
            if self.holds(document.id):
                return False
            old = connection.execute("SELECT id FROM documents WHERE source = ?", (document.source,)).fetchone()
            if old:
                _remove(connection, old[0])
            _insert(connection, document, passages, vectors, file)
            return True

    def holds(self, document: str) -> bool:
        """Whether the document with this id is stored, its passages in today's form."""
        return bool(self._database.rows("SELECT 1 FROM documents WHERE id = ? AND form >= ?", (document, FORM)))

    def older(self) -> list[str]:
        """Return the sources of the documents whose passages are of an earlier form."""
        rows = self._database.rows("SELECT source FROM documents WHERE form < ? ORDER BY source", (FORM,))
        return [row[0] for row in rows]

    def confirm(self, documents: Mapping[str, bool]) -> None:
        """Note that the documents with these ids were read again and are the same; True: from a file."""
        with self._database.writing() as connection:
            rows = [(file, identity) for identity, file in documents.items()]
            connection.executemany(
                f"UPDATE documents SET file = file OR ?, last_read = {_NOW}, unreadable = 0 WHERE id = ?", rows
            )

    def mark_unreadable(self, source: str) -> str:
        """Note that the file of this source cannot be read, and return when it was last; "" where nothing is stored."""
        rows = self._database.rows("SELECT last_read, unreadable FROM documents WHERE source = ?", (source,))
        if rows and not rows[0][1]:
            with self._database.writing() as connection:
                connection.execute("UPDATE documents SET unreadable = 1 WHERE source = ?", (source,))
        return rows[0][0] if rows else ""

    def set_setting(self, name: str, value: str) -> None:
        """Keep a value under this name, in place of what stood there."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SETTING + name, value))

    def remove(self, document: str) -> bool:
        """Remove the document with this id and all that belongs to it; False where there is none."""
        with self._database.writing() as connection:
            return _remove(connection, document)

    # Reading

    def documents(self) -> list[StoredDocument]:
        """Return all documents, by title."""
        rows = self._database.rows(
            "SELECT documents.id, source, title, date, added, count(passages.id), length(documents.text), "
            f"file, {_UNREAD_SINCE} "
            "FROM documents LEFT JOIN passages ON documents.id = passages.document_id "
            "GROUP BY documents.id ORDER BY title, source"
        )
        return [StoredDocument(*(*row[:-2], bool(row[-2]), row[-1])) for row in rows]

    def document(self, identity: str) -> Document | None:
        """Return the document with this id."""
        rows = self._database.rows(
            "SELECT id, source, title, date, text, structure FROM documents WHERE id = ?", (identity,)
        )
        return _document(rows[0]) if rows else None

    def unread_since(self, identity: str) -> str:
        """Return when the file of the document with this id was last read, where it could not be read since; or ""."""
        rows = self._database.rows(f"SELECT {_UNREAD_SINCE} FROM documents WHERE id = ?", (identity,))
        return rows[0][0] if rows else ""

    def document_of_source(self, source: str) -> str | None:
        """Return the id of the document from this source."""
        rows = self._database.rows("SELECT id FROM documents WHERE source = ?", (source,))
        return rows[0][0] if rows else None

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, str, str, str]]:
        """Return passage, title, date and source for every id that is there."""
        rows = self._database.rows(
            'SELECT passages.id, document_id, start, "end", passages.text, context, title, date, source FROM passages '
            "JOIN documents ON documents.id = document_id WHERE passages.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {row[0]: (Passage(*row[:6]), *row[6:]) for row in rows}

    def passages_of(self, document: str) -> list[Passage]:
        """Return the passages of a document, in order."""
        rows = self._database.rows(
            'SELECT id, document_id, start, "end", text, context FROM passages WHERE document_id = ? ORDER BY start',
            (document,),
        )
        return [Passage(*row) for row in rows]

    def passage_ids(self, scope: Scope | None = None) -> NDArray[np.int64]:
        """Return the ids of all passages within the scope, ascending: int64, shape (passages,)."""
        where, values = (scope or Scope()).where()
        rows = self._database.rows(
            "SELECT passages.id FROM passages JOIN documents ON documents.id = document_id "
            f"WHERE {where} ORDER BY passages.id",
            values,
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of these passages in their order: float32, shape (ids, dimensions).

        A passage that is not there (any more) has a vector of zeros, which is like no question: another process may
        remove some at any moment.
        """
        rows = dict(
            self._database.rows(
                "SELECT id, vector FROM passages WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(ids.tolist()),),
            )
        )
        vectors = np.zeros((len(ids), self._dimensions), dtype=np.float32)
        for place, number in enumerate(ids.tolist()):
            vector = rows.get(number)
            if isinstance(vector, bytes) and len(vector) == 4 * self._dimensions:
                vectors[place] = np.frombuffer(vector, dtype="<f4")
            elif number in rows:
                raise LibraryError(damaged(self.path, f"the vector of passage {number} is none"))
        return vectors

    def search_text(self, words: Sequence[str], k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (passage id, BM25 score), best first, for passages with any of the words."""
        # In quotation marks nothing is an operator; quotation marks, NULs and lone surrogates cannot stand there.
        quoted = [f'"{word}"' for word in (re.sub('["\0\ud800-\udfff]', " ", word) for word in words) if word]
        if not quoted:
            return []
        inside, values = "", list[str]()
        if scope is not None and not scope.everything:
            where, values = scope.where()
            inside = (
                "AND full_text.rowid IN (SELECT passages.id FROM passages "
                f"JOIN documents ON documents.id = document_id WHERE {where})"
            )
        rows = self._database.rows(
            f"SELECT rowid, -bm25(full_text) AS score FROM full_text WHERE full_text MATCH ? {inside} "
            "ORDER BY score DESC LIMIT ?",
            (" OR ".join(quoted), *values, k),
        )
        return [(int(number), float(score)) for number, score in rows]

    def setting(self, name: str) -> str:
        """Return what was last set under this name, or "" where nothing was; a rebuild keeps it."""
        rows = self._database.rows("SELECT value FROM meta WHERE key = ?", (SETTING + name,))
        return rows[0][0] if rows else ""

    def check_not_rebuilt(self) -> None:
        """Make sure that the vectors here are still those this store was opened for.

        Raises:
            LibraryError: another process has made the library anew, perhaps with another embedder.
        """
        rows = self._database.rows("SELECT value FROM meta WHERE key = 'library'")
        if not rows or rows[0][0] != self.library:
            raise LibraryError(f"The library {self.path.parent} was rebuilt by another process: open it again.")

    def version(self) -> int:
        """Return a number that changes whenever another connection has changed the file."""
        return int(self._database.rows("PRAGMA data_version")[0][0])


def _document(row: Sequence[Any]) -> Document:
    identity, source, title, date, text, structure = row
    return Document(identity, source, title, date, text, from_json(structure))


def _insert(
    connection: sqlite3.Connection,
    document: Document,
    passages: Sequence[Passage],
    vectors: NDArray[np.float32],
    file: bool = False,
) -> None:
    connection.execute(
        "INSERT INTO documents (id, source, title, date, text, file, last_read, structure, form) "
        f"VALUES (?, ?, ?, ?, ?, ?, {_NOW}, ?, ?)",
        (
            document.id,
            document.source,
            document.title,
            document.date,
            document.text,
            file,
            to_json(document.structure) if document.structure else "",
            FORM,
        ),
    )
    called = spoken_name(document.source)
    for passage, vector in zip(passages, vectors, strict=True):
        searched = searchable(f"{passage.heard}\n{called}" if called else passage.heard)
        row = connection.execute(
            'INSERT INTO passages (document_id, start, "end", text, vector, context, searched) '
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                passage.start,
                passage.end,
                passage.text,
                vector.astype("<f4").tobytes(),
                passage.context,
                "" if searched == passage.text else searched,
            ),
        )
        connection.execute(
            "INSERT INTO full_text (rowid, title, text) VALUES (?, ?, ?)",
            (row.lastrowid, headed(document.title, passage.context), searched),
        )


def _remove(connection: sqlite3.Connection, document: str) -> bool:
    rows = connection.execute(
        "SELECT searchable.id, searchable.title, searchable.text FROM searchable JOIN passages USING (id) "
        "WHERE passages.document_id = ?",
        (document,),
    ).fetchall()
    # An FTS5 index over other tables' content must be told the very words it is to forget.
    connection.executemany("INSERT INTO full_text (full_text, rowid, title, text) VALUES ('delete', ?, ?, ?)", rows)
    return connection.execute("DELETE FROM documents WHERE id = ?", (document,)).rowcount > 0


def read_texts(path: Path) -> list[Document]:
    """Return the documents of a library file of any schema, for rebuilding it.

    Raises:
        LibraryError: the file does not hold documents in a form this version can read.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            columns = {row[1] for row in database.execute("PRAGMA table_info(documents)")}
            structure = "structure" if "structure" in columns else "''"
            rows = database.execute(f"SELECT id, source, title, date, text, {structure} FROM documents").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise LibraryError(explain(path, error)) from error
    return [_document(row) for row in rows]
