"""Example questions come from the library at hand, are answered by it, and wait with what people ask."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.examples import Examples
from qa.page.jobs import Queue
from qa.page.session import Desk
from qa.reader.copy_reader import CopyReader

BAKERY = "Marta Lind opened the Red Mill bakery on 4 May 1998 in Velden."
PATIENCE = 30.0


@pytest.fixture
def desk(library: Library, reader: CopyReader) -> Desk:
    """A desk that answers one question at a time."""
    desk = Desk(Assistant(library, reader=reader))
    desk.queue = Queue(at_once=1, waiting=1)
    return desk


def test_the_sample_corpus_has_three_that_are_answered(sample_assistant: Assistant) -> None:
    questions = Examples().of(Desk(sample_assistant))
    assert len(questions) == 3
    answers = [sample_assistant.ask(question) for question in questions]
    assert all(not answer.abstained for answer in answers)
    assert len({answer.citations[0].document.id for answer in answers}) == 3, "from three documents"


def test_they_follow_the_documents(library: Library, desk: Desk) -> None:
    examples = Examples()
    assert examples.of(desk) == []
    library.add(text=BAKERY, title="The bakery")
    (question,) = examples.of(desk)
    assert "Red Mill" in question
    assert examples.of(desk) is examples.of(desk), "not asked again"
    library.remove("The bakery")
    assert examples.of(desk) == []


class Gate:
    """A question of somebody else's that is being answered until the gate opens."""

    def __init__(self, desk: Desk, question: str) -> None:
        self._begun, self.open = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=desk.queue.answer, args=(lambda stage: self._ask(desk, question),))
        self._thread.start()
        assert self._begun.wait(PATIENCE)

    def _ask(self, desk: Desk, question: str) -> Any:
        self._begun.set()
        assert self.open.wait(PATIENCE)
        return desk.assistant.ask(question)

    def close(self) -> None:
        self.open.set()
        self._thread.join(PATIENCE)


def test_they_wait_behind_what_people_ask(library: Library, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add(text=BAKERY, title="The bakery")
    asked: list[str] = []
    read = desk.assistant.reader.read

    def noted(question: str, *given: Any, **options: Any) -> Any:
        asked.append(question)
        return read(question, *given, **options)

    monkeypatch.setattr(desk.assistant.reader, "read", noted)
    gate = Gate(desk, "Who opened the Red Mill bakery?")
    shown: list[list[str]] = []
    examples = threading.Thread(target=lambda: shown.append(Examples().of(desk)))
    examples.start()
    examples.join(3)
    try:
        assert examples.is_alive() and not asked, "the only worker is taken"
    finally:
        gate.close()
    examples.join(PATIENCE)
    assert asked[0] == "Who opened the Red Mill bakery?"
    assert len(shown[0]) == 1


def test_where_too_many_ask_there_are_none_and_they_are_found_the_next_time(library: Library, desk: Desk) -> None:
    library.add(text=BAKERY, title="The bakery")
    desk.queue = Queue(at_once=1, waiting=0)
    examples = Examples()
    gate = Gate(desk, "Who opened the Red Mill bakery?")
    try:
        assert examples.of(desk) == []
    finally:
        gate.close()
    assert len(examples.of(desk)) == 1


def test_while_some_are_looked_for_known_ones_are_shown(
    library: Library, desk: Desk, sample_assistant: Assistant
) -> None:
    examples, other = Examples(), Desk(sample_assistant)
    known = examples.of(other)
    library.add(text=BAKERY, title="The bakery")
    gate = Gate(desk, "Who opened the Red Mill bakery?")
    looking = threading.Thread(target=examples.of, args=(desk,))
    looking.start()
    looking.join(2)
    shown: list[list[str]] = []
    showing = threading.Thread(target=lambda: shown.append(examples.of(other)), daemon=True)
    showing.start()
    showing.join(5)
    try:
        assert looking.is_alive() and shown == [known], "nobody waits for another library's"
    finally:
        gate.close()
        looking.join(PATIENCE)
