"""What long runs have asked so far: written as it comes, so that they go on where they were interrupted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from qa.reader.read import WEIGHTS

Row = dict[str, Any]


def reader_digest(weights: Path = WEIGHTS) -> str:
    """Return twelve hex digits that tell the reader's weights and configuration from any others."""
    both = (hashlib.sha256((weights / name).read_bytes()).digest() for name in ("model.safetensors", "config.json"))
    return hashlib.sha256(b"".join(both)).hexdigest()[:12]


def ask_all(rows: Sequence[Row], ask: Callable[[Row], Row], keep: Path | None = None) -> list[Row]:
    """Return what ``ask`` says of every row, in order; with ``keep``, each is also a line of that file at once.

    What the file holds already is not asked again. The rows go by their ``id``.

    Raises:
        SystemExit: the file is of another reader.
    """
    known: dict[str, Row] = {}
    reader = reader_digest()
    if keep is not None and keep.exists():
        # A line cut short by an interruption is asked again.
        lines = [line for line in keep.read_text(encoding="utf-8").split("\n") if line.endswith("}")]
        known = {line["id"]: line for line in map(json.loads, lines)}
        if any(line["reader"] != reader for line in known.values()):
            raise SystemExit(f"{keep} holds answers of another reader: name another file.")
        keep.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    for row in tqdm([row for row in rows if row["id"] not in known], disable=None, desc="Asking"):
        known[row["id"]] = {"id": row["id"], "reader": reader, **ask(row)}
        if keep is not None:
            with keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(known[row["id"]]) + "\n")
    return [known[row["id"]] for row in rows]
