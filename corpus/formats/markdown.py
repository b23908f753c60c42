"""Markdown in; title, date, text and structure out. It is turned into HTML, so that both formats are laid out alike."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from corpus.formats.base import Content
from corpus.formats.front_matter import date_of, front_matter
from corpus.formats.html import parse_html
from corpus.formats.html_text import write_html
from corpus.structure import Writer
from corpus.text.dates import date_line
from corpus.text.encoding import decode
from corpus.text.layout import normalise

if TYPE_CHECKING:
    from markdown_it.token import Token

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][\w.-]*)(?P<rest>(?:\s[^<>]*)?)(?P<end>/?)>")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_TEMPLATE = re.compile(r"\{%.*?%\}|\{\{[<%].*?[>%]\}\}", re.DOTALL)
_ALERT = re.compile(r"(?P<lead>\s*>\s*)\[!(?P<kind>\w+)\][+-]?[ \t]*(?P<title>.*)")
_ADMONITION = re.compile(
    r"(?P<indent>\s*)(?:!!!|\?\?\?\+?|===)[ \t]+(?P<kind>[\w -]*?)[ \t]*(?:\"(?P<title>[^\"]*)\")?[ \t]*$"
)
_CONTAINER = re.compile(r"\s*:{3,}[ \t]*\{?(?P<kind>[\w-]*)\}?[ \t]*(?P<title>.*)")


class Markdown:
    """Markdown (CommonMark with tables), with or without front matter."""

    name = "Markdown"
    suffixes = frozenset({".md", ".markdown"})
    media_type = "text/plain"

    def decode(self, data: bytes) -> str:
        """Return the source, decoded; ValueError where the bytes are no text."""
        return decode(data)

    def read(self, data: bytes) -> Content:
        """Return title, date, text and structure; ValueError where the bytes are no text."""
        return read_markdown(decode(data))


def read_markdown(source: str) -> Content:
    """Return a note's title, its ISO date, its text and structure; each is empty where there is none."""
    facts, source = front_matter(source)
    body = parse_html(f"<body>{_html(_plainer(source))}").find("body")
    writer = Writer()
    write_html(body, writer, links=True)
    text, structure = writer.finish()
    heading = next((block for block in structure if block.kind == "heading" and block.level == 1), None)
    title = facts.get("title") or (text[heading.start : heading.end] if heading else "")
    date = date_of(facts) or next(filter(None, map(date_line, text.splitlines()[:5])), "")
    return Content(" ".join(normalise(title).split()), date, text, structure)


def _html(source: str) -> str:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock, reference

    def link_target(state: StateBlock, first_line: int, last_line: int, silent: bool) -> bool:
        # Taken for the target of a link, the text of a footnote would be lost.
        footnote = state.src.startswith("[^", state.bMarks[first_line] + state.tShift[first_line])
        return not footnote and reference(state, first_line, last_line, silent)

    # The nesting limit is a guard of the parser's: what lies deeper would be lost.
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 200}).enable(["table", "strikethrough"])
    parser.block.ruler.at("reference", link_target)
    tokens = parser.parse(source)
    closed = {match["name"].lower() for match in _TAG.finditer(source) if match["close"]}
    for token in tokens:
        for part in (token, *(token.children or ())):
            _only_real_tags(part, closed)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _only_real_tags(token: Token, closed: set[str]) -> None:
    """Let stand as text what only looks like a tag, such as ``<destination-folder>`` or a lone ``<Del>``."""
    if token.type not in {"html_inline", "html_block"}:
        return
    from lxml.html.defs import tags

    def checked(match: re.Match[str]) -> str:
        name = match["name"].lower()
        real = name in tags and (name in _VOID or name in closed or match["end"])
        return match[0] if real else escape(match[0], quote=False)

    content = _TAG.sub(checked, token.content)
    if token.type == "html_block" and not _TAG.search(content) and not content.lstrip().startswith("<!"):
        content = f"<p>{content}</p>"
    token.content = content


def _plainer(source: str) -> str:
    """Return Markdown of the common kind: notes and warnings of its dialects become quotes, template tags go."""
    lines: list[str] = []
    fence = ""
    inside = None  # how far the body of an admonition is indented
    open_containers = 0
    for line in source.replace("\r\n", "\n").split("\n"):
        if match := _FENCE.match(line):
            fence = "" if fence and match[1].startswith(fence) else fence or match[1]
        elif not fence:
            line = _TEMPLATE.sub("", line)  # noqa: PLW2901
            if match := _ALERT.fullmatch(line):
                line = f"{match['lead']}**{match['title'] or match['kind'].capitalize()}**\n{match['lead'].rstrip()}"  # noqa: PLW2901
            elif match := _ADMONITION.fullmatch(line):
                inside = len(match["indent"]) + 4
                lines.append(f"> **{match['title'] or match['kind'].strip().capitalize()}**")
                lines.append(">")
                continue
            elif (match := _CONTAINER.fullmatch(line)) and (match["kind"] or open_containers):
                open_containers += 1 if match["kind"] else -1
                title = match["title"].strip(" []") or match["kind"].capitalize()
                lines.append(f"> **{title}**\n>" if match["kind"] else "")
                continue
        if inside is not None:
            if line.strip() and len(line) - len(line.lstrip()) < inside:
                inside = None
                lines.append("")
            else:
                lines.append(f"> {line[inside:]}")
                continue
        lines.append(f"> {line}" if open_containers > 0 else line)
    return "\n".join(lines)
