"""Which part of a web page is its text: trafilatura says about where, and from there on nothing is left out.

Trafilatura deletes forms, asides, buttons and times before it looks. So it is asked only where the text is; the
smallest element that holds what it found is then written whole, but for menus, cookie banners and the like in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from corpus.formats.html_text import DROPPED, write_html
from corpus.structure import Writer

_SMALL = 3_000
"""On a page of fewer characters, and few links, leaving something out can only do harm."""

_AROUND = frozenset("nav footer".split())
_ROLES = frozenset("navigation banner contentinfo search menu menubar toolbar alertdialog".split())
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|menubar|breadcrumbs?|bread-crumbs|cookies?|consent|skip|skip-?link|skip-?nav|share|sharing|"
    r"social|pagination|pager|editsection|edit-?link|headerlink|sphinxsidebar|sidebar-?nav|related-?(?:links|posts|articles)|"
    r"advert|ads|sr-only-focusable)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What people look for on a page's edge.
_CONTACT = re.compile(r"(?:\+\d{1,3}[\s(.-]*)?(?:\(?\d{2,5}\)?[\s./-]){2,}\d{2,}|\b[\w.+-]+@[\w-]+\.[\w.]+")


def write_main(root: Any, writer: Writer) -> float:
    """Write the text of a page; return the share of its visible words that was left out, 0 to 1."""
    body = root.find("body")
    if body is None:
        return 0.0
    words = _visible(body)
    links = sum(len(" ".join(link.itertext())) for link in body.iter("a"))
    small = len(words) < _SMALL and links <= 0.2 * len(words)
    main = body if small else _main_element(root, body)
    mine = Writer()
    write_html(main, mine, _is_furniture)
    if not mine.finish()[0]:
        main = body
        write_html(main, writer)
    else:
        write_html(main, writer, _is_furniture)
        for contact in _contacts(body, main):
            writer.gap("\n\n")
            writer.open("note")
            write_html(contact, writer, lambda element: False)
            writer.close()
    kept = len(_visible(main, _is_furniture).split())
    return max(0.0, 1 - kept / max(1, len(words.split())))


def _main_element(root: Any, body: Any) -> Any:
    """Return the element that holds the text: the page's ``main``, or the smallest around what trafilatura found."""
    marked = [*body.iter("main"), *body.xpath("//*[@role='main']")]
    articles = list(body.iter("article"))
    if len(marked) != 1 and len(articles) == 1:
        marked = articles
    if len(marked) == 1 and len(_visible(marked[0])) > 0.2 * len(_visible(body)):
        return marked[0]
    from trafilatura import extract

    found = extract(deepcopy(root), favor_recall=True, include_comments=False, include_tables=True, deduplicate=False)
    lines = {_squeezed(line) for line in (found or "").split("\n")}
    lines = {line for line in lines if len(line) > 20}
    if not lines:
        return body
    weights: dict[Any, int] = {}
    for element in body.iter():
        if isinstance(element.tag, str) and element.tag not in DROPPED and _is_leaf(element):
            squeezed = _squeezed("".join(element.itertext()))
            if squeezed in lines:
                for around in (element, *element.iterancestors()):
                    weights[around] = weights.get(around, 0) + len(squeezed)
                    if around is body:
                        break
    total = weights.get(body, 0)
    if not total:
        return body
    main = body
    while True:
        inner = max((child for child in main), key=lambda child: weights.get(child, 0), default=None)
        if inner is None or weights.get(inner, 0) < 0.9 * total or _is_leaf(inner):
            return main
        main = inner


def _is_leaf(element: Any) -> bool:
    return element.tag in {"p", "li", "td", "th", "dd", "dt", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _is_furniture(element: Any) -> bool:
    """Tell whether an element is a menu, a banner or a button row rather than text."""
    if element.tag in _AROUND or element.get("role") in _ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if names.strip() and _FURNITURE.search(names):
        # A name alone deletes no text: what it stands for is short, or mostly links.
        text = " ".join("".join(element.itertext()).split())
        links = sum(len(" ".join("".join(link.itertext()).split())) for link in element.iter("a"))
        return len(text) < 60 or links > 0.5 * len(text) or "cookie" in text.lower()
    return False


def _contacts(body: Any, main: Any) -> Iterator[Any]:
    """Yield what stands outside of the text with a telephone number or an address in it, a short block each."""
    inside = set(main.iter()) if main is not body else set()
    seen: set[str] = set()
    for element in body.iter():
        if not isinstance(element.tag, str) or element in inside or element.tag in DROPPED:
            continue
        furniture = any(_is_furniture(around) for around in (element, *element.iterancestors()) if around is not body)
        if (main is body and not furniture) or not (
            element.tag == "address" or _is_leaf(element) or element.tag == "div"
        ):
            continue
        text = " ".join("".join(element.itertext()).split())
        contact = element.tag == "address" or _CONTACT.search(text)
        if contact and len(text) <= 400 and text not in seen and not any(text in other for other in seen):
            seen.add(text)
            yield element


def _visible(element: Any, skip: Any = None) -> str:
    """Return the words of an element, without its scripts and what ``skip`` says of."""
    writer = Writer()
    write_html(element, writer, skip or (lambda inner: False))
    return writer.finish()[0]
