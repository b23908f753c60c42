"""Word documents in; title, date, text and structure out: headings, numbered lists, tables, notes, tracked changes."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from corpus.formats.base import Content, UnreadableError
from corpus.formats.zipped import check_archive
from corpus.structure import Writer

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Docx:
    """A Word document."""

    name = "Word document"
    suffixes = frozenset({".docx", ".docm"})
    media_type = "text/plain"

    def decode(self, data: bytes) -> str:
        """Return the text; UnreadableError where it is no Word document."""
        return self.read(data).text

    def read(self, data: bytes) -> Content:
        """Return title, date, text and structure; UnreadableError where it is no Word document."""
        from docx import Document

        check_archive(data, "word/document.xml")
        try:
            document = Document(io.BytesIO(data))
            writer = Writer()
            _Walk(document, writer).through()
            facts = document.core_properties
            changed = facts.modified or facts.created
            title = (facts.title or "").strip()
        except Exception as error:
            # The library has no error of its own: what a damaged document raises can be anything.
            raise UnreadableError(
                f"is a document that cannot be read ({type(error).__name__}): save it again."
            ) from None
        text, structure = writer.finish()
        first = next((b for b in structure if b.kind == "heading" and b.level == 1), None)
        return Content(
            title or (text[first.start : first.end] if first else ""),
            changed.date().isoformat() if changed else "",
            text,
            structure,
        )


class _Walk:
    """One document being written."""

    def __init__(self, document: Any, writer: Writer) -> None:
        self._document, self._writer = document, writer
        self._styles = {style.style_id: style.name or "" for style in document.styles}
        self._numbering = _Numbering(document)
        self._depth = 0
        self._notes: list[str] = []

    def through(self) -> None:
        self._blocks(self._document.element.body)
        self._end_lists()
        for number, words in self._footnotes():
            self._writer.gap("\n\n")
            self._writer.open("note")
            self._writer.write(f"[{number}] {words}")
            self._writer.close()

    def _blocks(self, parent: Any) -> None:
        for element in parent:
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                self._end_lists()
                self._table(element)
            elif element.tag == f"{_W}sdt":
                content = element.find(f"{_W}sdtContent")
                if content is not None:
                    self._blocks(content)

    def _paragraph(self, element: Any) -> None:
        properties = element.find(f"{_W}pPr")
        style = ""
        if properties is not None and (named := properties.find(f"{_W}pStyle")) is not None:
            style = self._styles.get(named.get(f"{_W}val"), "")
        if level := _heading_level(style, properties):
            self._end_lists()
            self._writer.gap("\n\n")
            self._writer.open("heading", level=level)
            self._words(element, self._numbering.label(properties, style))
            self._writer.close()
            return
        label, depth = self._numbering.item(properties, style)
        if depth:
            self._list(depth)
            self._writer.gap("\n")
            self._writer.open("item", level=depth, label=label)
            self._words(element, label)
            self._writer.close()
            return
        self._end_lists()
        self._writer.gap("\n\n")
        self._writer.open("quote" if "quote" in style.lower() else "paragraph")
        self._words(element)
        self._writer.close()

    def _list(self, depth: int) -> None:
        while self._depth > depth:
            self._writer.close()
            self._depth -= 1
        while self._depth < depth:
            if not self._depth:
                self._writer.gap("\n\n")
            self._depth += 1
            self._writer.open("list", level=self._depth)

    def _end_lists(self) -> None:
        self._list(0)

    def _table(self, table: Any) -> None:
        self._writer.gap("\n\n")
        self._writer.open("table")
        for number, row in enumerate(table.iter(f"{_W}tr")):
            if row.getparent() is not table:
                continue  # of a table inside a cell
            header = row.find(f"{_W}trPr/{_W}tblHeader") is not None or number == 0
            self._writer.gap("\n")
            self._writer.open("row", label="header" if header else "")
            for column, cell in enumerate(row.iter(f"{_W}tc"), 1):
                if cell.getparent() is not row:
                    continue
                self._writer.gap(" | " if column > 1 else "\n")
                self._writer.open("cell", level=column, label="header" if header else "")
                for paragraph in cell.iter(f"{_W}p"):
                    self._words(paragraph)
                    self._writer.write(" ")
                self._writer.close()
            self._writer.close()
        self._writer.close()
        self._writer.gap("\n\n")

    def _words(self, paragraph: Any, label: str = "") -> None:
        if label:
            self._writer.write(f"{label} ")
        stack: list[tuple[Any, bool]] = [(paragraph, False)]
        while stack:
            element, closing = stack.pop()
            struck = element.tag in {f"{_W}del", f"{_W}moveFrom"} or (element.tag == f"{_W}r" and _is_struck(element))
            if closing:
                self._writer.unstrike()
                continue
            if element.tag == _FALLBACK or (element is not paragraph and element.tag == f"{_W}pPr"):
                continue
            if element.tag in {f"{_W}t", f"{_W}delText"}:
                self._writer.write(element.text or "")
            elif element.tag in {f"{_W}tab", f"{_W}br", f"{_W}cr"}:
                self._writer.write(" ")
            elif element.tag == f"{_W}noBreakHyphen":
                self._writer.write("-")
            elif element.tag == f"{_W}footnoteReference":
                self._notes.append(element.get(f"{_W}id") or "")
                self._writer.write(f" [{len(self._notes)}]")
            elif element.tag == f"{_W}r" and _is_raised(element):
                self._writer.write("^" if re.search(r"\d$", self._writer.last()) else "")
            if struck:
                self._writer.strike()
                stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))

    def _footnotes(self) -> Iterator[tuple[int, str]]:
        for relation in self._document.part.rels.values():
            if relation.reltype.endswith("/footnotes") and not relation.is_external:
                from lxml import etree

                parser = etree.XMLParser(resolve_entities=False, no_network=True)
                root = etree.fromstring(relation.target_part.blob, parser)
                words = {
                    note.get(f"{_W}id"): " ".join("".join(t.text or "" for t in note.iter(f"{_W}t")).split())
                    for note in root.iter(f"{_W}footnote")
                }
                for number, identity in enumerate(self._notes, 1):
                    if words.get(identity):
                        yield number, words[identity]


def _heading_level(style: str, properties: Any) -> int:
    if match := re.fullmatch(r"heading (\d)", style.lower()):
        return min(6, int(match[1]))
    if style.lower() == "title":
        return 1
    outline = properties.find(f"{_W}outlineLvl") if properties is not None else None
    level = outline.get(f"{_W}val") if outline is not None else None
    return min(6, int(level) + 1) if level and level.isdigit() and int(level) < 9 else 0


def _is_struck(run: Any) -> bool:
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    marks = (properties.find(f"{_W}strike"), properties.find(f"{_W}dstrike"))
    return any(mark is not None and mark.get(f"{_W}val") not in {"0", "false"} for mark in marks)


def _is_raised(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vertAlign")
    return mark is not None and mark.get(f"{_W}val") == "superscript"


class _Numbering:
    """The numbers that Word prints before paragraphs: nobody typed them, so they are counted here as Word does."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[tuple[str, str], tuple[str, str, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._of_style: dict[str, tuple[str, int]] = {}
        self._abstract: dict[str, str] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        for abstract in root.iter(f"{_W}abstractNum"):
            for level in abstract.iter(f"{_W}lvl"):
                kind = _value(level.find(f"{_W}numFmt")) or "decimal"
                text = _value(level.find(f"{_W}lvlText")) or ""
                start = _value(level.find(f"{_W}start")) or "1"
                key = (abstract.get(f"{_W}abstractNumId") or "", level.get(f"{_W}ilvl") or "0")
                self._levels[key] = (kind, text, int(start) if start.isdigit() else 1)
        for number in root.iter(f"{_W}num"):
            abstract_id = _value(number.find(f"{_W}abstractNumId"))
            self._abstract[number.get(f"{_W}numId") or ""] = abstract_id or ""
        for style in document.styles.element.iter(f"{_W}style"):
            properties = style.find(f"{_W}pPr/{_W}numPr")
            name = _value(style.find(f"{_W}name"))
            if properties is not None and name and (identity := _value(properties.find(f"{_W}numId"))):
                depth = _value(properties.find(f"{_W}ilvl")) or "0"
                self._of_style[name.lower()] = (identity, int(depth) if depth.isdigit() else 0)

    def item(self, properties: Any, style: str) -> tuple[str, int]:
        """Return the label ("" for a bullet) and the depth of a list item; depth 0 for what is none."""
        found = self._place(properties, style)
        if found is None:
            return "", int("list" in style.lower() and ("bullet" in style.lower() or "number" in style.lower()))
        identity, depth = found
        return self._next(identity, depth), depth + 1

    def label(self, properties: Any, style: str) -> str:
        """Return the number that is printed before a heading, "" where there is none."""
        found = self._place(properties, style)
        return self._next(*found) if found else ""

    def _place(self, properties: Any, style: str) -> tuple[str, int] | None:
        own = properties.find(f"{_W}numPr") if properties is not None else None
        if own is not None:
            identity = _value(own.find(f"{_W}numId")) or ""
            depth = _value(own.find(f"{_W}ilvl")) or "0"
            return (identity, int(depth)) if identity not in {"", "0"} and depth.isdigit() else None
        return self._of_style.get(style.lower())

    def _next(self, identity: str, depth: int) -> str:
        kind, pattern, start = self._levels.get((self._abstract.get(identity, ""), str(depth)), ("bullet", "", 1))
        if kind in {"bullet", "none"}:
            return ""
        counts = self._counts[identity]
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]

        def number(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            form, _, first = self._levels.get((self._abstract.get(identity, ""), str(level)), ("decimal", "", 1))
            return _written(counts.get(level, first), form)

        return re.sub(r"%(\d)", number, pattern).strip()


def _value(element: Any) -> str | None:
    return None if element is None else element.get(f"{_W}val")


def _written(number: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"} and 1 <= number <= 26:
        letter = chr(96 + number)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"} and 1 <= number < 40:
        text, left = "", number
        for value, numeral in _ROMAN:
            text += numeral * (left // value)
            left %= value
        return text if form == "lowerRoman" else text.upper()
    return str(number)
