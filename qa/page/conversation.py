"""What was asked and answered, as the browser keeps it: plain data that goes to JSON and comes back checked.

What comes back from a browser is not trusted: an exchange that has not the right shape is dropped, its neighbours are
not, and all of it is escaped again when it is shown.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard, get_args

from qa.question.followup import history_of
from qa.types import Answer, Certainty, Citation, Hit, Kind, Turn
from qa.wording import old_texts

Verdict = Literal["", "up", "down"]

KEPT_EXCHANGES = 60
KEPT_CONVERSATIONS = 20
LONGEST_KEPT = 2000  # characters of a question
LONGEST_ID = 40
_CLOSEST = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A cited span: ``document.text[start:end]``, with the sentence around it. ``number`` is 0 where nothing is cited.

    Where nothing is cited, the span is a whole passage: one of the closest, which are no answer.
    """

    number: int
    document: str
    title: str
    date: str
    source: str
    start: int
    end: int
    quote: str
    sentence: str = ""
    sentence_start: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with what became of it. ``problem`` is the sentence that says why it could not be asked.

    ``old`` is the sentence that says which of its sources are texts whose files could not be read since.
    """

    question: str
    searched: str = ""
    text: str = ""
    kind: Kind = "span"
    confidence: float = 0.0
    certainty: Certainty = ""
    citations: tuple[Source, ...] = ()
    also: tuple[Source, ...] = ()
    disagreeing: tuple[Source, ...] = ()
    closest: tuple[Source, ...] = ()
    where: str = ""
    old: str = ""
    problem: str = ""
    verdict: Verdict = ""

    @property
    def cited(self) -> tuple[Source, ...]:
        """Everything with a number, in the order of the numbers."""
        return (*self.citations, *self.also, *self.disagreeing)

    @property
    def abstained(self) -> bool:
        """Whether it was asked and not answered."""
        return not self.citations and not self.problem


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges that follow each other, oldest first.

    ``turns`` is the name under which browsers and exported files hold them, so it stays.
    """

    id: str
    turns: tuple[Exchange, ...] = ()

    @property
    def title(self) -> str:
        """The first question, short."""
        first = (" ".join(self.turns[0].question.split()) if self.turns else "") or "New conversation"
        return first if len(first) <= 60 else first[:57].rstrip() + " …"

    def history(self, before: int | None = None) -> list[Turn]:
        """Return what a follow-up is asked with; ``before``: the one with this number, from 0 (the next, if left out).

        What could not be asked at all is left out.
        """
        return history_of(exchange for exchange in self.turns[:before] if not exchange.problem)

    def with_exchange(self, exchange: Exchange) -> Conversation:
        """Return the conversation with one exchange more; the oldest go where there are too many."""
        return dataclasses.replace(self, turns=(*self.turns, exchange)[-KEPT_EXCHANGES:])

    def without_last(self) -> Conversation:
        """Return the conversation without its last exchange."""
        return dataclasses.replace(self, turns=self.turns[:-1])

    def judged(self, number: int, verdict: Verdict) -> Conversation:
        """Return the conversation with a verdict on the exchange with this number, from 0."""
        exchanges = list(self.turns)
        exchanges[number] = dataclasses.replace(exchanges[number], verdict=verdict)
        return dataclasses.replace(self, turns=tuple(exchanges))


def new_conversation() -> Conversation:
    """Return an empty conversation with an id of its own."""
    return Conversation(secrets.token_hex(6))


def exchange_of(question: str, answer: Answer, where: str = "") -> Exchange:
    """Return what the page keeps of an answer; ``where`` says in words what the search was narrowed to."""
    return Exchange(
        question=question,
        searched=answer.searched_question,
        text=answer.text,
        kind=answer.kind,
        confidence=round(answer.confidence, 4),
        certainty=answer.certainty,
        citations=tuple(map(_cited, answer.citations)),
        also=tuple(map(_cited, answer.also)),
        disagreeing=tuple(map(_cited, answer.disagreeing)),
        closest=tuple(map(_closest, answer.hits[:_CLOSEST])) if answer.abstained else (),
        where=where,
        old=old_texts((*answer.citations, *answer.also, *answer.disagreeing)),
    )


def _cited(citation: Citation) -> Source:
    document = citation.document
    return Source(
        citation.number,
        document.id,
        document.title,
        document.date,
        document.source,
        citation.start,
        citation.end,
        citation.quote,
        citation.sentence,
        citation.sentence_start,
    )


def _closest(hit: Hit) -> Source:
    passage = hit.passage
    return Source(0, passage.document_id, hit.title, hit.date, hit.source, passage.start, passage.end, passage.text)


# To JSON and back


def keep(conversation: Conversation, kept: Sequence[Conversation]) -> list[Conversation]:
    """Return the conversations with this one first, in place of its older self; empty ones are not kept."""
    others = [other for other in kept if other.id != conversation.id and other.turns]
    return [conversation, *others][:KEPT_CONVERSATIONS]


def to_json(kept: Sequence[Conversation], asked: str = "") -> dict[str, Any]:
    """Return the conversations as JSON values, for the browser to keep; the first is the one that is open.

    ``asked``: a question whose answer is still being looked for, to be asked again if the server stops meanwhile.
    """
    rows = [dataclasses.asdict(conversation, dict_factory=_row) for conversation in kept]
    return {"version": 1, "conversations": rows, "asked": asked[:LONGEST_KEPT]}


def _row(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a record as JSON has it, which knows no tuples: what is written can be read without a browser between."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields}


def unanswered(value: Any) -> str:
    """Return the question that was being asked when the browser last kept something, "" where there is none."""
    asked = value.get("asked") if isinstance(value, dict) else None
    return asked[:LONGEST_KEPT] if _is_text(asked) else ""


def from_json(value: Any) -> list[Conversation]:
    """Return the conversations that the browser kept; at least one, new where there is none that can be read.

    A conversation whose id cannot be used, or stands twice, gets another one: :func:`keep` tells them apart by it.
    """
    rows = value.get("conversations") if isinstance(value, dict) and value.get("version") == 1 else None
    found: dict[str, Conversation] = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and isinstance(row.get("turns"), list):
            exchanges = [exchange for item in row["turns"] if (exchange := _exchange(item)) is not None]
            said = row["id"][:LONGEST_ID] if _is_text(row.get("id")) else ""
            # The same at every reading, for the list on the page names it too.
            name = next(name for name in (said, *(f"{said}~{n}" for n in range(1, 99))) if name and name not in found)
            found[name] = Conversation(name, tuple(exchanges[-KEPT_EXCHANGES:]))
        if len(found) == KEPT_CONVERSATIONS:
            break
    return list(found.values()) or [new_conversation()]


_SOURCES = ("citations", "also", "disagreeing", "closest")


def _exchange(row: Any) -> Exchange | None:
    if not isinstance(row, dict):
        return None
    values = {name: row[name] for name in Exchange.__dataclass_fields__ if name in row}
    for name in _SOURCES:
        raw = values.get(name, [])
        sources = [_source(item) for item in raw] if isinstance(raw, list) else [None]
        # Without one of them it would be another answer.
        if None in sources:
            return None
        values[name] = tuple(sources)
    strings = ("question", "searched", "text", "where", "old", "problem")
    right = (
        "question" in values
        and all(_is_text(values.get(name, "")) for name in strings)
        and values.get("kind", "span") in get_args(Kind)
        and values.get("certainty", "") in get_args(Certainty)
        and values.get("verdict", "") in get_args(Verdict)
        and isinstance(values.get("confidence", 0.0), int | float)
        and 0 <= values.get("confidence", 0.0) <= 1
    )
    return Exchange(**values) if right else None


_COUNTS = ("number", "start", "end", "sentence_start")
_NEEDED = {field.name for field in dataclasses.fields(Source) if field.default is dataclasses.MISSING}


def _source(row: Any) -> Source | None:
    if not isinstance(row, dict) or not set(row) >= _NEEDED:
        return None
    values = {name: row[name] for name in Source.__dataclass_fields__ if name in row}
    right = all(_is_count(value) if name in _COUNTS else _is_text(value) for name, value in values.items())
    return Source(**values) if right and values["start"] <= values["end"] else None


def _is_text(value: Any) -> TypeGuard[str]:
    # A lone surrogate, which JSON can hold, can be neither looked up nor sent back.
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
