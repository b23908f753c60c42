"""The block of facts a note may open with: YAML, TOML, JSON, pandoc's title block, MultiMarkdown's keys."""

from __future__ import annotations

import json
import logging
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from corpus.text.dates import parse_date

logger = logging.getLogger(__name__)

_FENCED = re.compile(
    r"\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<body>.*?)\r?\n(?:(?P=fence)|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL
)
_PANDOC = re.compile(r"(?:%[^\n]*(?:\n[ \t]+\S[^\n]*)*\n?){1,3}")
_KEY = re.compile(r"(?P<key>[A-Za-z][\w ./-]{0,40}?)[ \t]*:[ \t]+(?P<value>\S[^\n]*)")
# A first line such as "Note: ..." is text; with one of these it is MultiMarkdown's.
_KNOWN = frozenset(
    "title subtitle author authors date published created updated keywords tags category language".split()
)
_DATE_KEYS = (
    "date published publish_date publishdate date_published datepublished pubdate publication_date created "
    "created_at issued updated modified lastmod last_update.date"
).split()


def front_matter(source: str) -> tuple[dict[str, str], str]:
    """Return the simple values a note opens with, keys in lower case (``a.b`` where nested), and the rest."""
    if match := _FENCED.match(source):
        values = _toml(match["body"]) if match["fence"] == "+++" else _yaml(match["body"])
        if values is not None:
            return _simple(values), source[match.end() :]
    elif source.lstrip().startswith("{"):
        start = len(source) - len(source.lstrip())
        try:
            found, end = json.JSONDecoder().raw_decode(source, start)
        except (ValueError, RecursionError):
            return {}, source
        # Text that happens to be JSON is not facts about text.
        if isinstance(found, dict) and source[end:].strip():
            return _simple(found), source[end:]
    elif source.startswith("%"):
        match = _PANDOC.match(source)
        lines = [" ".join(part.split()) for part in re.split(r"^%", match[0] if match else "", flags=re.M)[1:]]
        names = ("title", "author", "date")
        return dict(zip(names, lines, strict=False)), source[match.end() if match else 0 :]
    elif found_keys := _keys(source):
        return found_keys
    return {}, source


def date_of(values: Mapping[str, str]) -> str:
    """Return the ISO date that front matter gives, "" where it gives none."""
    return next(filter(None, (parse_date(values[key]) for key in _DATE_KEYS if key in values)), "")


def _yaml(body: str) -> dict[Any, Any] | None:
    import yaml

    try:
        values = yaml.safe_load(body)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # Mostly a colon in a title: line by line there is no doubt what is meant.
        matches = [_KEY.fullmatch(line) for line in body.splitlines()]
        values = {match["key"]: match["value"].strip("\"'") for match in matches if match}
        told = bool(_KNOWN & {key.lower() for key in values}) and not any(
            v[:1] in "[{!&*|>" for v in [values.get("title", "")] if v
        )
        if not told:
            logger.warning("Broken front matter was read as text: %s", " ".join(str(error).split()))
        return values if told else None
    return values if isinstance(values, dict) else None


def _toml(body: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(body)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _keys(source: str) -> tuple[dict[str, str], str] | None:
    head, mark, rest = source.replace("\r\n", "\n").lstrip("\n").partition("\n\n")
    matches = [_KEY.fullmatch(line) for line in head.split("\n")]
    found = {match["key"].lower(): match["value"].strip() for match in matches if match}
    if not mark or not all(matches) or len(matches) < 2 or not _KNOWN & found.keys():
        return None
    return found, rest


def _simple(values: Mapping[Any, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            inner = {f"{key}.{name}": deep for name, deep in value.items()}
            flat |= {str(n).lower(): str(v) for n, v in inner.items() if not isinstance(v, dict | list | None)}
        elif not isinstance(value, list | None):
            flat[str(key).lower()] = str(value)
    return flat
