"""Answers as plain text for the terminal, and the escaped pieces of HTML that the page and the reports are made of.

Only wording and layout: nothing here searches, reads or decides. Every string that comes from a document or
from the person asking goes through :func:`escape` or :func:`highlight` before it becomes HTML.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence

from qa.dates import in_words
from qa.types import Answer, Citation, Kind

Span = tuple[int, int]

EVIDENCE = "I quote, I do not say yes or no. The sentence that speaks to it:"
DISAGREE = "Your documents do not agree. Others say:"
CLOSEST = "Closest passages, not an answer:"

# What is said plainly, and what to try instead.
_REFUSALS: Mapping[Kind, tuple[str, str]] = {
    "not_found": ("The documents do not say.", "Try other words, or ask about one thing at a time."),
    "summary": (
        "I do not summarise: I quote the passages that answer a question.",
        "Ask for one thing, such as who, when, where or how many.",
    ),
    "comparison": (
        "I do not compare: I quote the passages that answer a question.",
        "Ask about each thing on its own.",
    ),
    "arithmetic": (
        "I do not calculate or count: I quote the passages that answer a question.",
        "Ask for a figure that stands in the documents.",
    ),
    "greeting": (
        "Hello! I answer questions about your documents with exact quotes.",
        "Ask me something they say, for example: “When did it begin?”",
    ),
    "language": ("I understand English only:", "please ask in English."),
    "empty_library": ("This library holds no documents yet.", "Add some with “qa index FOLDER”, then ask again."),
}
_SHOWN_CLOSEST = 3
_SNIPPET = 140
COLOURS = 5

# All ASCII punctuation, not only <, >, & and quotes: the chat reads Markdown, and no entity is Markdown.
_ENTITIES = str.maketrans({mark: f"&#{ord(mark)};" for mark in string.punctuation})


# Words


def refusal(answer: Answer) -> str:
    """Return in plain words why a refused question got no answer, and what to ask instead."""
    return " ".join(refusal_of(answer.kind))


def refusal_of(kind: Kind) -> tuple[str, str]:
    """Return why such a question gets no answer, and what to try instead."""
    return _REFUSALS.get(kind, _REFUSALS["not_found"])


def short_source(source: str) -> str:
    """Return the file name of a source: ``a.md`` for ``/notes/a.md`` and for ``sample:a.md``."""
    bare = re.sub(r"^(?:text|upload|sample):", "", source)
    return re.split(r"[\\/]", bare.rstrip("\\/"))[-1] or source


def old_text(since: str) -> str:
    """Return in words that a text is an old one; ``since``: when its file was last read, in ISO form."""
    return f"from the text of {in_words(since[:10])}; the file could not be read since"


def old_texts(citations: Sequence[Citation]) -> str:
    """Return in words which citations are from texts whose files could not be read since; "" where none is."""
    numbers: dict[str, list[str]] = {}
    for citation in citations:
        numbers.setdefault(citation.unread_since, []).append(f"[{citation.number}] ")
    said = [("".join(found) if len(numbers) > 1 else "") + old_text(since) for since, found in numbers.items() if since]
    text = ". ".join(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def plain(answer: Answer) -> str:
    """Return the answer for a terminal, quotes between « and »; a refusal with the closest passages."""
    blocks = [_plain_refusal(answer)] if answer.abstained else _plain_answer(answer)
    if old := old_texts((*answer.citations, *answer.also, *answer.disagreeing)):
        blocks.append(f"({old})")
    if _searched_otherwise(answer):
        blocks.append(f"(searched for: {_one_line(answer.searched_question)})")
    return "\n\n".join(blocks)


def _plain_answer(answer: Answer) -> list[str]:
    numbered = [f"{_one_line(citation.quote)} [{citation.number}]" for citation in answer.citations]
    if answer.kind == "list":
        first = "\n".join(f"- {line}" for line in numbered)
    else:
        first = "; ".join(numbered)
        also = "".join(f" [{citation.number}]" for citation in answer.also)
        first = (f"{EVIDENCE}\n" if answer.kind == "evidence" else "") + first + also
    blocks = [first, "\n".join(_plain_citation(citation) for citation in answer.citations)]
    if answer.also:
        places = "; ".join(f"[{citation.number}] {_plain_place(citation)}" for citation in answer.also)
        blocks.append(f"Also said in: {places}")
    if answer.disagreeing:
        others = [f"{_plain_place(c)}: {_one_line(c.quote)} [{c.number}]" for c in answer.disagreeing]
        blocks.append("\n".join([DISAGREE, *(f"- {line}" for line in others)]))
        blocks.append("\n".join(_plain_citation(citation) for citation in answer.disagreeing))
    return blocks


def _plain_citation(citation: Citation) -> str:
    text, lead = citation.document.text, f"[{citation.number}] "
    place = f"{_plain_place(citation)}, {short_source(citation.document.source)}"
    if _is_sentence(citation):
        return lead + place
    before, after = text[citation.sentence_start : citation.start], text[citation.end : citation.sentence_end]
    sentence = _one_line(f"{before}«{citation.quote}»{after}")
    return f"{lead}{sentence}\n{' ' * len(lead)}{place}"


def _plain_place(citation: Citation) -> str:
    title = _one_line(citation.document.title)
    return f"{title}, {citation.document.date}" if citation.document.date else title


def _plain_refusal(answer: Answer) -> str:
    lines = [refusal(answer)]
    if _has_closest(answer):
        lines += ["", CLOSEST]
        for hit in answer.hits[:_SHOWN_CLOSEST]:
            date = f", {hit.date}" if hit.date else ""
            lines += [f"- {_one_line(hit.title)}{date}", f"  {_snippet(hit.passage.text)}"]
    return "\n".join(lines)


def _snippet(text: str) -> str:
    line = _one_line(text)
    return line if len(line) <= _SNIPPET else line[:_SNIPPET].rsplit(" ", 1)[0] + " …"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_sentence(citation: Citation) -> bool:
    # Nobody wants to read it a second time right below the answer.
    return citation.sentence.strip() == citation.quote.strip()


def _searched_otherwise(answer: Answer) -> bool:
    return _one_line(answer.searched_question) != _one_line(answer.question)


def _has_closest(answer: Answer) -> bool:
    return answer.abstained and answer.kind == "not_found" and bool(answer.hits)


# HTML


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 document", "2,067 documents"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def escape(text: str) -> str:
    """Return the text so that HTML and Markdown both show it as it is; safe in an attribute as well."""
    return text.translate(_ENTITIES)


def highlight(text: str, spans: Iterable[Span], numbers: Sequence[int] = ()) -> str:
    """Return the text as escaped HTML, ``<mark>`` around the spans and ``<br>`` at every line end.

    ``spans``: (start, end) in code points of the text, in any order; those that overlap or touch become one,
    and what lies outside the text is left out. Without tags and entities the result is the text again.
    ``numbers``: that of the citation each span belongs to, for its colour; where spans become one, the first's.
    """
    pieces, position = [], 0
    for start, end, number in _merged(spans, numbers, len(text)):
        mark = f'<mark class="{colour(number)}">' if number else "<mark>"
        pieces += [_lines(text[position:start]), mark, _lines(text[start:end]), "</mark>"]
        position = end
    return "".join([*pieces, _lines(text[position:])])


def colour(number: int) -> str:
    """Return the CSS class that says the colour of the citation with this number: ``cb-c1`` to ``cb-c5``."""
    return f"cb-c{(number - 1) % COLOURS + 1}"


def _lines(text: str) -> str:
    # The line end stays behind the tag, so no empty line ever arises: that would end HTML inside Markdown.
    return escape(text).replace("\n", "<br>\n")


def _merged(spans: Iterable[Span], numbers: Sequence[int], length: int) -> list[tuple[int, int, int]]:
    numbered = zip(spans, numbers, strict=True) if numbers else ((span, 0) for span in spans)
    merged: list[tuple[int, int, int]] = []
    for start, end, number in sorted((max(0, span[0]), min(span[1], length), number) for span, number in numbered):
        if start >= end:
            continue
        # Two colours may touch each other, but not overlap.
        if merged and start < merged[-1][1] + (number == merged[-1][2]):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, end, number))
    return merged
