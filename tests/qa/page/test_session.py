"""Which library the page works with, and what visitors may do with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from embeddings.index import INDEXES, FlatIndex
from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.session import Session
from qa.reader.copy_reader import CopyReader
from tests.fakes import HashEncoder, random_reader


@pytest.fixture(scope="module")
def small_reader(tmp_path_factory: pytest.TempPathFactory) -> CopyReader:
    return random_reader(tmp_path_factory.mktemp("reader"), 0)


@pytest.fixture
def assistant(tmp_path: Path, small_reader: CopyReader) -> Iterator[Assistant]:
    library = Library(tmp_path / "first", encoder=HashEncoder())
    library.add(text="Astana held the fair.", title="Fair")
    yield Assistant(library, reader=small_reader, passages=3, threshold=0.25)
    library.close()


@pytest.fixture
def session(assistant: Assistant) -> Session:
    return Session(assistant)


@pytest.mark.parametrize(
    ("local", "read_only", "may_change", "may_browse"),
    [(True, False, True, True), (False, False, True, False), (True, True, False, False), (False, True, False, False)],
)
def test_who_may_do_what(
    assistant: Assistant, tmp_path: Path, local: bool, read_only: bool, may_change: bool, may_browse: bool
) -> None:
    session = Session(assistant, local=local, read_only=read_only)
    assert (session.may_change, session.may_browse) == (may_change, may_browse)
    if not may_browse:
        for create in (True, False):
            with pytest.raises(LibraryError, match="read-only" if read_only else "only be done on the machine"):
                session.open(str(tmp_path / "new"), create)
        assert not (tmp_path / "new").exists()
    assert session.assistant is assistant


def test_another_library_is_made_and_opened_again_with_the_same_reader(
    session: Session, assistant: Assistant, tmp_path: Path
) -> None:
    first = session.library
    made = session.open(f"  {tmp_path / 'second'}\n", create=True)
    assert session.library is made and made.path == tmp_path / "second" and not made.documents()
    new = session.assistant
    assert new is not assistant and new.reader is assistant.reader and new.fusion is assistant.fusion
    assert (new.passages, new.policy.threshold) == (3, 0.25)
    assert made.encoder is first.encoder
    assert [d.title for d in first.documents()] == ["Fair"], "somebody may still be asking it"
    back = session.open(str(first.path))
    assert [d.title for d in back.documents()] == ["Fair"]
    assert new.library is made, "an assistant never changes its library"


def test_a_library_is_opened_with_the_kind_of_index_that_it_recorded(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AnotherIndex(FlatIndex):
        pass

    monkeypatch.setitem(INDEXES, "another", AnotherIndex)
    Library(tmp_path / "second", encoder=session.library.encoder, index="another").close()
    with session.open(str(tmp_path / "second")) as opened:
        assert opened.index == "another" and isinstance(opened._index._index, AnotherIndex)


def test_the_library_that_is_open_stays_as_it_is(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, library = session.assistant, session.library
    (tmp_path / "link").symlink_to(library.path)
    monkeypatch.chdir(tmp_path)
    for path in (str(library.path), f"{library.path}/", "first", f"{tmp_path}/other/../first", str(tmp_path / "link")):
        assert session.open(path) is library
    assert session.assistant is before


def test_a_folder_of_the_persons_home_can_be_named(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert session.open("~/mine", create=True).path == tmp_path / "mine"


def test_what_cannot_be_opened_is_said_in_a_sentence(session: Session, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("Dear reader")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "library.sqlite").write_text("This is no SQLite file. " * 100)
    before = session.assistant
    for folder, create, said in (
        ("", False, "Enter the library's folder"),
        (" \n", True, "Enter the library's folder"),
        (tmp_path / "nowhere", False, "no library at .*nowhere.*Create"),
        (full, False, "no library at"),
        (full, True, "contains other files"),
        (full / "letter.txt", False, "no library at"),
        (full / "letter.txt", True, "is a file"),
        (full / "letter.txt" / "deeper", True, "cannot be made"),
        (session.library.path, True, "already.*Open"),
        (broken, False, "broken"),
        ("a\0b", True, "cannot be used"),
        ("a\0b", False, "cannot be used"),
        ("n" * 5000, True, "cannot be used"),
        ("~nobody-of-this-name/library", False, "cannot be used"),
    ):
        with pytest.raises(LibraryError, match=said) as caught:
            session.open(str(folder), create)
        assert "\n" not in str(caught.value)
    assert session.assistant is before
    assert not (tmp_path / "nowhere").exists(), "opening makes nothing"
    assert [file.name for file in full.iterdir()] == ["letter.txt"]


def test_a_library_of_another_encoder_is_refused_and_the_old_one_stays(session: Session, tmp_path: Path) -> None:
    class OtherEncoder(HashEncoder):
        name = "other-encoder"

    Library(tmp_path / "other", encoder=OtherEncoder()).close()
    before = session.assistant
    with pytest.raises(LibraryError):
        session.open(str(tmp_path / "other"))
    assert session.assistant is before
