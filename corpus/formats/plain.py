"""Plain text in; title, date and text out. The first lines may say what it is called and when it was written."""

from __future__ import annotations

import re
from itertools import islice

from corpus.formats.base import Content
from corpus.text.dates import date_line, parse_date
from corpus.text.encoding import decode
from corpus.text.layout import lay_out, normalise
from corpus.text.titles import first_words, title_line

_DATE_PREFIX = re.compile(r"[Dd]ate:?\s+(?P<date>\d{4}-\d{2}-\d{2})\s+(?P<rest>[^a-z\s].*)")


_TITLE_LABEL = re.compile(r"(?:title|headline|subject):\s+(?P<title>\S.*)", re.IGNORECASE)


# A source or an author, a mark that closes it, and a date that ends the line: "(Xinhua) 07:37, May 4, 2022".
_BYLINE = re.compile(
    r"(?:By\s[^|,]{2,60}[|,–—-]|[^|]{2,60}\||\(?[\w .'’&]{2,40}\))\s*(?P<date>[^|]+)",
    re.IGNORECASE,
)


class Plain:
    """Plain text, in whatever common encoding."""

    name = "plain text"
    suffixes = frozenset({".txt", ".text"})
    media_type = "text/plain"

    def decode(self, data: bytes) -> str:
        """Return the text, decoded; ValueError where the bytes are no text."""
        return decode(data)

    def read(self, data: bytes) -> Content:
        """Return title, date and text; ValueError where the bytes are no text."""
        return read_plain(decode(data))


def read_plain(text: str) -> Content:
    """Return title, date and text. Pure date lines and the words ``date`` and ``title:`` are taken off."""
    lines = text.splitlines()
    top = list(islice((index for index, line in enumerate(lines) if normalise(line)), 3))
    title = date = byline = ""
    taken: dict[int, str] = {}
    for position, index in enumerate(top):
        line = normalise(lines[index])
        if position == 0 and (match := _DATE_PREFIX.fullmatch(line)) and (found := parse_date(match["date"])):
            date, taken[index] = found, match["rest"]
        elif match := _TITLE_LABEL.fullmatch(line):
            title, taken[index] = match["title"], match["title"]
        elif not date and (found := date_line(line)):
            date, taken[index] = found, ""
        elif not date and (found := _byline_date(line)):
            date, byline = found, line
    dropped = [index for index, rest in taken.items() if not rest]
    if dropped and any(parse_date(line) and date_line(line) for line in lines[dropped[0] + 1 :]):
        # Dates again and again head the entries of a diary or log: the first is no date of the whole.
        date, taken = "", {index: rest for index, rest in taken.items() if rest}
    kept = lay_out("\n".join(taken.get(index, line) for index, line in enumerate(lines)))
    if not kept:
        return Content("", date, lay_out(text))
    below = kept.removeprefix(byline).lstrip()
    return Content(title or title_line(below) or first_words(below) or first_words(kept), date, kept)


def _byline_date(line: str) -> str:
    match = _BYLINE.fullmatch(line) if len(line) <= 100 else None
    return date_line(match["date"]) if match else ""
