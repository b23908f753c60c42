"""Markdown in; title, date and text out. It is turned into HTML, so that both formats are laid out alike."""

from __future__ import annotations

import logging
import re

from corpus.formats.base import Content
from corpus.formats.html import parse_html, text_of
from corpus.text.dates import date_line, parse_date
from corpus.text.encoding import decode
from corpus.text.layout import normalise

logger = logging.getLogger(__name__)

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(?P<yaml>.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_DATE_KEYS = (
    "date published publish_date publishdate date_published datepublished pubdate publication_date created "
    "created_at issued updated modified lastmod"
).split()


class Markdown:
    """Markdown (CommonMark with tables), with or without front matter."""

    name = "Markdown"
    suffixes = frozenset({".md", ".markdown"})
    media_type = "text/plain"

    def decode(self, data: bytes) -> str:
        """Return the source, decoded; ValueError where the bytes are no text."""
        return decode(data)

    def read(self, data: bytes) -> Content:
        """Return title, date and text; ValueError where the bytes are no text."""
        return read_markdown(decode(data))


def read_markdown(source: str) -> Content:
    """Return a note's title, its ISO date and its text; each is ``""`` where there is none."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock, reference

    def link_target(state: StateBlock, first_line: int, last_line: int, silent: bool) -> bool:
        # Taken for the target of a link, the text of a footnote would be lost.
        footnote = state.src.startswith("[^", state.bMarks[first_line] + state.tShift[first_line])
        return not footnote and reference(state, first_line, last_line, silent)

    front, source = _front_matter(source)
    # The nesting limit is a guard of the parser's: what lies deeper would be lost.
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 200}).enable(["table", "strikethrough"])
    parser.block.ruler.at("reference", link_target)
    body = parse_html(f"<body>{parser.render(source)}").find("body")
    kept = text_of(body)
    heading = next(body.iter("h1"), None)
    title = front.get("title") or ("" if heading is None else text_of(heading))
    dates = (parse_date(front[key]) for key in _DATE_KEYS if key in front)
    date = next(filter(None, dates), "") or next(filter(None, map(date_line, kept.splitlines()[:5])), "")
    return Content(" ".join(normalise(title).split()), date, kept)


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    """Return the simple values of the YAML block a file may open with, keys in lower case, and the rest."""
    import yaml

    match = _FRONT_MATTER.match(source)
    if not match:
        return {}, source
    try:
        values = yaml.safe_load(match["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        logger.warning("Broken front matter was read as text: %s", " ".join(str(error).split()))
        return {}, source
    if not isinstance(values, dict):
        return {}, source
    simple = {key: value for key, value in values.items() if not isinstance(value, dict | list | None)}
    return {str(key).lower(): str(value) for key, value in simple.items()}, source[match.end() :]
