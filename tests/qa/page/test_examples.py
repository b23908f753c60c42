"""Example questions come from the library at hand, are answered by it, and wait with what people ask."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.examples import Examples
from qa.page.jobs import Queue
from qa.page.session import Session
from qa.question.query import Query
from qa.reader.copy_reader import CopyReader

BAKERY = "Marta Lind opened the Red Mill bakery on 4 May 1998 in Velden."
PATIENCE = 30.0


@pytest.fixture
def session(library: Library, reader: CopyReader) -> Session:
    """A session that answers one question at a time."""
    session = Session(Assistant(library, reader=reader))
    session.queue = Queue(at_once=1, waiting=1)
    return session


@pytest.mark.slow
def test_the_sample_corpus_has_three_that_are_answered(sample_assistant: Assistant) -> None:
    questions = Examples().of(Session(sample_assistant))
    assert len(questions) == 3
    answers = [sample_assistant.ask(question) for question in questions]
    assert all(not answer.abstained for answer in answers)
    assert len({answer.citations[0].document.id for answer in answers}) == 3, "from three documents"


def test_they_follow_the_documents(library: Library, session: Session) -> None:
    examples = Examples()
    assert examples.of(session) == []
    library.add(text=BAKERY, title="The bakery")
    (question,) = examples.of(session)
    assert "Red Mill" in question
    assert examples.of(session) is examples.of(session), "not asked again"
    library.remove("The bakery")
    assert examples.of(session) == []


class Gate:
    """A question of somebody else's that is being answered until the gate opens."""

    def __init__(self, session: Session, question: str) -> None:
        self._begun, self.open = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=session.queue.answer, args=(lambda stage: self._ask(session, question),))
        self._thread.start()
        assert self._begun.wait(PATIENCE)

    def _ask(self, session: Session, question: str) -> Any:
        self._begun.set()
        assert self.open.wait(PATIENCE)
        return session.assistant.ask(question)

    def close(self) -> None:
        self.open.set()
        self._thread.join(PATIENCE)


def test_they_wait_behind_what_people_ask(library: Library, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add(text=BAKERY, title="The bakery")
    asked: list[str] = []
    read = session.assistant.reader.read

    def noted(query: Query, *given: Any, **options: Any) -> Any:
        asked.append(query.asked)
        return read(query, *given, **options)

    monkeypatch.setattr(session.assistant.reader, "read", noted)
    gate = Gate(session, "Who opened the Red Mill bakery?")
    shown: list[list[str]] = []
    examples = threading.Thread(target=lambda: shown.append(Examples().of(session)))
    examples.start()
    examples.join(3)
    try:
        assert examples.is_alive() and not asked, "the only worker is taken"
    finally:
        gate.close()
    examples.join(PATIENCE)
    assert asked[0] == "Who opened the Red Mill bakery?"
    assert len(shown[0]) == 1


def test_where_too_many_ask_there_are_none_and_they_are_found_the_next_time(library: Library, session: Session) -> None:
    library.add(text=BAKERY, title="The bakery")
    session.queue = Queue(at_once=1, waiting=0)
    examples = Examples()
    gate = Gate(session, "Who opened the Red Mill bakery?")
    try:
        assert examples.of(session) == []
    finally:
        gate.close()
    assert len(examples.of(session)) == 1


def test_while_some_are_looked_for_known_ones_are_shown(
    library: Library, session: Session, sample_assistant: Assistant
) -> None:
    examples, other = Examples(), Session(sample_assistant)
    known = examples.of(other)
    library.add(text=BAKERY, title="The bakery")
    gate = Gate(session, "Who opened the Red Mill bakery?")
    looking = threading.Thread(target=examples.of, args=(session,))
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
