"""The default library: in the user's data folder, filled with the built-in sample corpus on first use."""

from __future__ import annotations

import os
from pathlib import Path

from corpus.files import find_files, read_file
from corpus.progress import Progress, no_progress
from corpus.types import Document, make_document
from qa.library.library import Library


def default_path() -> Path:
    """Return the folder of the default library: ``CITEBOUND_LIBRARY``, or one in the user's data folder."""
    chosen = os.environ.get("CITEBOUND_LIBRARY")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("citebound", appauthor=False) / "library"


def sample_documents() -> list[Document]:
    """Return the documents of the built-in sample corpus; their sources are called ``sample:FILE``."""
    import corpus

    files = find_files(Path(corpus.__file__).parent / "sample")
    read = [(file.name, read_file(file)) for file in files]
    return [make_document(f"sample:{name}", d.title, d.date, d.text) for name, d in read]


def default_library(progress: Progress = no_progress) -> Library:
    """Open the default library; on first use it is filled with the built-in sample corpus."""
    path = default_path()
    library = Library(path, progress=progress)
    # A mark rather than "is it empty": an interrupted first start is finished, an emptied library stays empty.
    mark = path / "sample-corpus-added"
    if not mark.exists():
        library.add_documents(sample_documents(), progress)
        mark.touch()
    return library
