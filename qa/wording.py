"""What is said to people in plain text: refusals, answers with their citations, counts.

Only wording and layout: nothing here searches, reads or decides, and nothing is HTML (see :mod:`qa.markup`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.sources import short_source
from qa.question.dates import spoken_date
from qa.types import Answer, Citation, Kind

EVIDENCE = "I quote rather than answer yes or no. The relevant sentence:"
DISAGREE = "Your documents disagree. Others say:"
CLOSEST = "Closest passages, not an answer:"

# What is said plainly, and what to try instead.
_REFUSALS: Mapping[Kind, tuple[str, str]] = {
    "not_found": ("The documents do not say.", "Try other words, or ask about one thing at a time."),
    "summary": (
        "I do not summarise; I quote passages that answer a question.",
        "Ask for one fact: who, when, where or how many.",
    ),
    "comparison": (
        "I do not compare; I quote passages that answer a question.",
        "Ask about each one separately.",
    ),
    "arithmetic": (
        "I do not calculate or count; I quote passages that answer a question.",
        "Ask for a figure that the documents give.",
    ),
    "greeting": (
        "Hello! I answer questions about your documents with exact quotes.",
        "Ask about something in them, for example “When did it begin?”",
    ),
    "language": ("I understand only English.", "Please ask in English."),
    "empty_library": (
        "This library has no documents yet.",
        "Add some in the page's Library tab or with “qa index FOLDER”, then ask again.",
    ),
}
_SHOWN_CLOSEST = 3
_SNIPPET = 140


def refusal(answer: Answer) -> str:
    """Return in plain words why a refused question got no answer, and what to ask instead."""
    return " ".join(refusal_of(answer.kind))


def refusal_of(kind: Kind) -> tuple[str, str]:
    """Return why such a question gets no answer, and what to try instead."""
    return _REFUSALS.get(kind, _REFUSALS["not_found"])


def old_text(since: str) -> str:
    """Return in words that a text is an old one; ``since``: when its file was last read, in ISO form."""
    return f"from the text of {spoken_date(since[:10])}; the file could not be read since"


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


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 document", "2,067 documents"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
