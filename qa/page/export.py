"""A conversation as a file: Markdown to read, JSON for programs, both with every citation."""

from __future__ import annotations

import dataclasses
import json
import re

from qa.page.conversation import Conversation, Exchange, Source
from qa.wording import refusal_of


def to_markdown(conversation: Conversation) -> str:
    """Return the conversation as Markdown: questions as headings, answers with their sentences and places."""
    parts = [f"# {_plain(conversation.title)}", *map(_exchange, conversation.turns)]
    return "\n\n".join(parts) + "\n"


def to_json(conversation: Conversation) -> str:
    """Return the conversation as indented JSON; offsets are code points of the documents' texts."""
    return json.dumps(dataclasses.asdict(conversation), ensure_ascii=False, indent=2) + "\n"


def _exchange(exchange: Exchange) -> str:
    parts = [f"## {_plain(exchange.question)}"]
    if exchange.searched and exchange.searched.split() != exchange.question.split():
        parts.append(f"Searched for: {_plain(exchange.searched)}")
    if exchange.problem:
        return "\n\n".join([*parts, _plain(exchange.problem)])
    if exchange.abstained:
        return "\n\n".join([*parts, " ".join(refusal_of(exchange.kind))])
    parts.append("; ".join(f"**{_plain(source.quote)}** [{source.number}]" for source in exchange.citations))
    if exchange.disagreeing:
        parts.append("Other documents say:")
        parts.append("; ".join(f"**{_plain(source.quote)}** [{source.number}]" for source in exchange.disagreeing))
    parts.append("\n".join(f"- [{source.number}] {_place(source)}" for source in exchange.cited))
    if exchange.old:
        parts.append(_plain(exchange.old))
    if exchange.certainty:
        parts.append(f"Confidence: {exchange.certainty} ({exchange.confidence:.2f})")
    return "\n\n".join(parts)


def _place(source: Source) -> str:
    date = f", {_plain(source.date)}" if source.date else ""
    where = f"{_plain(source.title)}{date}; {_plain(source.source)}, characters {source.start} to {source.end}"
    return f"“{_plain(source.sentence)}” ({where})"


def _plain(text: str) -> str:
    """Return the text on one line, so that no mark in it means anything in Markdown."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", " ".join(text.split()))
    # At its beginning these would make it a list, or a line across the page.
    return re.sub(r"^(\d+(?=[.)])|(?=[-+]))", r"\1\\", escaped)
