"""Asking in the background: stages in order, a bounded queue, and no place lost whatever happens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from corpus.errors import LibraryError
from qa.page.jobs import BUSY, BusyError, Job, OnStage, Queue, Stopped, problem_of
from qa.question.intent import QuestionError
from qa.types import Answer

ANSWER = Answer("Who?", "Who?", "", (), (), (), 0.0, True, "not_found")
PATIENCE = 10.0


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Keeps questions from being answered until it is opened; it opens at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def at_once(_: OnStage) -> Answer:
    return ANSWER


def behind(gate: threading.Event) -> Job:
    def ask(stage: OnStage) -> Answer:
        stage("searching")
        assert gate.wait(PATIENCE)
        return ANSWER

    return ask


def begun(queue: Queue, ask: Job) -> Iterator[Any]:
    """Return a question's iterator once its job has begun."""
    job = queue.run(ask)
    while (said := next(job)) != "Searching your documents …":
        assert said == "Waiting for other questions to finish …"
    return job


def answered(queue: Queue) -> bool:
    try:
        return list(queue.run(at_once))[-1] is ANSWER
    except BusyError:
        return False


def eventually(check: Callable[[], bool]) -> bool:
    """Whether something becomes true soon: places come back in the thread that worked."""
    end = time.monotonic() + PATIENCE
    while not (true := check()) and time.monotonic() < end:
        time.sleep(0.01)
    return true


def all_free(queue: Queue, places: int) -> bool:
    """Whether as many questions as there are places can be in the queue at once, and not one more."""
    gate = threading.Event()
    jobs = [queue.run(behind(gate)) for _ in range(places)]
    try:
        for job in jobs:
            next(job)
        with pytest.raises(BusyError):
            next(queue.run(at_once))
    except BusyError:
        return False
    finally:
        gate.set()
        for job in jobs:
            with suppress(BusyError):
                list(job)
    return True


def test_stages_come_in_order_and_the_answer_last() -> None:
    def ask(stage: OnStage) -> Answer:
        for name in ("searching", "reading", "citing", "something new"):
            stage(name)
        return ANSWER

    said = [word for word in Queue().run(ask) if word != "Waiting for other questions to finish …"]
    assert said == ["Searching your documents …", "Reading passages …", "Quoting …", "something new", ANSWER]


def test_a_stage_is_told_while_the_work_goes_on(gate: threading.Event) -> None:
    job = begun(Queue(), behind(gate))
    gate.set()
    assert list(job) == [ANSWER]


def test_whoever_waits_is_told_and_comes_next(gate: threading.Event) -> None:
    queue = Queue(at_once=1, waiting=1)
    first = begun(queue, behind(gate))
    second = queue.run(at_once)
    assert next(second) == "Waiting for other questions to finish …"
    gate.set()
    assert list(first) == list(second) == [ANSWER]


def test_after_the_bound_the_page_is_busy_until_a_place_is_free(gate: threading.Event) -> None:
    queue = Queue(at_once=1, waiting=2)
    jobs = [begun(queue, behind(gate)), queue.run(at_once), queue.run(at_once)]
    for waiting in jobs[1:]:
        next(waiting)
    with pytest.raises(BusyError, match="Many people"):
        next(queue.run(at_once))
    gate.set()
    assert [list(job) for job in jobs] == [[ANSWER]] * 3
    assert eventually(lambda: all_free(queue, 3))


@pytest.mark.parametrize("error", [QuestionError("The question is empty."), LibraryError("Gone."), MemoryError()])
def test_an_error_comes_out_and_gives_the_place_back(error: Exception) -> None:
    queue = Queue(at_once=1, waiting=0)

    def ask(stage: OnStage) -> Answer:
        stage("searching")
        raise error

    for _ in range(3):
        with pytest.raises(type(error)) as caught:
            list(queue.run(ask))
        assert caught.value is error
        assert eventually(lambda: answered(queue))


def test_stopping_ends_the_work_at_its_next_stage_and_gives_the_place_back(gate: threading.Event) -> None:
    queue = Queue(at_once=1, waiting=0)
    ended: list[BaseException] = []

    def ask(stage: OnStage) -> Answer:
        stage("searching")
        assert gate.wait(PATIENCE)
        try:
            stage("reading")
        except BaseException as error:
            ended.append(error)
            raise
        return ANSWER

    job = begun(queue, ask)
    job.close()  # type: ignore[attr-defined]
    assert not answered(queue), "it still works, for it can only be stopped between stages"
    gate.set()
    assert eventually(lambda: answered(queue))
    assert isinstance(ended[0], Stopped)
    assert all_free(queue, 1)


def test_what_was_stopped_while_it_waited_is_never_asked(gate: threading.Event) -> None:
    queue = Queue(at_once=1, waiting=1)
    first = begun(queue, behind(gate))
    asked = []
    second = queue.run(lambda stage: asked.append(1) or ANSWER)  # type: ignore[func-returns-value]
    next(second)
    second.close()
    third = queue.run(at_once)
    assert next(third) == "Waiting for other questions to finish …", "the place is free at once"
    gate.set()
    assert list(first) == list(third) == [ANSWER]
    assert not asked
    assert eventually(lambda: all_free(queue, 2))


def test_what_is_closed_before_it_began_takes_no_place() -> None:
    queue = Queue(at_once=1, waiting=0)
    for _ in range(3):
        queue.run(at_once).close()
    assert all_free(queue, 1)


def test_many_threads_ask_stop_and_fail_and_no_place_is_lost() -> None:
    queue = Queue(at_once=2, waiting=3)
    running: list[int] = []
    most: list[int] = []

    def visitor(number: int) -> str:
        def ask(stage: OnStage) -> Answer:
            running.append(number)
            most.append(len(running))
            try:
                for name in ("searching", "reading"):
                    stage(name)
                    time.sleep(0.001)
                if number % 3 == 1:
                    raise QuestionError(f"{number}")
                return Answer(f"{number}", "", "", (), (), (), 0.0, True)
            finally:
                running.remove(number)

        job = queue.run(ask)
        try:
            for said in job:
                if number % 3 == 2:
                    job.close()
                if isinstance(said, Answer):
                    return said.question
        except QuestionError as error:
            return str(error)
        except BusyError as error:
            return str(error)
        return "stopped"

    with ThreadPoolExecutor(12) as threads:
        outcomes = list(threads.map(visitor, range(120)))
    for number, outcome in enumerate(outcomes):
        assert outcome in (BUSY, "stopped" if number % 3 == 2 else str(number))
    assert max(most) <= 2
    assert eventually(lambda: all_free(queue, 5))


def test_a_problem_is_a_sentence_and_what_nobody_expected_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for expected in (QuestionError("The question is empty."), LibraryError("Gone."), BusyError(BUSY)):
        assert problem_of(expected) == str(expected)
    assert problem_of(Stopped()) == problem_of(CancelledError()) == "Stopped."
    assert not caplog.records
    with caplog.at_level(logging.ERROR):
        said = problem_of(ZeroDivisionError("/secret/path"))
    assert "please ask again" in said and "/secret/path" not in said
    assert "/secret/path" in caplog.text
