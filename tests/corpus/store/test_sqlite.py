"""The store: what goes in comes out, nothing of what is removed stays, and no accident costs more than the last step.

Real SQLite files, small random unit vectors, real processes.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import LibraryError, OtherMakerError
from corpus.store.base import Entry
from corpus.store.schema import SCHEMA
from corpus.store.sqlite import SqliteStore, read_texts
from corpus.types import Document, make_document
from tests.conftest import OLD, ROOT
from tests.corpus.store.stored import DIMENSIONS, check_whole, count, entry, found, unit_vectors

not_for_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., SqliteStore]]:
    """Open stores that are closed after the test."""
    with contextlib.ExitStack() as stack:

        def open_store(embedder: str = "e", rebuilt: list[Entry] | None = None, at: Path = path) -> SqliteStore:
            return stack.enter_context(contextlib.closing(SqliteStore(at, embedder, DIMENSIONS, rebuilt)))

        yield open_store


@pytest.fixture
def store(opened: Callable[..., SqliteStore]) -> SqliteStore:
    return opened()


def refusal(path: Path, kind: type[LibraryError] = LibraryError) -> str:
    """Open a file that cannot be used and return the sentence; its bytes must stay as they are."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(LibraryError) as caught:
        SqliteStore(path, "e", DIMENSIONS).close()
    assert type(caught.value) is kind
    if before is not None:
        assert path.read_bytes() == before
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message and ". " not in message
    assert str(path) in message or str(path.parent) in message
    return message


# --- writing and reading -------------------------------------------------------------------------------


def test_a_full_disk_leaves_the_old_state(path: Path, store: SqliteStore) -> None:
    store.replace(*entry("a", "one"))
    store._database.connection.execute(f"PRAGMA max_page_count = {count_pages(store) + 5}")
    with pytest.raises(LibraryError, match="is full: nothing was changed; make room"):
        store.replace(*entry("b", "word " * 50_000))
    assert [line.source for line in store.documents()] == ["text:a"]
    assert store.replace(*entry("b", "two"))
    check_whole(path)


def count_pages(store: SqliteStore) -> int:
    return int(store._database.connection.execute("PRAGMA page_count").fetchone()[0])


def test_a_commit_that_fails_leaves_the_old_state(path: Path, store: SqliteStore) -> None:
    def refuse_commit(action: int, argument: str | None, *_: object) -> int:
        committing = action == sqlite3.SQLITE_TRANSACTION and argument == "COMMIT"
        return sqlite3.SQLITE_DENY if committing else sqlite3.SQLITE_OK

    store._database.connection.set_authorizer(refuse_commit)
    with pytest.raises(LibraryError):
        store.replace(*entry("a", "one"))
    store._database.connection.set_authorizer(None)
    assert store.documents() == []
    assert store.replace(*entry("a", "one"))
    check_whole(path)


# --- files that cannot be used -------------------------------------------------------------------------


def test_another_embedder_is_refused_and_rebuilt(path: Path, opened: Callable[..., SqliteStore]) -> None:
    first = opened("other")
    first.replace(*entry("a", "one\ntwo"))
    ids, library = first.passage_ids().tolist(), first.library
    first.close()
    assert "were made by the embedder other, not by e: open it with" in refusal(path, OtherMakerError)
    with pytest.raises(OtherMakerError):
        SqliteStore(path, "other", DIMENSIONS + 1)
    (text,) = read_texts(path)
    again = entry("a", text.text)
    rebuilt = opened(rebuilt=[again])
    assert [line.id for line in rebuilt.documents()] == [again[0].id] and found(rebuilt, "one") == ["one"]
    assert min(rebuilt.passage_ids()) > max(ids) and rebuilt.library != library
    check_whole(path)


def test_another_schema_is_refused_and_rebuilt(path: Path, opened: Callable[..., SqliteStore]) -> None:
    opened().replace(*entry("a", "one"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(OtherMakerError, match=f"schema {SCHEMA + 1}, this one uses {SCHEMA}"):
        SqliteStore(path, "e", DIMENSIONS)
    assert [document.text for document in read_texts(path)] == ["one"]
    assert found(opened(rebuilt=[entry("b", "two")]), "one", "two") == ["two"]
    assert opened().documents()[0].source == "text:b"
    check_whole(path)


def test_a_rebuild_that_fails_leaves_the_old_state(path: Path, store: SqliteStore) -> None:
    store.replace(*entry("a", "one"))
    document, passages, _ = entry("b", "two\nthree")
    with pytest.raises(ValueError):
        SqliteStore(path, "other", DIMENSIONS, [entry("a", "one"), (document, passages, unit_vectors(1))])
    assert found(store, "one", "two") == ["one"]
    check_whole(path)


def test_random_bytes_are_refused(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(20_000))
    assert "is damaged or is no library" in refusal(path)
    with pytest.raises(LibraryError, match="is damaged or is no library"):
        read_texts(path)


def test_an_earlier_library_is_upgraded(path: Path) -> None:
    """The file was made by the version before schema 3, with documents of every kind of source."""
    path.write_bytes(OLD.read_bytes())
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
        embedder, dimensions = (
            database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0]
            for key in ("embedder", "dimensions")
        )
        before = database.execute("SELECT id, source, title, date, text, added FROM documents ORDER BY id").fetchall()
    for _ in range(2):
        with contextlib.closing(SqliteStore(path, embedder, int(dimensions))) as store:
            listed = {line.source: line for line in store.documents()}
            assert {source for source, line in listed.items() if line.file} == {"/home/ana/notes/key.md"}
            assert not any(line.unread_since for line in listed.values())
            assert len(listed) == 6 and found(store, "blue", "pot") == ["The spare key lies under the blue pot."]
            assert store.database.rows("SELECT question FROM feedback") == [("Where is the key?",)]
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
        after = database.execute("SELECT id, source, title, date, text, added FROM documents ORDER BY id").fetchall()
    assert after == before
    check_whole(path)
    with contextlib.closing(SqliteStore(path, embedder, int(dimensions))) as store:
        key = listed["/home/ana/notes/key.md"]
        assert store.mark_unreadable(key.source) == "2026-05-03T09:00:00Z", "it was read when it was added"
        assert store.unread_since(key.id) == "2026-05-03T09:00:00Z"
        store.confirm({key.id: True})
        assert store.unread_since(key.id) == ""


def test_an_upgraded_library_has_the_tables_of_a_new_one(path: Path, tmp_path: Path) -> None:
    path.write_bytes(OLD.read_bytes())
    with contextlib.suppress(OtherMakerError):
        SqliteStore(path, "e", DIMENSIONS).close()
    SqliteStore(tmp_path / "new.sqlite", "e", DIMENSIONS).close()
    columns = []
    for file in (path, tmp_path / "new.sqlite"):
        with contextlib.closing(sqlite3.connect(file)) as database:
            columns.append(
                database.execute("SELECT name, type, \"notnull\" FROM pragma_table_info('documents')").fetchall()
            )
    assert columns[0] == columns[1]


def test_a_damaged_schema_is_refused(path: Path) -> None:
    SqliteStore(path, "e", DIMENSIONS).close()
    # SQLite quotes these bytes in its message, which is no valid UTF-8 then.
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE meta", b"CREATE TABL\x93 meta"))
    assert "is damaged or is no library" in refusal(path)
    with pytest.raises(LibraryError, match="is damaged or is no library"):
        read_texts(path)


def test_a_library_that_does_not_say_what_made_it(path: Path) -> None:
    SqliteStore(path, "e", DIMENSIONS).close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM meta WHERE key = 'library'")
        database.commit()
    assert "is damaged or is no library" in refusal(path)


@pytest.mark.parametrize("damage", ["x'0102'", "'words'", "x''", "1"])
def test_a_damaged_vector(path: Path, store: SqliteStore, damage: str) -> None:
    store.replace(*entry("a", "one\ntwo"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE passages SET vector = {damage} WHERE id = 2")
        database.commit()
    assert store.vectors(np.array([1])).any()
    with pytest.raises(LibraryError, match="the vector of passage 2 is none"):
        store.vectors(store.passage_ids())


@pytest.mark.parametrize("tables", ["CREATE TABLE songs (name)", "CREATE TABLE documents (id)"])
def test_a_foreign_file_is_refused(path: Path, tables: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(tables)
    assert "is an SQLite file but not a Citebound library" in refusal(path)
    with pytest.raises(LibraryError):
        read_texts(path)


def test_a_file_much_like_a_library_is_left_alone(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE documents (id); CREATE TABLE passages (id)")
    assert "was made by another version" in refusal(path, OtherMakerError)
    with pytest.raises(LibraryError):
        read_texts(path)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    refusal(tmp_path)
    refusal(tmp_path / "missing" / "library.sqlite")


@not_for_root
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    try:
        assert "writable" in refusal(folder / "library.sqlite")
    finally:
        folder.chmod(0o755)


@not_for_root
def test_a_file_that_is_not_writable_can_be_read(path: Path, opened: Callable[..., SqliteStore]) -> None:
    first = opened()
    first.replace(*entry("a", "one"))
    first.close()
    before = path.read_bytes()
    path.chmod(0o444)
    store = opened()
    assert found(store, "one") == ["one"]
    with pytest.raises(LibraryError, match="cannot be written: check its permissions"):
        store.replace(*entry("b", "two"))
    store.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(12))
def test_damage_in_the_middle(path: Path, seed: int) -> None:
    """Wherever the damage is, there is a sentence or a wrong word: never another exception, never a write."""
    generator = random.Random(seed)
    with contextlib.closing(SqliteStore(path, "e", DIMENSIONS)) as store:
        for number in range(30):
            store.replace(*entry(str(number), "\n".join(f"word{number} and word{i}" for i in range(40))))
    data = bytearray(path.read_bytes())
    pages = generator.sample(range(1, len(data) // 4096), 12)
    for page in pages:
        data[page * 4096 : (page + 1) * 4096] = generator.choice(
            [generator.randbytes(4096), bytes(4096), data[4096 * pages[0] :][:4096]]
        )
    path.write_bytes(data)
    damage = 0
    try:
        store = SqliteStore(path, "e", DIMENSIONS)
    except LibraryError:
        assert path.read_bytes() == data
        return
    reads: list[Callable[[], object]] = [
        store.documents,
        *(lambda n=n: store.document(make_document(f"text:{n}", "", "", "").id) for n in range(3)),
        *(lambda n=n: store.search_text([f"word{n}"], 5) for n in range(30)),
        lambda: store.passages(list(range(1, 1201))),
        lambda: store.vectors(np.arange(1, 1201)),
        store.passage_ids,
    ]
    for read in reads:
        try:
            read()
        except LibraryError as error:
            assert str(error).endswith(".") and str(path) in str(error)
            damage += 1
    store.close()
    assert damage > 0 and path.read_bytes() == data


# --- several at once -----------------------------------------------------------------------------------


WORKER = f"""
import sys, time
sys.path[:0] = [{str(ROOT)!r}]
from pathlib import Path
from corpus.store.sqlite import SqliteStore
from tests.corpus.store.stored import DIMENSIONS, entry
path, name, start, rounds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
while time.time() < start:
    pass
store = SqliteStore(path, "e", DIMENSIONS)
for number in range(rounds):
    store.replace(*entry(f"{{name}} {{number}}", f"mine{{name}} {{number}}\\nand more"))
    store.replace(*entry(f"both {{number}}", f"shared {{number}}\\nand more"))
    print(number, flush=True)
"""


def worker(path: Path, name: str, start: float, rounds: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", WORKER, str(path), name, str(start), str(rounds)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("exists", [True, False])
def test_two_processes_at_once(path: Path, exists: bool) -> None:
    if exists:
        SqliteStore(path, "e", DIMENSIONS).close()
    start = time.time() + 1
    processes = [worker(path, name, start, 40) for name in ("x", "y")]
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert errors == ["", ""]
    with contextlib.closing(SqliteStore(path, "e", DIMENSIONS)) as store:
        sources = sorted(line.source for line in store.documents())
        assert sources == sorted(f"text:{name} {number}" for name in ("x", "y", "both") for number in range(40))
        assert len(store.search_text(["shared"], 999)) == 40
    assert count(path, "passages") == 2 * 3 * 40
    check_whole(path)


RACE = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from corpus.store.sqlite import SqliteStore
folder, start = Path(sys.argv[1]), float(sys.argv[2])
for number in range(40):
    while time.time() < start + number / 50:
        pass
    SqliteStore(folder / f"{{number}}.sqlite", "e", {DIMENSIONS}).close()
"""


@pytest.mark.slow
def test_many_files_made_by_two_at_once(tmp_path: Path) -> None:
    start = time.time() + 1
    arguments = [sys.executable, "-c", RACE, str(tmp_path), str(start)]
    processes = [subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 3


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
@pytest.mark.parametrize("after", [1, 7])
def test_a_process_killed_while_it_writes(path: Path, after: int) -> None:
    process = worker(path, "x", 0, 100_000)
    assert process.stdout is not None and process.stderr is not None
    with process.stdout, process.stderr:
        for _ in itertools.islice(process.stdout, after):
            pass
        time.sleep(0.003 * after)
        process.kill()
        process.wait(timeout=30)
    with contextlib.closing(SqliteStore(path, "e", DIMENSIONS)) as store:
        documents = store.documents()
        assert len(documents) >= 2 * after and all(line.passages == 2 for line in documents)
        assert len(store.search_text(["shared", "minex"], 999_999)) == len(documents)
        texts = [store.document(line.id) for line in documents]
        assert all(isinstance(document, Document) for document in texts)
        assert store.replace(*entry("new", "one"))
    check_whole(path)
