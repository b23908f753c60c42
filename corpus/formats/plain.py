"""Plain text in; title, date and text out. The first lines may say what it is called and when it was written."""

from __future__ import annotations

import re
from itertools import islice

from corpus.formats.base import Content
from corpus.structure import Block
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


_MARK = re.compile(r"(?:(\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])|[-*+•‣◦–—])\s")


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
    kept, structure = write_plain("\n".join(taken.get(index, line) for index, line in enumerate(lines)))
    if not kept:
        return Content("", date, *write_plain(text))
    below = kept.removeprefix(byline).lstrip()
    return Content(title or title_line(below) or first_words(below) or first_words(kept), date, kept, structure)


def write_plain(text: str) -> tuple[str, tuple[Block, ...]]:
    """Return plain text laid out (:func:`corpus.text.layout.lay_out`), and the blocks that can be told from it."""
    laid_out = lay_out(text)
    blocks: list[Block] = []
    start = 0
    paragraphs = laid_out.split("\n\n") if laid_out else []
    for number, paragraph in enumerate(paragraphs):
        end = start + len(paragraph)
        last = number + 1 == len(paragraphs)
        if level := 0 if last else _heading_level(paragraph):
            blocks.append(Block("heading", start, end, level))
        elif items := _items(paragraph, start):
            blocks.append(Block("list", items[0].start, items[-1].end, 1))
            blocks.extend(items)
        else:
            blocks.append(Block("paragraph", start, end))
        start = end + 2
    return laid_out, tuple(blocks)


def _heading_level(paragraph: str) -> int:
    """Return 1 to 6 for a paragraph that is a heading, 0 for any other: numbered, in capitals, or underlined."""
    lines = paragraph.split("\n")
    first = lines[0]
    if len(lines) == 2 and len(first) <= 100 and re.fullmatch(r"(=|-|~|\*|#)\1{2,}", lines[1]):
        return 1 if lines[1][0] in "=#*" else 2
    if len(lines) > 1 or len(first) > 100 or re.search(r"[.,;:!?]$", first):
        return 0
    if match := re.match(
        r"(?:(?:section|chapter|article|part|appendix)\s+)?(\d{1,3}(?:\.\d{1,3})*)[.)]?\s+[A-Z“\"(]", first, re.I
    ):
        return min(6, 2 + match[1].count("."))
    letters = [c for c in first if c.isalpha()]
    return 2 if len(letters) > 2 and all(c.isupper() for c in letters) else 0


def _items(paragraph: str, start: int) -> list[Block]:
    """Return the items of a paragraph that is a list from its first line or its second (after what leads it in)."""
    places = [match.start() for match in re.finditer(r"^(?=\S)", paragraph, re.MULTILINE)]
    marks = [_MARK.match(paragraph, place) for place in places]
    marked = [(place, mark) for place, mark in zip(places, marks, strict=True) if mark]
    if len(marked) < 2 or (not marks[0] and not marks[1]):
        return []
    ends = [place - 1 for place, _ in marked[1:]] + [len(paragraph)]
    return [
        Block("item", start + place, start + end, 1, mark[1] or "")
        for (place, mark), end in zip(marked, ends, strict=True)
    ]


def _byline_date(line: str) -> str:
    match = _BYLINE.fullmatch(line) if len(line) <= 100 else None
    return date_line(match["date"]) if match else ""
