"""What the buttons of the chat do to the conversations that a browser keeps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import gradio as gr
import pytest

from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.conversation import Conversation, Exchange, from_json, to_json, unanswered
from qa.page.session import Session
from qa.page.tabs.ask import _Handlers
from qa.reader.copy_reader import CopyReader
from tests.ui.pages import Markup

FIRST, SECOND = "When does the lease end?", "Who has the key?"
KEPT = [
    Conversation("a1b2c3", (Exchange(FIRST, text="May 2027"), Exchange(SECOND, text="Ida"))),
    Conversation("d4e5f6", (Exchange("What is the rent?", text="900 euros"),)),
]
MEMORY = to_json(KEPT)


@pytest.fixture
def chat(library: Library, reader: CopyReader) -> _Handlers:
    library.add(text="The lease ends in May 2027. Ida has the key.", title="Lease")
    return _Handlers(Session(Assistant(library, reader=reader)))


def asked(updates: list[Any]) -> list[list[str]]:
    """Return the questions of the conversations that the browser is told to keep."""
    return [[exchange.question for exchange in conversation.turns] for conversation in from_json(updates[-1])]


def last(updates: Iterable[list[Any]]) -> list[Any]:
    return list(updates)[-1]


def test_undo_puts_the_question_back_into_the_box(chat: _Handlers) -> None:
    updates = chat.undo(MEMORY)
    assert updates[0]["value"] == SECOND
    assert asked(updates) == [[FIRST], ["What is the rent?"]]
    assert [e.text for e in Markup(updates[2]).of(name="cb-asked")] == [FIRST]


def test_nothing_to_undo_or_to_ask_again_does_no_harm(chat: _Handlers) -> None:
    assert chat.undo(None)[0]["value"] == ""
    assert list(chat.retry(None, None, [], "", "")) == [[gr.skip()] * 6]


def test_a_new_conversation_keeps_the_others_and_is_made_once(chat: _Handlers) -> None:
    updates = chat.new(MEMORY)
    assert asked(updates) == [[], [FIRST, SECOND], ["What is the rent?"]]
    assert asked(chat.new(updates[-1])) == asked(updates)


def test_clear_empties_only_the_one_in_front(chat: _Handlers) -> None:
    assert asked(chat.clear(MEMORY)) == [[], ["What is the rent?"]]


def test_one_that_is_taken_up_comes_to_the_front(chat: _Handlers) -> None:
    updates = chat.take_up("d4e5f6", MEMORY)
    assert asked(updates) == [["What is the rent?"], [FIRST, SECOND]]
    assert [e.text for e in Markup(updates[2]).of(name="cb-asked")] == ["What is the rent?"]
    assert asked(chat.take_up("of another browser", MEMORY)) == [[FIRST, SECOND], ["What is the rent?"]]


def test_retry_asks_the_last_question_again_and_leaves_the_rest(chat: _Handlers) -> None:
    updates = last(chat.retry(MEMORY, None, [], "", ""))
    assert asked(updates) == [[FIRST, SECOND], ["What is the rent?"]]
    assert from_json(updates[-1])[0].turns[1].citations, "the answer is a new one"


def test_what_cannot_be_asked_stays_in_the_box(chat: _Handlers) -> None:
    updates = last(chat.ask("?!", MEMORY, None, [], "", ""))
    assert updates[0]["value"] == "?!"
    assert "has no words" in from_json(updates[-1])[0].turns[-1].problem


def test_a_stopped_question_can_be_mended_and_gets_no_answer(chat: _Handlers) -> None:
    running = chat.ask("Who has the car?", MEMORY, None, [], "", "")
    memory = next(running)[-1]
    assert unanswered(memory) == "Who has the car?"
    assert chat.remembered(memory)[0]["value"] == "Who has the car?", "also where the server was lost"
    running.close()  # type: ignore[attr-defined]
    updates = chat.stopped(memory)
    assert updates[0]["value"] == "Who has the car?"
    assert asked(updates)[0] == [FIRST, SECOND] and not unanswered(updates[-1])


@pytest.mark.parametrize(("kind", "mime"), [("md", "text/markdown"), ("json", "application/json")])
def test_what_is_exported_is_the_conversation_in_front(chat: _Handlers, kind: str, mime: str) -> None:
    file = json.loads(chat.save(MEMORY, kind))
    assert (file["name"], file["type"]) == (f"citebound-a1b2c3.{kind}", mime)
    assert FIRST in file["text"] and SECOND in file["text"] and "rent" not in file["text"]
