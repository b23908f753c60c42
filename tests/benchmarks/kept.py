"""What long runs have asked so far: written as it comes, so that they go on where they were interrupted."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from qa.reader.copy_reader import WEIGHTS
from qa.training import lines

Row = dict[str, Any]


def reader_digest(weights: Path = WEIGHTS) -> str:
    """Return twelve hex digits that tell the reader's weights and configuration from any others."""
    both = (hashlib.sha256((weights / name).read_bytes()).digest() for name in ("model.safetensors", "config.json"))
    return hashlib.sha256(b"".join(both)).hexdigest()[:12]


def ask_all(
    rows: Sequence[Row], ask: Callable[[Row], Row], keep: Path | None = None, reader: str | None = None
) -> list[Row]:
    """Return what ``ask`` says of every row, in order; with ``keep``, each is also a line of that file at once.

    What the file holds already is not asked again. The rows go by their ``id``. Only the reader is compared (what
    ``reader`` says of it, else the bundled one's digest): where something else that matters has changed, retrieval say,
    name another file.

    Raises:
        SystemExit: the file is of another reader.
    """
    reader = reader or reader_digest()
    known = {line["id"]: line for line in lines.read(keep)} if keep else {}
    if any(line["reader"] != reader for line in known.values()):
        raise SystemExit(f"{keep} holds answers of another reader: name another file.")
    with lines.open_to_append(keep) if keep else contextlib.nullcontext() as file:
        for row in tqdm([row for row in rows if row["id"] not in known], disable=None, desc="Asking"):
            known[row["id"]] = {"id": row["id"], "reader": reader, **ask(row)}
            if file:
                lines.append(file, known[row["id"]])
    return [known[row["id"]] for row in rows]
