"""What the tests of the page share: sources and exchanges to show, and HTML taken apart as a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from qa.page.conversation import Exchange, Source

# Ends every kind of quoting and starts every kind of thing that could run or be read as a mark.
HOSTILE = (
    '</button></span>"\'><script>window.hacked=1</script><img src=x onerror="alert(1)"> &lt;b&gt; '
    "**bold** [a](javascript:x) `c` ${1} {{2}} -->"
)
_VOID = {"br", "img", "hr", "input"}


def source(number: int = 1, quote: str = "four million", **other: Any) -> Source:
    """Return a source in which the quote stands after "About "."""
    values: dict[str, Any] = {
        "document": "0123456789abcdef",
        "title": "The fair",
        "date": "2017-09-12",
        "source": "/notes/fair.md",
        "start": 106,
        "end": 106 + len(quote),
        "sentence": f"About {quote} people came.",
        "sentence_start": 100,
    }
    return Source(number=number, quote=quote, **{**values, **other})


def exchange(*citations: Source, **other: Any) -> Exchange:
    """Return an exchange that answers with these citations."""
    values: dict[str, Any] = {"text": "; ".join(c.quote for c in citations), "confidence": 0.95, "certainty": "sure"}
    return Exchange("How many came?", **{**values, "searched": "How many came?", "citations": citations, **other})


@dataclass
class Element:
    """An element with its attributes and all the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""

    def has(self, name: str) -> bool:
        """Whether it has this class."""
        return name in self.attributes.get("class", "").split()


@dataclass
class Markup(HTMLParser):
    """HTML taken apart; fails where an element is closed that is not open, or is never closed."""

    source: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.text = ""
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()
        assert not self._open, f"never closed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text += data
        for element in self._open:
            element.text += data

    def of(self, tag: str = "", name: str = "", **data: str) -> list[Element]:
        """Return the elements with this tag, this class and these ``data-`` attributes, in order."""
        wanted = {f"data-{key}": value for key, value in data.items()}
        return [
            element
            for element in self.elements
            if (not tag or element.tag == tag)
            and (not name or element.has(name))
            and wanted.items() <= element.attributes.items()
        ]

    def check_harmless(self) -> None:
        """Fail where there is anything that could run or be fetched."""
        assert not {element.tag for element in self.elements} & {"script", "img", "style", "iframe", "svg", "object"}
        attributes = {name for element in self.elements for name in element.attributes}
        assert not any(name.startswith("on") for name in attributes) and not attributes & {"src", "style"}
