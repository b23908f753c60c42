"""What several test files share: the real models, loaded once a process, and small libraries made with them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

# Nothing may be fetched, and nothing written outside the test's own folders.
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", GRADIO_ANALYTICS_ENABLED="False")
# The workers of pytest-xdist share the processor: one thread for each, and for whatever it starts.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

from corpus.files import read_file
from corpus.types import Document, Passage
from embeddings.sentence_transformer import SentenceEncoder
from qa.assistant import Assistant
from qa.library.default import default_path
from qa.library.default import sample_library as make_samples
from qa.library.library import Library
from qa.reader.copy_reader import CopyReader
from qa.types import Hit
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WORKER = os.environ.pop("PYTEST_XDIST_WORKER", None)  # what a test starts is no worker itself
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
# A library of schema 2 as the version of that time made it, with documents of every kind of source.
OLD = ROOT / "tests" / "libraries" / "schema-2.sqlite"


def read(folder: Path, name: str, content: str | bytes) -> Document:
    """Write a file and read it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path)


def write_texts(folder: Path, **files: str) -> Path:
    """Write each text to a file of that name, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the default library of whoever runs the tests out of them."""
    monkeypatch.setenv("CITEBOUND_LIBRARY", str(tmp_path_factory.mktemp("default") / "library"))


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(scope="session")
def reader() -> CopyReader:
    return CopyReader()


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that gives the folder of a name: the first worker that asks for it fills it with ``fill``."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if WORKER else base  # of all workers of this run

    def folder_of(name: str, fill: Callable[[Path], object]) -> Path:
        folder, made = shared / name, shared / f"{name}.made"
        with FileLock(shared / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # where another worker failed
                folder.mkdir()
                fill(folder)
                made.touch()
        return folder

    return folder_of


@pytest.fixture(scope="session")
def sample_folder(made_once: Callable[[str, Callable[[Path], object]], Path], request: pytest.FixtureRequest) -> Path:
    """The folder of a library of the sample corpus, to be copied."""

    def fill(folder: Path) -> None:
        make_samples(folder, request.getfixturevalue("encoder")).close()

    return made_once("sample-library", fill)


@pytest.fixture(scope="session")
def sample_library(
    sample_folder: Path, tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder
) -> Iterator[Library]:
    """A library of the sample corpus that no test may change."""
    path = shutil.copytree(sample_folder, tmp_path_factory.mktemp("sample") / "library")
    library = Library(path, encoder=encoder)
    yield library
    library.close()


@pytest.fixture
def samples_made(sample_folder: Path) -> None:
    """Let the default library of this test have its samples already: making them takes long."""
    shutil.copytree(sample_folder, default_path() / "sample")


@pytest.fixture(scope="session")
def sample_assistant(sample_library: Library, reader: CopyReader) -> Assistant:
    return Assistant(sample_library, reader=reader)


@pytest.fixture
def library(tmp_path: Path, encoder: SentenceEncoder) -> Iterator[Library]:
    """An empty library."""
    library = Library(tmp_path / "library", encoder=encoder)
    yield library
    library.close()


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Library]:
    """An empty library whose encoder costs nothing."""
    library = Library(tmp_path / "quick", encoder=HashEncoder())
    yield library
    library.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, started once a process."""
    from tests.ui.browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def make_hit() -> Callable[..., Hit]:
    def make(text: str, title: str = "", number: int = 1, rank: int = 1) -> Hit:
        passage = Passage(number, f"document-{number}", 0, len(text), text)
        return Hit(passage, title, "", f"text:{number}", 1.0 / rank, rank)

    return make
