"""The default library in the user's data folder, and the built-in sample corpus that is asked while it is empty.

The sample corpus is a library of its own, inside the folder of the other: a person's papers never mix with it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from pathlib import Path

from corpus.errors import LibraryError, OtherMakerError, ReadError
from corpus.files import find_files, read_file
from corpus.progress import Progress, no_progress
from corpus.sources import user_path
from corpus.types import Document, make_document
from embeddings.types import Encoder
from qa.library.library import Library
from qa.wording import counted

logger = logging.getLogger(__name__)

SAMPLE = "sample:"


def default_path() -> Path:
    """Return the folder of the default library: ``CITEBOUND_LIBRARY``, or one in the user's data folder.

    Raises:
        LibraryError: what the variable names is no path, or in a home folder that is not there.
    """
    chosen = os.environ.get("CITEBOUND_LIBRARY")
    if chosen:
        try:
            return user_path(chosen)
        except ReadError as error:
            raise LibraryError(f"CITEBOUND_LIBRARY names no folder: {error}") from None
    from platformdirs import user_data_path

    return user_data_path("citebound", appauthor=False) / "library"


def sample_documents() -> list[Document]:
    """Return the documents of the built-in sample corpus; their sources are called ``sample:FILE``."""
    read = [(file.name, read_file(file)) for file in _sample_files()]
    return [make_document(f"{SAMPLE}{name}", d.title, d.date, d.text, d.structure) for name, d in read]


class DefaultLibrary(Library):
    """A library in place of which the built-in sample corpus is asked, as long as it is empty."""

    def __init__(self, path: Path, progress: Progress = no_progress) -> None:
        """Open the library in the folder ``path``, or make an empty one there.

        Earlier versions put the sample corpus into it: that is taken out again.

        Raises:
            LibraryError: what is there cannot be used.
        """
        super().__init__(path, progress=progress)
        self._progress = progress
        self._sample: Library | None = None
        self._opening = threading.Lock()
        (self.path / "sample-corpus-added").unlink(missing_ok=True)
        samples = [document for document in self.documents() if document.source.startswith(SAMPLE)]
        for document in samples:
            self.remove(document.id)
        if samples:
            logger.warning(
                "The sample corpus is a library of its own now: its %s were taken out of your library %s.",
                counted(len(samples), "document"),
                self.path,
            )

    def asked(self) -> Library:
        """Return this library, or that of the sample corpus while this one is empty.

        Raises:
            LibraryError: the library of the sample corpus cannot be made or used.
        """
        if len(self):
            return self
        with self._opening:
            if self._sample is None:
                self._sample = sample_library(self.path / "sample", self.encoder, self._progress)
            return self._sample

    def close(self) -> None:
        """Close the SQLite files; the library cannot be used afterwards."""
        super().close()
        if self._sample is not None:
            self._sample.close()


def sample_library(folder: Path, encoder: Encoder, progress: Progress = no_progress) -> Library:
    """Open the library of exactly the built-in sample corpus in the folder, and make it where it is not there or older.

    Raises:
        LibraryError: what is there cannot be used.
    """
    try:
        library = Library(folder, encoder=encoder)
    except OtherMakerError:
        library = Library(folder, encoder=encoder, rebuild=True, progress=progress)
    # Compared by the files, for reading them as documents takes longer than to answer a question.
    mark, contents = folder / "contents", _contents()
    if not mark.exists() or mark.read_text(encoding="ascii") != contents:
        documents = sample_documents()
        for document in library.documents():
            if document.id not in {wanted.id for wanted in documents}:
                library.remove(document.id)
        library.add_documents(documents, progress)
        mark.write_text(contents, encoding="ascii")
    return library


def which(library: Library) -> str:
    """Return in words which library is asked when this one is: the sample corpus, or itself with its folder."""
    asked = library.asked()
    size = counted(len(asked.documents()), "document")
    if asked is library:
        return f"the library {library.path} ({size})"
    return (
        f"the built-in sample corpus ({size}), because your library {library.path} is empty; "
        "`qa index PATH` adds your own documents"
    )


def default_library(progress: Progress = no_progress) -> DefaultLibrary:
    """Open the default library, or make it; until something is added to it the sample corpus is asked.

    Raises:
        LibraryError: what is there cannot be used.
    """
    return DefaultLibrary(default_path(), progress)


def _contents() -> str:
    digest = hashlib.sha256()
    for file in _sample_files():
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _sample_files() -> list[Path]:
    import corpus

    return find_files(Path(corpus.__file__).parent / "sample")
