from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from corpus.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A file with one table of one row."""
    database = Database(tmp_path / "file.sqlite")
    with database.writing() as connection:
        connection.execute("CREATE TABLE songs (name)")
        connection.execute("INSERT INTO songs VALUES ('one')")
    yield database
    database.close()


@contextlib.contextmanager
def another_writes(database: Database) -> Iterator[None]:
    """Somebody else is in the middle of a transaction."""
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def names(database: Database) -> list[str]:
    return [name for (name,) in database.rows("SELECT name FROM songs ORDER BY name")]


def test_what_is_written_stays(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO songs VALUES ('two')")
    again = Database(database.path)
    assert names(again) == names(database) == ["one", "two"]
    again.close()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_is_interrupted_is_undone(database: Database, error: type[BaseException]) -> None:
    with pytest.raises(error), database.writing() as connection:
        connection.execute("DELETE FROM songs")
        raise error
    assert names(database) == ["one"]
    with database.writing() as connection:
        connection.execute("INSERT INTO songs VALUES ('two')")
    assert names(database) == ["one", "two"]


def test_errors_of_sqlite_are_sentences(database: Database) -> None:
    with pytest.raises(LibraryError, match=r"file\.sqlite cannot be used .*no such table.*: nothing was changed"):
        database.rows("SELECT * FROM nowhere")
    with pytest.raises(LibraryError, match="no such table"), database.writing() as connection:
        connection.execute("DELETE FROM songs")
        connection.execute("DELETE FROM nowhere")
    assert names(database) == ["one"]


def test_a_writer_waits_for_another_and_tells_if_it_was_in_vain(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.store.database.TIMEOUT", 0.3)
    locked = pytest.raises(LibraryError, match="locked by another process")
    with another_writes(database), locked, database.writing():
        pytest.fail("two may not write at once")
    monkeypatch.setattr("corpus.store.database.TIMEOUT", 60.0)
    done = threading.Event()

    def write() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO songs VALUES ('two')")
        done.set()

    with another_writes(database):
        thread = threading.Thread(target=write)
        thread.start()
        time.sleep(0.2)
        assert names(database) == ["one"], "reading goes on meanwhile"
        assert not done.is_set()
    assert done.wait(60)
    thread.join()
    assert names(database) == ["one", "two"]


def test_the_write_ahead_log_is_chosen_by_whoever_owns_the_file(database: Database) -> None:
    assert database.rows("PRAGMA journal_mode") == [("delete",)]
    database.use_write_ahead_log()
    database.use_write_ahead_log()
    assert database.rows("PRAGMA journal_mode") == [("wal",)]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="check that its folder exists and is writable"):
        Database(tmp_path / "nowhere" / "file.sqlite")
