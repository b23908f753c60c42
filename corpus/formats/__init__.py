"""corpus.formats: SAY WHAT THIS IS FOR."""

from __future__ import annotations

_PAGES = frozenset({".html", ".htm"})


_NOTES = frozenset({".md", ".markdown"})


SUFFIXES: frozenset[str] = frozenset({".txt", ".text"}) | _NOTES | _PAGES
