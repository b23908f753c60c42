"""Asking in the background, so that the page can show each stage, be stopped, and say when too many ask at once."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, ThreadPoolExecutor

from corpus.errors import LibraryError
from qa.question.intent import QuestionError
from qa.types import Answer

logger = logging.getLogger(__name__)

BUSY = "Many people are asking just now. Your question is kept below: please ask it again in a moment."
_BROKEN = "Something went wrong in answering; the log of the server says what. Nothing was lost: please ask again."
_STAGES = {"searching": "Searching your documents …", "reading": "Reading passages …", "citing": "Quoting …"}
# Seconds in which a free worker has long begun.
_SOON = 0.2

Stage = Callable[[str], None]
Ask = Callable[[Stage], Answer]
"""Answers a question and says on the way which stage begins."""


AT_ONCE = 2
WAITING = 64
"""How many questions are answered at once, by default, and how many may wait."""


class BusyError(Exception):
    """Too many questions are waiting."""


class Stopped(Exception):  # noqa: N818
    """The person who asked has stopped it."""


class Queue:
    """A few questions are answered at once and a bounded number waits; whoever comes later is told that it is busy."""

    def __init__(self, at_once: int | None = None, waiting: int | None = None) -> None:
        at_once, waiting = AT_ONCE if at_once is None else at_once, WAITING if waiting is None else waiting
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="ask")
        self._places = threading.BoundedSemaphore(at_once + waiting)

    def run(self, ask: Ask) -> Generator[str | Answer, None, None]:
        """Yield the stages in words as they begin, then the answer. Closing the iterator stops the work.

        Raises:
            BusyError: too many questions are waiting.
            QuestionError, LibraryError: the question cannot be answered.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(BUSY)
        said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        stopped = threading.Event()

        def stage(name: str) -> None:
            if stopped.is_set():
                raise Stopped
            said.put(_STAGES.get(name, name))

        future = self._workers.submit(ask, stage)
        future.add_done_callback(lambda _: self._places.release())
        future.add_done_callback(lambda _: said.put(None))
        try:
            try:
                words = said.get(timeout=_SOON)
            except queue.Empty:
                yield "Waiting for other questions …"
                words = said.get()
            while words is not None:
                yield words
                words = said.get()
            yield future.result()
        finally:
            stopped.set()
            future.cancel()

    def answer(self, ask: Ask) -> Answer:
        """Wait for a place and for the answer, where nobody looks at the stages; raises as :meth:`run` does."""
        (answer,) = (said for said in self.run(ask) if isinstance(said, Answer))
        return answer


def problem_of(error: Exception) -> str:
    """Return the sentence that the page shows for an error, and log one that nobody expected."""
    if isinstance(error, QuestionError | LibraryError | BusyError):
        return str(error)
    if isinstance(error, CancelledError | Stopped):
        return "Stopped."
    logger.error("A question failed.", exc_info=error)
    return _BROKEN
