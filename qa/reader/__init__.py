"""Queries and hits in, spans out: the seq2seq model with a copy head, the span constraint, and any other seq2seq model.

A runtime other than torch has its place beside ``runtime_torch``: ``copy_reader`` alone calls it, for two things, the
encoder's states of some rows and one step of the decoder.
"""

from __future__ import annotations

import json
from pathlib import Path

from qa.reader.types import Reader, ReaderError


def load_reader(name: str | Path | None = None) -> Reader:
    """Return the bundled reader, or the seq2seq model in the folder (or with the hub name) ``name``.

    A folder with a copy-head model, as ``qa.training`` exports it, is read as the bundled one is. Any other
    model must be on this machine already: nothing is downloaded.

    Raises:
        ReaderError: no such model can be loaded.
    """
    from qa.reader.copy_reader import CopyReader
    from qa.reader.seq2seq import Seq2SeqReader

    if name is None:
        return CopyReader()
    try:
        config = json.loads((Path(name) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = None
    ours = isinstance(config, dict) and config.get("model_type") == "copy_bart"
    return CopyReader(name) if ours else Seq2SeqReader(name)


__all__ = ["Reader", "ReaderError", "load_reader"]
