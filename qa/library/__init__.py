"""A person's documents: adding, looking, removing; uploads and verdicts."""

from __future__ import annotations

from qa.library.ingest import AddReport
from qa.library.library import Library

__all__ = ["AddReport", "Library"]
