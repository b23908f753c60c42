"""qa.cli.common: SAY WHAT THIS IS FOR."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qa.__main__ import _asked

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library.library import Library


Item = TypeVar("Item")


ANSWERED, PARTLY, BAD_USE, ABSTAINED, INTERRUPTED = 0, 1, 2, 3, 130


def open_library(options: argparse.Namespace, must_exist: bool = True, rebuild: bool = False) -> Library:
    from corpus.errors import LibraryError
    from qa.library.default import default_library, default_path
    from qa.library.library import Library

    if options.library is None and not rebuild:
        return default_library(bar)
    path = Path(options.library).expanduser() if options.library else default_path()
    if must_exist and not path.is_file() and not (path / "library.sqlite").exists():
        raise LibraryError(f"There is no library at {path}: make one with `qa index PATH --library {path}`.")
    return Library(path, rebuild=rebuild, progress=bar)


def open_assistant(options: argparse.Namespace) -> Assistant:
    from qa.assistant import Assistant

    return Assistant(_asked(options), reader=getattr(options, "reader", None), passages=getattr(options, "passages", 5))


def bar(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
    from tqdm import tqdm

    # None: no bar where the output is no terminal.
    return tqdm(iterable, total=total, desc=desc, disable=None, leave=False)
