"""Where the benchmarks find their data: ``../shared/data`` beside the checkout, or the folder CITEBOUND_DATA."""

from __future__ import annotations

import gzip
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.types import Document, make_document
from qa.evaluation.metrics import interval, mean

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def folder() -> Path:
    """Return the folder of the data, whether or not it is there."""
    return Path(os.environ.get("CITEBOUND_DATA", SHARED))


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of ``NAME.jsonl.gz``.

    Raises:
        SystemExit: the data is not on this machine.
    """
    path = folder() / f"{name}.jsonl.gz"
    if not path.exists():
        raise SystemExit(f"{path} is not there: name the folder that holds it in CITEBOUND_DATA.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def paragraphs(questions: list[dict[str, Any]]) -> tuple[list[Document], list[str]]:
    """Return every paragraph once as a document with its article's title, and the gold source of each question."""
    sources: dict[tuple[str, str], str] = {}
    for row in questions:
        sources.setdefault((row["title"], row["context"]), f"squad:{len(sources)}")
    documents = [
        make_document(source, title.replace("_", " "), "", " ".join(text.split()))
        for (title, text), source in sources.items()
    ]
    return documents, [sources[row["title"], row["context"]] for row in questions]


def shown(values: Sequence[float]) -> str:
    """Return the mean in per cent with its 95 % interval."""
    low, high = interval(values)
    return f"{100 * mean(values):.1f} ({100 * low:.1f} to {100 * high:.1f})"


def machine() -> str:
    """Return one line about this machine."""
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    flags = ""
    if cpuinfo.exists():
        text = cpuinfo.read_text()
        cpu = next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")), cpu)
        flags = next(
            (f", {name}" for name in ("AMX-BF16", "AVX512-BF16") if name.lower().replace("-", "_") in text), ""
        )
    return f"{os.cpu_count()} cores, {cpu}{flags}, Python {platform.python_version()}"
