"""Files that grow by one JSON value a line while something long runs, and are gone on with after an interruption."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any


def read(path: Path) -> Iterator[Any]:
    """Yield the values of a file; none where there is no file. What an interruption has cut short is left out."""
    # Bytes, as a character may be cut in two, and split() for splitlines(), as a text may hold other line ends.
    for line in path.read_bytes().split(b"\n")[:-1] if path.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def open_to_append(path: Path) -> IO[str]:
    """Open a file for :func:`append`, and cut off an unfinished line, which would spoil the next."""
    file = path.open("a", encoding="utf-8", newline="\n")
    file.truncate(path.read_bytes().rfind(b"\n") + 1)
    return file


def append(file: IO[str], value: Any) -> None:
    """Write a value to a file of :func:`open_to_append`, at once."""
    file.write(json.dumps(value, ensure_ascii=False) + "\n")
    file.flush()
