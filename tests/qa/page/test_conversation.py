"""What the browser keeps of a conversation comes back as it was, and nothing that it made up does any harm."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from corpus.types import Passage, make_document
from qa.page import export
from qa.page.conversation import (
    KEPT_CONVERSATIONS,
    KEPT_EXCHANGES,
    LONGEST_ID,
    LONGEST_KEPT,
    Conversation,
    Exchange,
    Source,
    Verdict,
    exchange_of,
    from_json,
    keep,
    new_conversation,
    to_json,
    unanswered,
)
from qa.page.html.chat import conversation_html
from qa.types import Answer, Certainty, Citation, Hit, Kind
from tests.ui.pages import HOSTILE, Markup, exchange, source

FULL = Conversation(
    "a1b2c3",
    (
        exchange(source(1), source(2, "115"), kind="list", where="“The fair”", also=(source(3),), verdict="up"),
        exchange(source(1), disagreeing=(source(2, "three million"),), old="From the text of 3 May 2026; the file …"),
        exchange(kind="not_found", certainty="", confidence=0.1, closest=(source(0),)),
        Exchange(HOSTILE, problem="The question is empty."),
    ),
)
OTHER = Conversation("d4e5f6", (exchange(source(1, "Ünïcödé \U0001f600")),))
VALID = json.loads(json.dumps(to_json([FULL, OTHER])))

NUMBERS = st.integers() | st.floats() | st.just(10**400)
STRINGS = st.text() | st.sampled_from(["\ud800", "span", HOSTILE])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("turns"), inner, max_size=4),
    max_leaves=12,
)


def usable(conversations: list[Conversation]) -> None:
    """Fail where something came through that cannot be shown, exported or sent back to the browser."""
    assert 1 <= len(conversations) <= KEPT_CONVERSATIONS
    for conversation in conversations:
        Markup(conversation_html(conversation)).check_harmless()
        assert export.to_markdown(conversation).encode()
        assert len(conversation.turns) <= KEPT_EXCHANGES
        assert 1 <= len(conversation.title) <= 60
    sent = json.dumps(to_json(conversations), ensure_ascii=False, allow_nan=False).encode()
    assert from_json(json.loads(sent)) == conversations


TEXTS = st.text(max_size=12)
COUNTS = st.integers(0, 2**53 - 1)
SOURCES = st.builds(
    lambda source, span: replace(source, start=min(span), end=max(span)),
    st.builds(Source, COUNTS, TEXTS, TEXTS, TEXTS, TEXTS, COUNTS, COUNTS, TEXTS, TEXTS, COUNTS),
    st.tuples(COUNTS, COUNTS),
)
SIDES = st.lists(SOURCES, max_size=2).map(tuple)
TURNS = st.builds(
    Exchange,
    *(TEXTS, TEXTS, TEXTS, st.sampled_from(get_args(Kind)), st.floats(0, 1), st.sampled_from(get_args(Certainty))),
    *(SIDES, SIDES, SIDES, SIDES, TEXTS, TEXTS, TEXTS, st.sampled_from(get_args(Verdict))),
)
# Ids as the page makes them, and any others.
IDS = st.from_regex("[0-9a-f]{12}", fullmatch=True) | st.text(min_size=1, max_size=LONGEST_ID)
CONVERSATIONS = st.lists(
    st.builds(Conversation, IDS, st.lists(TURNS, max_size=3).map(tuple)),
    min_size=1,
    max_size=3,
    unique_by=lambda conversation: conversation.id,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONVERSATIONS, st.text(max_size=LONGEST_KEPT))
@example([FULL, OTHER], "Who?")
def test_whole_conversations_come_back_as_they_were(kept: list[Conversation], asked: str) -> None:
    written = to_json(kept, asked)
    assert from_json(written) == kept, "without a browser between"
    assert unanswered(written) == asked
    sent = json.loads(json.dumps(written))
    assert sent == written, "what is written is JSON already"
    assert from_json(sent) == kept


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONVERSATIONS, st.data())
def test_a_damaged_turn_loses_itself_and_no_neighbour(kept: list[Conversation], data: st.DataObject) -> None:
    filled = [number for number, conversation in enumerate(kept) if conversation.turns]
    assume(filled)
    place = data.draw(st.sampled_from(filled))
    turns = kept[place].turns
    number = data.draw(st.integers(0, len(turns) - 1))
    written = to_json(kept)
    name = data.draw(st.sampled_from(sorted(Exchange.__dataclass_fields__)))
    rubbish = data.draw(st.sampled_from([None, {"a": 1}, [7], -1, "half a pair \ud83d"]))
    written["conversations"][place]["turns"][number][name] = rubbish
    left = Conversation(kept[place].id, (*turns[:number], *turns[number + 1 :]))
    assert from_json(written) == [*kept[:place], left, *kept[place + 1 :]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONVERSATIONS, st.data(), JSON.filter(lambda value: not isinstance(value, dict)))
def test_a_damaged_conversation_loses_itself_and_no_neighbour(
    kept: list[Conversation], data: st.DataObject, rubbish: Any
) -> None:
    place = data.draw(st.integers(0, len(kept)))
    written = to_json(kept)
    written["conversations"].insert(place, data.draw(st.sampled_from([rubbish, {}, {"id": "a", "turns": {}}])))
    assert from_json(written) == kept


@pytest.mark.parametrize("name", [None, 7, "", "half a pair \ud83d", OTHER.id, OTHER.id + "~1"], ids=ascii)
def test_an_id_that_is_damaged_or_another_ones_loses_no_turn(name: Any) -> None:
    written = to_json([OTHER, FULL, Conversation("e5", (Exchange("Why?"),))])
    written["conversations"][1]["id"] = name
    read = from_json(written)
    assert [conversation.turns for conversation in read] == [OTHER.turns, FULL.turns, (Exchange("Why?"),)]
    assert read == from_json(written), "it can be chosen from the list on the page"
    assert len({conversation.id for conversation in read}) == 3
    assert {c.id: c for c in keep(read[1], read)} == {c.id: c for c in read}, "asking in one drops no other"


def test_an_unanswered_question_that_cannot_be_sent_back_is_dropped() -> None:
    assert unanswered({"asked": "half a pair \ud83d"}) == unanswered({"asked": ["a"]}) == ""


def test_conversations_that_earlier_pages_kept_still_open() -> None:
    # Written by the page's first version, and by the one of 0.1.0 before this test.
    lines = Path(__file__).with_name("kept_conversations.jsonl").read_text(encoding="utf-8").splitlines()
    earliest, latest = map(json.loads, lines)
    # Neither knew of texts whose files could not be read since.
    full = replace(FULL, turns=tuple(replace(kept, old="") for kept in FULL.turns))
    assert from_json(earliest) == [full, OTHER]
    assert from_json(latest) == [full, OTHER]
    assert unanswered(latest) == "Who?"


def test_a_source_of_a_later_page_is_read_without_what_is_new() -> None:
    written = to_json([OTHER])
    (cited,) = written["conversations"][0]["turns"][0]["citations"]
    cited["colour"] = "red"
    assert from_json(written) == [OTHER]
    del cited["sentence"]
    (read,) = from_json(written)
    assert read.turns[0].citations == (replace(OTHER.turns[0].citations[0], sentence=""),)


@settings(max_examples=150, deadline=None)
@given(JSON)
@example({"version": 1, "conversations": [{"id": "a", "turns": [{"question": "q", "certainty": "sure"}]}]})
@example({"version": 1, "conversations": [{"id": "\ud800", "turns": []}]})
def test_whatever_a_browser_sends_can_be_shown(value: Any) -> None:
    usable(from_json(value))
    usable(from_json({"version": 1, "conversations": value}))
    usable(from_json({"version": 1, "conversations": [{"id": "a", "turns": value}, {"id": "b", "turns": [value]}]}))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


PLACES = places(VALID)[1:]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), JSON | st.just(...))
def test_what_is_tampered_with_can_be_shown_or_is_dropped(place: tuple[Any, ...], value: Any) -> None:
    tampered = copy.deepcopy(VALID)
    inner = tampered
    for key in place[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    usable(from_json(tampered))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("question", None),
        ("question", "half a pair \ud83d"),
        ("searched", ["a"]),
        ("kind", "poem"),
        ("certainty", "certain"),
        ("verdict", "sideways"),
        ("confidence", "0.9"),
        ("confidence", float("nan")),
        pytest.param("confidence", 10**400, id="confidence-huge"),
        ("citations", {"number": 1}),
        ("citations", [None]),
        ("citations", [{"number": 1}]),
        ("also", [{**VALID["conversations"][1]["turns"][0]["citations"][0], "start": -1}]),
        ("also", [{**VALID["conversations"][1]["turns"][0]["citations"][0], "start": 10**9}]),
        ("also", [{**VALID["conversations"][1]["turns"][0]["citations"][0], "number": True}]),
        ("also", [{**VALID["conversations"][1]["turns"][0]["citations"][0], "title": 7}]),
        ("also", [{"number": 1, "start": 0, "end": 1}]),
        pytest.param("also", (VALID["conversations"][1]["turns"][0]["citations"][0],), id="also-no-json"),
    ],
)
def test_one_wrong_turn_goes_and_the_others_stay(name: str, value: Any) -> None:
    tampered = copy.deepcopy(VALID)
    tampered["conversations"][0]["turns"][1][name] = value
    first, second = from_json(tampered)
    assert first.turns == (FULL.turns[0], *FULL.turns[2:])
    assert second == OTHER


@pytest.mark.parametrize("value", [None, "", [], {}, {"version": 2, "conversations": VALID["conversations"]}])
def test_where_nothing_can_be_read_a_new_conversation_begins(value: Any) -> None:
    (conversation,) = from_json(value)
    assert conversation.turns == () and conversation.id
    assert conversation.title == "New conversation"


def test_a_later_field_is_not_asked_of_older_turns_and_unknown_ones_are_passed_over() -> None:
    rows = {"version": 1, "conversations": [{"id": "a", "turns": [{"question": "Who?", "colour": "red"}]}]}
    assert from_json(rows) == [Conversation("a", (Exchange("Who?"),))]


def test_the_newest_turns_and_conversations_are_kept() -> None:
    conversation = new_conversation()
    for number in range(KEPT_EXCHANGES + 5):
        conversation = conversation.with_exchange(Exchange(f"{number}?"))
    assert [t.question for t in conversation.turns] == [f"{n}?" for n in range(5, KEPT_EXCHANGES + 5)]
    kept: list[Conversation] = []
    for number in range(KEPT_CONVERSATIONS + 5):
        kept = keep(Conversation(str(number), (Exchange("Who?"),)), kept)
    assert [c.id for c in kept] == [str(n) for n in range(KEPT_CONVERSATIONS + 4, 4, -1)]
    too_many = [{"id": str(n), "turns": [{"question": f"{t}?"} for t in range(100)]} for n in range(50)]
    read = from_json({"version": 1, "conversations": too_many})
    assert [c.id for c in read] == [str(n) for n in range(KEPT_CONVERSATIONS)]
    assert [t.question for t in read[0].turns] == [f"{n}?" for n in range(100 - KEPT_EXCHANGES, 100)]


def test_keeping_replaces_the_older_self_and_leaves_empty_ones_out() -> None:
    more = FULL.with_exchange(Exchange("And then?"))
    assert keep(more, [new_conversation(), OTHER, FULL]) == [more, OTHER]


def test_a_conversation_is_changed_only_where_it_is_said() -> None:
    judged = FULL.judged(1, "down")
    assert judged.turns == (FULL.turns[0], replace(FULL.turns[1], verdict="down"), *FULL.turns[2:])
    assert FULL.without_last().turns == FULL.turns[:-1]
    assert FULL.history() == [(t.question, t.text) for t in FULL.turns[:3]], "no problems"
    assert FULL.history(1) == [(t.question, t.text) for t in FULL.turns[:1]]
    assert Conversation("a", (Exchange("word " * 40),)).title.endswith(" …")


TEXT = "The fair opened in June. About four million guests came from 115 countries."
DOCUMENT = make_document("/notes/fair.md", "The fair", "2017-09-12", TEXT)
PASSAGE = Passage(7, DOCUMENT.id, 0, len(TEXT), TEXT)


def answer(*quotes: str, **other: Any) -> Answer:
    citations = [
        Citation(number, DOCUMENT, PASSAGE, TEXT.index(quote), TEXT.index(quote) + len(quote), 25, len(TEXT))
        for number, quote in enumerate(quotes, 1)
    ]
    return Answer(
        **{
            "question": "How many came?",
            "searched_question": "How many came to the fair?",
            "text": "; ".join(quotes),
            "citations": tuple(citations),
            "also": (),
            "hits": (Hit(PASSAGE, "The fair", "2017-09-12", "/notes/fair.md", 1.0, 1),) * 5,
            "confidence": 0.912345,
            "abstained": not quotes,
            **other,
        }
    )


def test_a_turn_keeps_what_the_page_shows_of_an_answer() -> None:
    also = replace(answer("115").citations[0], number=2)
    kept = exchange_of("How many?", answer("four million", also=(also,), certainty="sure"), "“The fair”")
    (cited,) = kept.citations
    assert (kept.question, kept.searched, kept.text) == ("How many?", "How many came to the fair?", "four million")
    assert (kept.kind, kept.certainty, kept.confidence, kept.where) == ("span", "sure", 0.9123, "“The fair”")
    assert TEXT[cited.start : cited.end] == cited.quote == "four million"
    assert TEXT[cited.sentence_start :] == cited.sentence
    assert (cited.number, cited.document, cited.title) == (1, DOCUMENT.id, "The fair")
    assert (cited.date, cited.source) == ("2017-09-12", "/notes/fair.md")
    assert [s.number for s in kept.cited] == [1, 2]
    assert not kept.closest and not kept.abstained, "an answer has no closest passages"


def test_a_turn_keeps_every_span_of_a_list() -> None:
    kept = exchange_of("List all.", answer("four million", "115", kind="list"))
    assert [(s.number, s.quote) for s in kept.citations] == [(1, "four million"), (2, "115")]
    assert kept.kind == "list"


def test_a_turn_keeps_three_of_the_closest_passages_of_a_refusal() -> None:
    kept = exchange_of("Who?", answer(kind="not_found"))
    assert kept.abstained and kept.kind == "not_found" and not kept.cited
    assert len(kept.closest) == 3
    assert (kept.closest[0].number, kept.closest[0].quote) == (0, TEXT)
    assert (kept.closest[0].start, kept.closest[0].end, kept.closest[0].document) == (0, len(TEXT), DOCUMENT.id)
