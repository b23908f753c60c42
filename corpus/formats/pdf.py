"""PDF files in; title, date, text and structure out: columns in reading order, without running heads and page numbers.

Words and their places come from PDFium. What a file does not say - which lines make a paragraph, which is a heading -
is told from distances and sizes of type. Tables are written as their words in order.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from corpus.formats.base import Content, UnreadableError
from corpus.structure import Writer
from corpus.text.dates import parse_date
from corpus.text.layout import SENTENCE_END, joined_at_hyphen, normalise

MOST_PAGES = 20_000
# PDFium is not safe to use from two threads at once.
_LOCK = threading.Lock()
# What PDFium writes for a hyphen at a line's end.
_HYPHENS = "\x02\ufffe\u00ad"
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—|\s]*(?:\d{1,4}|[ivxlc]{1,7})[-–—|\s]*(?:(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)
_BULLET = re.compile(r"(?:[•‣◦▪■●○·∙–*]|-)\s+(?=\S)")
_NUMBERED = re.compile(r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+(?=\S)")
_SECTION = re.compile(
    r"(?:(?:chapter|section|appendix|part)\s+)?([A-Z]|\d{1,2})((?:\.\d{1,2})*)\.?\s+\S", re.IGNORECASE
)
# A line ends in a line break, or in the hyphen that PDFium tells from a written one.
_LINE = re.compile(f"[^\r\n{_HYPHENS}]*(?:[{_HYPHENS}]|\r?\n|\r|$)")
# A line of a table of contents.
_LEADER = re.compile(r"(?:\s?\.){4,}\s*[\divxlc]+$", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"untitled|microsoft word|\.(?:docx?|tex|dvi|indd|qxd|pdf|xlsx?|pptx?)$|^[\W\d_]*$", re.IGNORECASE
)


@dataclass(slots=True)
class Line:
    """A line of a page: its words, the left, bottom, right and top of its box in points, and the size of its type."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    base: float  # where its letters stand
    broken: bool = False  # it ends in a hyphen that only stands for the line's end

    @property
    def height(self) -> float:
        """How high the line is."""
        return max(self.top - self.bottom, 1.0)


class Pdf:
    """A PDF file with text in it; a scan, which has none, is refused."""

    name = "PDF"
    suffixes = frozenset({".pdf"})
    media_type = "text/plain"

    def decode(self, data: bytes) -> str:
        """Return the text; UnreadableError where it is no PDF."""
        return self.read(data).text

    def read(self, data: bytes) -> Content:
        """Return title, date, text and structure; UnreadableError where it is no PDF, or has no text."""
        pages, facts = _pages(data)
        if pages and not any(pages):
            raise UnreadableError(
                "holds pictures of pages but no text: it is a scan; run text recognition on it first."
            )
        _drop_running(pages)
        writer = Writer()
        title = _write(pages, writer)
        named = " ".join(normalise(facts.get("Title", "")).split())
        created = facts.get("CreationDate", "")
        date = parse_date(f"{created[2:6]}-{created[6:8]}-{created[8:10]}") if created.startswith("D:") else ""
        return Content(title if _NO_TITLE.search(named) or not named else named, date, *writer.finish())


def _pages(data: bytes) -> tuple[list[list[Line]], dict[str, str]]:
    import pypdfium2

    if b"%PDF-" not in data[:1024]:
        raise UnreadableError("is not a PDF, whatever its name says: check what it is and rename it.")
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise UnreadableError("is protected by a password: save a copy without one.") from None
            raise UnreadableError("is a damaged PDF: open it in a viewer and save it again.") from None
        try:
            count = len(document)
            if count > MOST_PAGES:
                raise UnreadableError(f"has {count:,} pages, and at most {MOST_PAGES:,} are read: split it.")
            pages = [_lines(document, number) for number in range(count)]
            facts = document.get_metadata_dict()
        except pypdfium2.PdfiumError:
            raise UnreadableError("is a damaged PDF: open it in a viewer and save it again.") from None
        finally:
            document.close()
    return pages, facts


def _lines(document: Any, number: int) -> list[Line]:
    import pypdfium2.raw as pdfium

    page = document[number]
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        text = textpage.get_text_range(0, count) if count else ""
        lines = []
        start = 0  # in UTF-16 units, which is how PDFium counts
        left, right, bottom, top, across, base = (ctypes.c_double() for _ in range(6))

        def box(index: int) -> tuple[float, float, float, float]:
            pdfium.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
            return left.value, right.value, bottom.value, top.value

        for piece in _LINE.findall(text):
            words = piece.rstrip("\r\n")
            bare = words.strip()
            if bare:
                first = start + _units(words[: len(words) - len(words.lstrip())])
                last = max(first, start + _units(words.rstrip()) - 1)
                inner = first + _units(bare[: len(bare) // 2].rstrip()) - 1  # a blank has no size
                boxes = [box(index) for index in {first, max(first, inner), last}]
                size = float(pdfium.FPDFText_GetFontSize(textpage, max(first, inner)))
                pdfium.FPDFText_GetCharOrigin(textpage, first, across, base)
                broken = bare[-1] in _HYPHENS
                lines.append(
                    Line(
                        f"{bare[:-1]}-" if broken else bare,
                        min(b[0] for b in boxes),
                        min(b[2] for b in boxes),
                        max(b[1] for b in boxes),
                        max(b[3] for b in boxes),
                        size,
                        base.value,
                        broken,
                    )
                )
            start += _units(piece)
        return _rejoined(lines)
    finally:
        textpage.close()
        page.close()


def _units(text: str) -> int:
    """Return how long a text is as PDFium counts: in units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _rejoined(lines: Sequence[Line]) -> list[Line]:
    """Return lines with those put together that PDFium cut in the middle: a raised number, a gap in justified text."""
    joined: list[Line] = []
    for line in lines:
        before = joined[-1] if joined else None
        if (
            before is not None
            and line.left >= before.right - 1
            and line.left - before.right < 3 * before.height
            and -0.2 * before.size < line.base - before.base < 0.6 * before.size
        ):
            raised = line.size < 0.85 * before.size and line.base > before.base and re.fullmatch(r"\d{1,3}", line.text)
            near = line.left - before.right < 0.15 * before.height and not raised
            before.text += f"[{line.text}]" if raised else line.text if near else f" {line.text}"
            before.right, before.top = line.right, max(before.top, line.top)
            before.bottom, before.broken = min(before.bottom, line.bottom), line.broken
            continue
        joined.append(line)
    return joined


def _drop_running(pages: list[list[Line]]) -> None:
    """Take off page numbers, and lines at the top or foot that come again page after page."""
    edges: Counter[str] = Counter()
    for page in pages:
        edges.update({_bare(line) for line in _edge(page)})
    least = max(3, 0.15 * len(pages))
    for number, page in enumerate(pages):
        edge = {id(line) for line in _edge(page)}
        outer = {id(line) for line in _edge(page, 1)}
        pages[number] = [
            line
            for line in page
            if not (id(line) in edge and edges[_bare(line)] >= least and len(pages) > 3)
            and not (id(line) in outer and _PAGE_NUMBER.fullmatch(line.text))
        ]


def _edge(page: Sequence[Line], lines: int = 2) -> list[Line]:
    ordered = sorted(page, key=lambda line: -line.top)
    return [*ordered[:lines], *ordered[-lines:]]


def _bare(line: Line) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.lower())


def _write(pages: Sequence[Sequence[Line]], writer: Writer) -> str:
    """Write the pages; return what stands largest on the first of them, which is mostly the title."""
    everything = [line for page in pages for line in page]
    weights: Counter[float] = Counter()
    for line in everything:
        weights[round(line.size, 1)] += len(line.text)
    body = weights.most_common(1)[0][0] if weights else 10.0
    larger = sorted({size for size in weights if size > 1.12 * body}, reverse=True)
    words = frozenset(
        word
        for line in everything
        for word in re.findall(r"[^\W_]+(?:-[^\W_]+)*", line.text.lower()[: -1 if line.broken else None])
    )
    for number, page in enumerate(pages, 1):
        if page:
            writer.gap("\n\n")
            writer.open("page", label=str(number))
            _write_page(page, writer, body, larger, words)
            writer.close()
    first = next((page for page in pages if page), [])
    largest = max((line.size for line in first), default=0.0)
    title = [line.text for line in first if line.size > 0.95 * largest and line.size > 1.12 * body]
    return " ".join(title)[:200] if title and len(title) <= 4 else ""


def _write_page(
    page: Sequence[Line], writer: Writer, body: float, larger: Sequence[float], words: frozenset[str]
) -> None:
    for paragraph in _paragraphs(page, body):
        text = _text(paragraph, words)
        level = _level(paragraph, text, body, larger)
        bullet, numbered = _BULLET.match(text), _NUMBERED.match(text)
        item = not level and (bullet or numbered)
        writer.gap("\n" if item else "\n\n")
        if level:
            writer.open("heading", level=level)
        elif item:
            writer.open("item", level=1, label=numbered[1] if numbered else "")
        else:
            writer.open("paragraph")
        writer.write(text[bullet.end() :] if bullet and item else text)
        writer.close()


def _paragraphs(page: Sequence[Line], body: float) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph: a wider gap, another size, an indent, a mark or another column begins one."""
    gaps = [a.base - b.base for a, b in pairwise(page) if 0 < a.base - b.base < 4 * body]
    usual = median(gaps) if gaps else 1.2 * body
    paragraph: list[Line] = []
    for line in page:
        if paragraph and _begins(paragraph, line, usual):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _begins(paragraph: Sequence[Line], line: Line, usual: float) -> bool:
    before = paragraph[-1]
    step = before.base - line.base
    ended = SENTENCE_END.search(before.text) is not None
    if abs(line.size - before.size) > 0.12 * before.size and not (line.size < before.size and len(line.text) < 4):
        return True
    if (
        _LEADER.search(before.text)
        or _BULLET.match(line.text)
        or (_NUMBERED.match(line.text) and (ended or len(paragraph) == 1 or step > 1.1 * usual))
    ):
        return True
    if step < -2 * before.height:  # the next column, where a sentence goes on
        return ended or not (line.text[0].islower() or before.broken or before.text.endswith(","))
    if step > 1.35 * usual:
        return True
    width = max(other.right for other in paragraph) - min(other.left for other in paragraph)
    short = before.right < max(other.right for other in paragraph) - 0.2 * width if len(paragraph) > 1 else False
    indent = line.left - min(other.left for other in paragraph)
    return ended and (short or 0.8 * line.height < indent < 6 * line.height)


def _text(paragraph: Sequence[Line], words: frozenset[str]) -> str:
    parts: list[str] = []
    for line, following in zip(paragraph, [*paragraph[1:], None], strict=True):
        if following is None:
            parts.append(line.text)
        elif line.broken or re.search(r"[^\W\d_]-$", line.text):
            parts.append(joined_at_hyphen(line.text, following.text, words))
        else:
            parts.append(f"{line.text} ")
    return "".join(parts)


def _level(paragraph: Sequence[Line], text: str, body: float, larger: Sequence[float]) -> int:
    """Return the level of a heading, 0 for what is none: larger than the text, or numbered and alone on its line."""
    if len(paragraph) > 3 or len(text) > 160 or not re.search(r"[^\W\d_]{2}", text):
        return 0
    size = round(paragraph[0].size, 1)
    match = _SECTION.match(text)
    ends = re.search(r"[.,;:]$", text)
    if size > 1.12 * body:
        return (
            2 + match[2].count(".")
            if match and match[1].isdigit()
            else min(6, 1 + list(larger).index(size))
            if size in larger
            else 2
        )
    if (
        match
        and len(paragraph) == 1
        and match[1].isdigit()
        and not ends
        and len(text) < 90
        and text.split()[1][0].isupper()
    ):
        return min(6, 2 + match[2].count("."))
    return 0
