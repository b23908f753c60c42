"""What the commands share: exit statuses, opening the library and the assistant, a progress bar, JSON."""

from __future__ import annotations

import argparse
import codecs
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library.library import Library

Item = TypeVar("Item")

ANSWERED, PARTLY, BAD_USE, ABSTAINED, INTERRUPTED = 0, 1, 2, 3, 130
"""The exit statuses: an answer or work done, part of the work done, wrong use, a refusal, stopped with Ctrl-C."""


def open_library(options: argparse.Namespace, must_exist: bool = True, rebuild: bool = False) -> Library:
    """Open the library of ``--library``, or the default one.

    ``must_exist``: do not create it. ``rebuild``: encode it again if another embedder or version made it.

    Raises:
        LibraryError: there is none there, or it cannot be used.
    """
    from corpus.errors import LibraryError
    from qa.library.default import default_library, default_path
    from qa.library.library import Library

    if options.library is None and not rebuild:
        return default_library(bar)
    path = options.library or default_path()
    if must_exist and not path.is_file() and not (path / "library.sqlite").exists():
        raise LibraryError(f"There is no library at {path}: create one with `qa index PATH --library {path}`.")
    return Library(path, rebuild=rebuild, progress=bar)


def open_asked(options: argparse.Namespace) -> Library:
    """Open the library to ask it, as :func:`open_library` does; if nobody named one, say which is asked."""
    from qa.library.default import which

    library = open_library(options)
    if options.library is None:
        print(f"qa: asking {which(library)}.", file=sys.stderr)
    return library


def open_assistant(options: argparse.Namespace) -> Assistant:
    """Open the library with the reader of ``--reader`` (the bundled one by default), to ask it.

    Raises:
        CiteboundError: the library or the reader cannot be used.
    """
    from qa.assistant import Assistant

    return Assistant(
        open_asked(options), reader=getattr(options, "reader", None), passages=getattr(options, "passages", 5)
    )


def bar(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
    """Pass the items on and show a progress bar on the terminal (a ``corpus.progress.Progress``)."""
    from tqdm import tqdm

    # None: no bar if the output is not a terminal.
    return tqdm(iterable, total=total, desc=desc, disable=None, leave=False)


def print_json(value: Any) -> None:
    """Print JSON, which stays whole also where the output is not in UTF-8."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    print(json.dumps(value, ensure_ascii=codecs.lookup(encoding).name != "utf-8", indent=2))
