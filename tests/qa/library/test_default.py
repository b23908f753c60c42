"""The default library: where it is, and the sample corpus that is asked while it is empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from corpus.errors import LibraryError
from corpus.scope import iso_date
from corpus.types import make_document
from qa.library.default import default_library, default_path, sample_documents, which
from qa.library.ingest import Adder
from qa.library.library import Library
from tests.conftest import OLD, ROOT

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


def test_a_home_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEBOUND_LIBRARY", "~nobody-at-all/library")
    with pytest.raises(LibraryError, match=r"^CITEBOUND_LIBRARY names no folder: ~nobody-at-all/lib.* cannot be used"):
        default_library()


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


def sources(library: Library) -> set[str]:
    return {document.source for document in library.documents()}


SAMPLES = {document.source for document in sample_documents()}


def test_the_samples_are_asked_while_it_is_empty(samples_made: None, caplog: pytest.LogCaptureFixture) -> None:
    with closing(default_library()) as library, closing(default_library()) as elsewhere:
        assert library.path == default_path() and not library.documents()
        samples = library.asked()
        assert sources(samples) == SAMPLES and samples is library.asked() is not library
        assert "sample corpus" in which(library) and str(library.path) in which(library)
        elsewhere.add(text="The lease ends in May 2027.", title="Lease")
        assert library.asked() is library, "what another process adds is noticed"
        assert sources(library) == {"text:Lease"} and which(library) == f"the library {library.path} (1 document)"
        library.remove("Lease")
        assert library.asked() is samples
    assert not caplog.messages


@pytest.mark.slow
def test_the_samples_are_stored_once_and_an_interrupted_start_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every document is stored by itself, so that some are there when it is interrupted.
    monkeypatch.setattr(Adder, "PENDING", 1)
    with closing(default_library(three_and_no_more)) as library, pytest.raises(Interrupted):
        library.asked()
    with closing(Library(default_path() / "sample")) as samples:
        assert len(samples.documents()) == 3
        samples.add_documents([make_document("sample:older.md", "Older", "", "A sample of an earlier version.")])
    with closing(default_library()) as library:
        assert sources(library.asked()) == SAMPLES
    with closing(default_library(unused)) as library:
        assert sources(library.asked()) == SAMPLES


@pytest.mark.slow
@pytest.mark.parametrize("own", [True, False])
def test_an_earlier_default_library_loses_the_samples_and_nothing_else(
    own: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The file was made by an earlier version, which put the samples beside a person's own documents."""
    default_path().mkdir(parents=True)
    (default_path() / "library.sqlite").write_bytes(OLD.read_bytes())
    (default_path() / "sample-corpus-added").touch()
    if not own:
        with closing(Library(default_path())) as library:
            for document in library.documents():
                if not document.source.startswith("sample:"):
                    library.remove(document.id)
    with closing(default_library()) as library:
        assert len(library.documents()) == (5 if own else 0)
        assert library.asked() is library or not own
        assert [verdict.answer for verdict in library.feedback.verdicts()] == ["under the blue pot"]
    (said,) = caplog.messages
    assert "1 document" in said and str(default_path()) in said
    caplog.clear()
    with closing(default_library()) as library:
        assert len(library.documents()) == (5 if own else 0)
    assert not caplog.messages, "it is said once"


def test_a_tilde_in_the_environment_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("CITEBOUND_LIBRARY", "~/elsewhere")
    assert default_path() == tmp_path / "elsewhere"
