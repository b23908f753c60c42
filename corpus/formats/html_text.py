"""An HTML element to text with its structure: blocks, items and rows on lines of their own, " | " between cells.

Nothing that a visitor of the page could read is lost and nothing runs together: exponents, note marks, struck-out
prices, the numbers of lists and the answers behind an accordion are all words of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from corpus.structure import Writer

# Never words of the page. A `button` is: headings of accordions are made of them.
DROPPED = frozenset(
    "script style noscript template svg iframe object select option datalist textarea head audio video".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr legend main nav ol p pre section summary table ul".split()
)
_PARAGRAPHS = frozenset("p address figcaption dd dt legend".split())
# What opens a fold names what is in it.
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 6}
_CELLS = frozenset("td th".split())
_STRUCK = frozenset("del s strike".split())
# What a click does, in pages that were saved with their buttons.
_CLICKS = frozenset(
    "copy|copy link|share|print|close|menu|search|submit|reset|cancel|edit|login|log in|sign in|sign up|subscribe|next|"
    "previous|back|more|show more|show less|read more|expand all|collapse all|toggle navigation|accept|accept all|"
    "reject"
    "".split("|")
)
_OPENS = re.compile(r"accordion|collaps|answer|faq|panel|tab-|tabs|toggle|expand|details|disclosure", re.IGNORECASE)
_FILE = re.compile(r"^[^?#]+\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|csv|epub|zip|txt|ics)$", re.IGNORECASE)
_WARNING = re.compile(
    r"\b(?:note|warning|caution|tip|important|admonition|alert|callout|info-?box|notice)\b", re.IGNORECASE
)
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_UNIT = re.compile(r"(?:^|[\s\d(/·×*])(?:[kcmdµnMGh]?[mgslJWVANK]|[a-zA-Z]|ft|in|yd|mi|sec|rad|mol|Hz|Pa)$")

# 1st, 2e and ™ are written as one word.
_JOINED = re.compile("st|nd|rd|th|er|re|e|ème|TM|™|®|SM|o|a")

Skip = Callable[[Any], bool]


def write_html(root: Any, writer: Writer, skip: Skip = lambda element: False, links: bool = False) -> None:
    """Write an element, as lxml has it, with all that is in it but what ``skip`` says of.

    ``links``: where a link leads is written behind it. Addresses of people and names of files always are.
    """
    _Walk(writer, skip, links).through(root)


class _Walk:
    """One element being written; a stack of its own, for pages nest deeper than Python calls."""

    def __init__(self, writer: Writer, skip: Skip, links: bool) -> None:
        self._writer, self._skip, self._links = writer, skip, links
        self._lists: list[tuple[str, Iterator[str]]] = []
        self._closing: list[str] = []
        self._items = self._cells = self._verbatim = 0

    def through(self, root: Any) -> None:
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            element, closing = stack.pop()
            tag = element.tag if isinstance(element.tag, str) else ""
            if closing:
                self._leave(element, tag)
            elif not self._left_out(element, tag):
                self._enter(element, tag)
                if element.text:
                    self._words(element.text)
                stack.append((element, True))
                stack.extend((child, False) for child in reversed(element))
                continue
            if element is not root and element.tail:
                self._words(element.tail)

    def _left_out(self, element: Any, tag: str) -> bool:
        if not tag or tag in DROPPED or tag.startswith("annotation"):
            return True
        if tag == "button" and " ".join("".join(element.itertext()).split()).lower() in _CLICKS:
            return True
        if tag == "input":
            if (element.get("type") or "").lower() in {"button", "submit"} and element.get("value"):
                self._words(f" {element.get('value')} ")
            return True
        return _is_hidden(element) or self._skip(element)

    def _words(self, text: str) -> None:
        self._writer.write(text if self._verbatim else re.sub(r"\s+", " ", text))

    def _enter(self, element: Any, tag: str) -> None:
        writer = self._writer
        if tag == "br":
            if self._cells:
                writer.write(" ")
            else:
                writer.write("\n")
        elif tag == "img":
            writer.write(element.get("alt") or "")
        elif tag == "math" and element.get("alttext"):
            writer.write(f" {element.get('alttext')} ")
        elif tag in {"sup", "sub"}:
            mark = _raised(element, writer.last()) if tag == "sup" else ""
            writer.write(mark)
            self._closing.append("]" if mark == " [" else "")
        elif tag in _STRUCK or "line-through" in (element.get("style") or ""):
            writer.strike()
        elif tag in _CELLS and not is_layout(element):
            self._cell(element, tag)
        elif tag == "tr":
            self._gap("\n")
            if not self._cells:
                writer.open("row", label="header" if _is_header(element) else "")
        elif tag == "li":
            self._item(element)
        elif tag in _BLOCKS or tag in _CELLS or tag == "caption":
            self._block(element, tag)

    def _block(self, element: Any, tag: str) -> None:
        self._gap("\n" if tag == "caption" else "\n\n")
        writer = self._writer
        if self._cells:
            return
        if tag in _HEADINGS:
            writer.open("heading", level=_HEADINGS[tag])
        elif tag in {"ul", "ol", "dl"}:
            numbers = _numbers(element) if tag == "ol" else iter(())
            self._lists.append((tag, numbers))
            writer.open("list", level=len(self._lists))
        elif tag == "pre":
            self._verbatim += 1
            writer.open("code")
        elif tag == "table":
            writer.open("table")
        elif tag == "blockquote":
            writer.open("quote")
        elif tag in _PARAGRAPHS:
            writer.open("paragraph")
        elif is_note(element, tag):
            writer.open("note")

    def _item(self, element: Any) -> None:
        self._gap("\n")
        if self._cells:
            return
        tag, numbers = self._lists[-1] if self._lists else ("ul", iter(()))
        label = ""
        if tag == "ol":
            label = f"{element.get('value')}." if (element.get("value") or "").isdigit() else next(numbers, "")
        self._writer.open("item", level=max(1, len(self._lists)), label=label)
        if label:
            self._writer.write(f"{label} ")
        self._items += 1

    def _cell(self, element: Any, tag: str) -> None:
        earlier = _cells_before(element)
        self._writer.gap(" | " if earlier else "\n" if not self._cells else " ")
        if not self._cells:
            self._writer.open("cell", level=earlier + 1, label="header" if tag == "th" else "")
        self._cells += 1

    def _leave(self, element: Any, tag: str) -> None:
        writer = self._writer
        if tag == "a":
            writer.write(self._target(element))
        elif tag in {"sup", "sub"}:
            writer.write(self._closing.pop())
        elif tag in _STRUCK or "line-through" in (element.get("style") or ""):
            writer.unstrike()
        elif tag in _CELLS and not is_layout(element):
            self._cells -= 1
            if not self._cells:
                writer.close()
        elif tag == "tr":
            if not self._cells:
                writer.close()
            self._gap("\n")
        elif tag == "li":
            if not self._cells:
                self._items -= 1
                writer.close()
            self._gap("\n")
        elif tag in _BLOCKS or tag in _CELLS or tag == "caption":
            if not self._cells:
                self._close_block(element, tag)
            self._gap("\n" if tag == "caption" else "\n\n")

    def _close_block(self, element: Any, tag: str) -> None:
        if tag in {"ul", "ol", "dl"}:
            self._lists.pop()
        if tag == "pre":
            self._verbatim -= 1
        named = tag in _HEADINGS or tag in {"ul", "ol", "dl", "pre", "table", "blockquote"}
        if named or tag in _PARAGRAPHS or is_note(element, tag):
            self._writer.close()

    def _target(self, link: Any) -> str:
        """Return what is written behind a link: where it leads, where that can be asked for and is not said already."""
        address = (link.get("href") or "").strip()
        said = "".join(link.itertext())
        scheme, mark, rest = address.partition(":")
        if mark and scheme.lower() in {"mailto", "tel"}:
            address = rest.partition("?")[0]
        elif _FILE.search(address):
            address = address if self._links else address.rpartition("/")[2]
        elif not self._links or scheme.lower() not in {"http", "https", "ftp"}:
            return ""
        bare = re.sub(r"^\w+://(?:www\.)?|/$", "", address)
        return f" ({address})" if bare and said.strip() and bare.lower() not in said.lower() else ""

    def _gap(self, gap: Any) -> None:
        if self._cells:
            self._writer.gap(" ")
        else:
            self._writer.gap("\n" if self._items else gap)


def is_note(element: Any, tag: str) -> bool:
    """Tell whether an element stands aside of the text: a note, warning or tip."""
    if tag == "aside" or element.get("role") == "note":
        return True
    return tag in {"div", "section", "p"} and bool(_WARNING.search(element.get("class") or ""))


def is_layout(cell: Any) -> bool:
    """Tell whether a table cell is in a row that holds parts of a page rather than values."""
    row = cell.getparent()
    return len(row) <= 20 and any(
        any(child.tag == "table" for child in other) or sum(child.tag in _BLOCKS for child in other) > 1
        for other in row
    )


def _cells_before(cell: Any) -> int:
    count, previous = 0, cell.getprevious()
    while previous is not None:
        count += previous.tag in _CELLS
        previous = previous.getprevious()
    return count


def _is_header(row: Any) -> bool:
    cells = [cell for cell in row if cell.tag in _CELLS]
    parent = row.getparent()
    in_head = parent is not None and parent.tag == "thead"
    return bool(cells) and (in_head or all(cell.tag == "th" for cell in cells))


def _is_hidden(element: Any) -> bool:
    """Tell whether nobody can see an element; what a click opens, such as the answer of an FAQ, is seen."""
    style = (element.get("style") or "").replace(" ", "").lower()
    if element.get("hidden") is None and "display:none" not in style and "visibility:hidden" not in style:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.get("role") in {"region", "tabpanel"} or _OPENS.search(names):
        return False
    identity = element.get("id")
    if identity and element.getroottree().xpath("boolean(//*[@aria-controls=$id])", id=identity):
        return False
    previous = element.getprevious()
    return previous is None or not (
        isinstance(previous.tag, str) and (re.fullmatch("h[1-6]|button|dt|summary", previous.tag) is not None)
    )


def _numbers(ordered: Any) -> Iterator[str]:
    kind = ordered.get("type") or "1"
    start = ordered.get("start") or ""
    items = sum(child.tag == "li" for child in ordered)
    backwards = ordered.get("reversed") is not None
    number = int(start) if re.fullmatch(r"-?\d{1,9}", start) else items if backwards else 1
    while True:
        yield f"{_written(number, kind)}."
        number += -1 if backwards else 1


def _written(number: int, kind: str) -> str:
    if kind.lower() == "a" and 1 <= number <= 26:
        letter = chr(96 + number)
        return letter if kind == "a" else letter.upper()
    if kind.lower() == "i" and 1 <= number < 4000:
        text, left = "", number
        for value, numeral in _ROMAN:
            text += numeral * (left // value)
            left %= value
        return text if kind == "i" else text.upper()
    return str(number)


def _raised(element: Any, before: str) -> str:
    """Return what keeps raised characters from running into the word before: a caret, or a bracket for a note."""
    raised = "".join(element.itertext()).strip()
    base = re.search(r"\S*$", before)
    if base is None or not base[0] or not raised or _JOINED.fullmatch(raised):
        return ""
    if (element.tail or "").lstrip().startswith(("/", "⁄")):
        return " "
    return " [" if _is_note_mark(element, raised, base[0]) else "^"


def _is_note_mark(element: Any, raised: str, base: str) -> bool:
    if raised.startswith(("[", "(")):
        return False
    if element.find(".//a") is not None or re.search(r"note|ref|cite", element.get("class") or "", re.IGNORECASE):
        return True
    if not re.fullmatch(r"(?:\d{1,3}|[*†‡§¶]+|[a-z])(?:,\s?(?:\d{1,3}|[a-z]))*", raised):
        return False
    number = re.search(r"[\d.,]*\d$", base)
    if number:
        # 10 to the sixth, two to the tenth; but nobody raises a year or 1,250 to a power.
        return len(re.sub(r"\D", "", number[0])) > 2 or "," in number[0]
    if _UNIT.search(base):
        return False
    return bool(re.search(r"[^\W\d_]{2}|[.,;:!?)\"”’\]]$", base))
