"""The default library: where it is, what the sample corpus holds, and that it is filled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from corpus.scope import iso_date
from qa.library.default import default_library, default_path, sample_documents
from qa.library.ingest import Adder
from qa.library.library import Library
from tests.conftest import ROOT

Item = TypeVar("Item")


class Interrupted(BaseException):
    """Ctrl-C, in a test."""


def three_and_no_more(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterator[Item]:
    for number, item in enumerate(iterable):
        if number == 3:
            raise Interrupted
        yield item


def unused(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
    raise AssertionError("nothing is left to do")


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEBOUND_LIBRARY", str(tmp_path / "chosen"))
    assert default_path() == tmp_path / "chosen"


@pytest.mark.parametrize("value", [None, ""])
def test_without_it_the_folder_is_in_the_data_of_the_user(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv("CITEBOUND_LIBRARY")
    else:
        monkeypatch.setenv("CITEBOUND_LIBRARY", value)
    assert default_path().is_absolute() and default_path().parts[-2:] == ("citebound", "library")


def test_the_sample_documents() -> None:
    documents = sample_documents()
    sources = [document.source for document in documents]
    folder = ROOT / "corpus" / "sample"
    assert sources == [f"sample:{path.name}" for path in sorted(folder.iterdir())]
    assert len({document.title for document in documents}) == len(documents) >= 15
    for document in documents:
        assert document.title and document.title != Path(document.source[len("sample:") :]).stem
        assert len(document.date) == 10 and iso_date(document.date) == document.date
    assert 95 <= sum(len(document.text.split("\n\n")) for document in documents) <= 115


def test_it_is_filled_once_and_an_interrupted_fill_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEBOUND_LIBRARY", str(tmp_path / "library"))
    # Every document is stored by itself, so that some are there when the fill is interrupted.
    monkeypatch.setattr(Adder, "PENDING", 1)
    with pytest.raises(Interrupted):
        default_library(three_and_no_more)
    with closing(Library(tmp_path / "library")) as library:
        assert len(library.documents()) == 3

    wanted = {document.id for document in sample_documents()}
    with closing(default_library()) as library:
        assert library.path == tmp_path / "library"
        assert {document.id for document in library.documents()} == wanted

    with closing(default_library(unused)) as library:
        assert {document.id for document in library.documents()} == wanted
        for identity in wanted:
            library.remove(identity)

    with closing(default_library(unused)) as library:
        assert not library.documents() and len(library) == 0, "what was emptied stays empty"


def test_a_tilde_in_the_environment_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("CITEBOUND_LIBRARY", "~/elsewhere")
    assert default_path() == tmp_path / "elsewhere"
