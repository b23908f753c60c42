"""Saved web pages in; title, date and text out.

The text is the article without what stands around it. Nothing here goes to the network.
"""

from __future__ import annotations

import codecs
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

from corpus.formats.base import Content
from corpus.formats.main_text import write_main
from corpus.structure import Writer
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
_AROUND = frozenset("nav aside footer form dialog".split())
_SITE = re.compile(
    r"(?:^|[\s_-])(?:site|blog|menu|brand|logo|masthead)[\s_-]?(?:title|name|bar|header|logo|heading)?(?:$|[\s_-])",
    re.IGNORECASE,
)
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
    writer = Writer()
    left_out = write_main(root, writer)
    text, structure = writer.finish()
    return Content(_page_title(root), _page_date(root), text, structure, left_out)


def parse_html(source: str) -> Any:
    """Return the ``html`` element, as lxml has it, of a page or a piece of one."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    # The lone tag keeps lxml from raising an error over an empty page.
    return html.document_fromstring(f"{source}<br>".encode("utf-8", "replace"), parser=parser)


def _page_title(root: Any) -> str:
    """Return the page's own title, without the name of the site where that can be told."""
    metas = dict(_metas(root))
    tag = _one_line(next(root.iter("title"), None))
    own = [heading for heading in root.iter("h1") if not _of_the_site(heading)]
    headings = [heading for heading in map(_one_line, own[:3]) if heading]
    for heading in headings:
        if heading.lower() in tag.lower() or (len(headings) == 1 and not tag):
            return heading
    title = " ".join(normalise(metas.get("og:title", "")).split()) or tag
    site = normalise(metas.get("og:site_name", "")).lower()
    head, mark, tail = _last_part(title)
    if mark and len(head) >= 10 and (tail.lower() == site or (mark != " - " and len(tail.split()) <= 3)):
        title = head
    return title or (headings[0] if headings else "")


def _of_the_site(heading: Any) -> bool:
    """Tell whether a heading names the whole site: it stands in its banner, or a class says so."""
    if _SITE.search(f"{heading.get('class') or ''} {heading.get('id') or ''}"):
        return True
    around = list(heading.iterancestors())
    if any(element.tag in {"main", "article"} for element in around):
        return False
    return any(_SITE.search(f"{e.get('class') or ''} {e.get('id') or ''}") or e.tag == "nav" for e in around) or any(
        e.tag == "header" and len(_one_line(e)) <= len(_one_line(heading)) + 200 and e.find(".//nav") is not None
        for e in around
    )


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
