"""Saved web pages in; title, date and text out.

The text is the article without what stands around it. Nothing here goes to the network.
"""

from __future__ import annotations

import codecs
import json
import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

from corpus.formats.base import Content
from corpus.text.dates import parse_date
from corpus.text.encoding import decode
from corpus.text.layout import normalise

logger = logging.getLogger(__name__)

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]+)",
    re.IGNORECASE,
)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Browsers read these names as the larger encodings that contain them.
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-8",
}
_DROPPED = frozenset("script style noscript template svg iframe object select button textarea head".split())
_AROUND = frozenset("nav aside footer form dialog".split())
_BLOCKS = frozenset(
    "address article aside blockquote body center details div dl fieldset figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 header hr main nav ol p pre section summary table ul".split()
)
_LINES = frozenset("li tr dt dd caption".split())
_CELLS = frozenset("td th".split())
# Where a line or a paragraph ends; several in a row are one.
_LINE, _PARAGRAPH = "\x01", "\x02"
_GAPS = re.compile(r"\s*[\x01\x02][\x01\x02\s]*")
# How trafilatura names what it found.
_AS_HTML = {
    "head": "h2",
    "list": "ul",
    "item": "li",
    "row": "tr",
    "cell": "td",
    "quote": "blockquote",
    "lb": "br",
}
# What sites call the day of publication, the surest name first.
_META_DATES = (
    "article:published_time og:article:published_time datepublished date dc.date dc.date.issued dcterms.date "
    "dcterms.issued dcterms.created publish-date publish_date publishdate pubdate publication_date "
    "parsely-pub-date sailthru.date citation_publication_date citation_date"
).split()


def decode_page(data: bytes) -> str:
    """Return a page's source in the encoding it declares; a byte-order mark wins, a wrong claim is ignored.

    Raises:
        ValueError: the bytes are not text.
    """
    declared = _DECLARED.search(data[:4096])
    if declared and b"\0" not in data and not data.startswith(_MARKS):
        try:
            name = codecs.lookup((declared[1] or declared[2]).decode()).name
            return data.decode(_WIDER.get(name, name))
        except (LookupError, ValueError):
            logger.info("The encoding a page declares does not fit it and was ignored")
    return decode(data)


class Html:
    """A saved web page."""

    name = "web page"
    suffixes = frozenset({".html", ".htm", ".xhtml"})
    media_type = "text/html"

    def decode(self, data: bytes) -> str:
        """Return the page's source in the encoding it declares; ValueError where the bytes are no text."""
        return decode_page(data)

    def read(self, data: bytes) -> Content:
        """Return title, date and main text; ValueError where the bytes are no text."""
        return read_page(decode_page(data))


def read_page(source: str) -> Content:
    """Return a page's title, its ISO date and its main text; each is ``""`` where there is none."""
    root = parse_html(source)
    return Content(_page_title(root), _page_date(root), _page_text(root))


def parse_html(source: str) -> Any:
    """Return the ``html`` element, as lxml has it, of a page or a piece of one."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    # The lone tag keeps lxml from raising an error over an empty page.
    return html.document_fromstring(f"{source}<br>".encode("utf-8", "replace"), parser=parser)


def _page_text(root: Any) -> str:
    """Return the main text: what trafilatura finds, or all of a page that is small or that it failed on."""
    from trafilatura import bare_extraction

    body = root.find("body")
    if body is None:
        return ""
    whole = text_of(body, _DROPPED | _AROUND) or text_of(body)
    links = sum(len(" ".join(link.itertext())) for link in body.iter("a"))
    # On a page without much around the text, leaving something out can only do harm.
    if len(whole) < 3_000 and links <= 0.2 * len(whole):
        return whole
    found: Any = bare_extraction(deepcopy(root), favor_recall=True, include_comments=False, include_tables=True)
    if found is None or found.body is None:
        return whole
    for element in found.body.iter():
        element.tag = _AS_HTML.get(element.tag, element.tag)
        if element.tag == "code" and "\n" in (element.text or ""):
            element.tag = "pre"
    main = text_of(found.body)
    merged = "\n\n" not in main and whole.count("\n\n") > 2
    return whole if merged or len(main) < len(whole) / 3 else main


def text_of(root: Any, dropped: frozenset[str] = _DROPPED) -> str:
    """Return an element's text: a blank line between blocks, one line an item or row, " | " between cells."""
    parts: list[str] = []
    items = cells = verbatim = 0
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        cell = tag in _CELLS and not _is_layout(element)
        line = tag in _LINES and not cells
        skipped = not closing and (not tag or tag in dropped or _is_hidden(element))
        if not skipped:
            change = -1 if closing else 1
            gap = _PARAGRAPH if tag in _BLOCKS or tag in _CELLS else _LINE if line else ""
            if cell:
                gap = " | " if not closing and _is_later_cell(element) else ""
            elif gap and cells:
                gap = " "
            elif gap and items:
                gap = _LINE
            parts.append(gap)
            items += change * (tag in {"li", "dd"})
            cells += change * cell
            verbatim += change * (tag == "pre")
        if closing or skipped:
            if element is not root and element.tail:
                parts.append(element.tail if verbatim else re.sub(r"\s+", " ", element.tail))
            continue
        if tag == "br":
            parts.append(" " if cells else "\n")
        elif tag == "img":
            parts.append(element.get("alt") or "")
        if element.text:
            parts.append(element.text if verbatim else re.sub(r"\s+", " ", element.text))
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    return normalise(_GAPS.sub(lambda gaps: "\n\n" if _PARAGRAPH in gaps[0] else "\n", "".join(parts)))


def _is_layout(cell: Any) -> bool:
    """Tell whether a table cell is in a row that holds parts of a page rather than values."""
    row = cell.getparent()
    return len(row) <= 20 and any(
        any(child.tag == "table" for child in other) or sum(child.tag in _BLOCKS for child in other) > 1
        for other in row
    )


def _is_later_cell(cell: Any) -> bool:
    previous = cell.getprevious()
    return previous is not None and previous.tag in _CELLS


def _is_hidden(element: Any) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("hidden") is not None or "display:none" in style


def _page_title(root: Any) -> str:
    """Return the page's own title, without the name of the site where that can be told."""
    metas = dict(_metas(root))
    tag = _one_line(next(root.iter("title"), None))
    headings = [heading for heading in map(_one_line, islice(root.iter("h1"), 3)) if heading]
    for heading in headings:
        if heading.lower() in tag.lower() or (len(headings) == 1 and not tag):
            return heading
    title = " ".join(normalise(metas.get("og:title", "")).split()) or tag
    site = normalise(metas.get("og:site_name", "")).lower()
    head, mark, tail = _last_part(title)
    if mark and len(head) >= 10 and (tail.lower() == site or (mark != " - " and len(tail.split()) <= 3)):
        title = head
    return title or (headings[0] if headings else "")


def _last_part(title: str) -> tuple[str, str, str]:
    marks = list(re.finditer(r" [|·»–—-] ", title))
    return (title[: marks[-1].start()], marks[-1][0], title[marks[-1].end() :]) if marks else (title, "", "")


def _one_line(element: Any) -> str:
    return "" if element is None else " ".join(normalise("".join(element.itertext())).split())


def _metas(root: Any) -> Iterator[tuple[str, str]]:
    for meta in reversed(list(root.iter("meta"))):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if name and meta.get("content"):
            yield name.lower(), meta.get("content")


def _page_date(root: Any) -> str:
    """Return the date in the page's metadata or its ``time`` elements; running text is never searched.

    Trafilatura's own search is not used: even its fast mode takes a date out of a copyright line, and it
    knows none before 1995.
    """
    metas = dict(_metas(root))
    times = [time for time in root.iter("time") if time.get("datetime") and _stands_alone(time)]
    times.sort(key=lambda time: time.get("pubdate") is None and time.get("itemprop") != "datePublished")
    marked = root.xpath("//*[@itemprop='datePublished']")
    written = (
        *(metas.get(name, "") for name in _META_DATES),
        *_linked_dates(root),
        *(element.get("content") or element.get("datetime") or "" for element in marked),
        *(time.get("datetime") for time in times),
    )
    return next(filter(None, map(parse_date, written)), "")


def _stands_alone(time: Any) -> bool:
    """Tell whether a ``time`` element dates the page, not something in a sentence or beside the text."""
    around = {ancestor.tag for ancestor in time.iterancestors()}
    return not around & _AROUND and len(_one_line(time.getparent())) <= 100


def _linked_dates(root: Any) -> Iterator[str]:
    """Yield the publication dates in JSON-LD, those nearest to the top first."""
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json":
            continue
        try:
            level: list[Any] = [json.loads(script.text or "")]
        except (ValueError, RecursionError):
            continue
        while level:
            objects = [value for value in level if isinstance(value, dict)]
            yield from (str(value["datePublished"]) for value in objects if "datePublished" in value)
            lists = [child for value in level if isinstance(value, list) for child in value]
            level = lists + [child for value in objects for child in value.values()]
