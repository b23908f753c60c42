"""An SQLite file for several threads and processes: transactions, waiting for others, errors as sentences.

This room knows nothing of what the tables hold.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import LibraryError

# How many seconds to wait for another process that writes.
TIMEOUT = 30.0


class Database:
    """An SQLite file, open. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make an empty one.

        Raises:
            LibraryError: it cannot be opened.
        """
        self.path = path
        self._lock = threading.RLock()
        try:
            self.connection = sqlite3.connect(path, timeout=TIMEOUT, check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise LibraryError(f"Cannot open {path} ({error}): check that its folder exists and is writable.") from None

    def close(self) -> None:
        """Close the file; it cannot be used afterwards."""
        with self._lock:
            self.connection.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows that a statement gives.

        Raises:
            LibraryError: SQLite cannot use the file.
        """
        with self.guard():
            return self.connection.execute(statement, values).fetchall()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Begin a transaction; while another process writes, the other threads of this one go on reading.

        Raises:
            LibraryError: SQLite cannot use the file, or another process has written for :data:`TIMEOUT` seconds.
        """
        deadline = time.monotonic() + TIMEOUT
        while True:
            with self.guard():
                if self._begin(last=time.monotonic() >= deadline):
                    with self._ending():
                        yield self.connection
                    return
            time.sleep(0.02)

    def _begin(self, last: bool) -> bool:
        """Begin a transaction and return True; False where another process writes, or its error if ``last``."""
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(1000 * TIMEOUT)}")
        return True

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin a transaction inside a :meth:`guard`, however long another process writes, up to the time limit."""
        self.connection.execute("BEGIN IMMEDIATE")
        with self._ending():
            yield

    @contextlib.contextmanager
    def _ending(self) -> Iterator[None]:
        """Commit the transaction at hand, or undo it where something is raised."""
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """Let one thread in at a time, and turn SQLite's errors into sentences.

        Raises:
            LibraryError: SQLite cannot use the file.
        """
        with self._lock:
            try:
                yield
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                raise LibraryError(explain(self.path, error)) from error

    def use_write_ahead_log(self) -> None:
        """Switch to the write-ahead log; not before the file is known to be ours, for this changes its bytes."""
        deadline = time.monotonic() + TIMEOUT
        while self.connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # Here SQLite itself does not wait for another process that opens the same new file.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


def explain(path: Path, error: sqlite3.DatabaseError | UnicodeDecodeError) -> str:
    """Return one sentence for an SQLite error: what is wrong with the file and what to do."""
    # Python fails to decode SQLite's own message where that quotes damaged bytes.
    name = "SQLITE_CORRUPT" if isinstance(error, UnicodeDecodeError) else getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"{path} is locked by another process: wait until it has finished, then try again."
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return f"{path} cannot be written: check its permissions and those of its folder."
    if name.startswith("SQLITE_FULL"):
        return f"The disk of {path} is full: nothing was changed; make room and try again."
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return damaged(path, str(error))
    return f"{path} cannot be used ({error}): nothing was changed."


def damaged(path: Path, why: str) -> str:
    """Return the sentence for a file whose contents make no sense."""
    return (
        f"{path} is damaged or is no library ({why}): nothing was changed; restore it from a backup, "
        "or move it away and index the files again."
    )
