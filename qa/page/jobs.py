"""Asking in the background, so that the page can show each stage, be stopped, and say when too many ask at once."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, ThreadPoolExecutor

from corpus.errors import CiteboundError
from qa.types import Answer

logger = logging.getLogger(__name__)

BUSY = "Many people are asking right now. Your question is still in the box below: please ask again in a moment."
_BROKEN = "Something went wrong while answering; the server's log says what. Nothing was lost: please ask again."
_STAGES = {"searching": "Searching your documents …", "reading": "Reading passages …", "citing": "Quoting …"}
# Seconds after which a free worker would long have begun.
_SOON = 0.2

OnStage = Callable[[str], None]
"""Is told the name of each stage as it begins."""

Job = Callable[[OnStage], Answer]
"""Answers a question, and tells its stages on the way."""

AT_ONCE = 2
WAITING = 64
"""How many questions are answered at once, by default, and how many may wait."""


class BusyError(CiteboundError):
    """Too many questions are waiting."""


class Stopped(Exception):  # noqa: N818
    """The person who asked has stopped it."""


class Queue:
    """A few questions are answered at once and a bounded number waits; whoever comes later is told that it is busy."""

    def __init__(self, at_once: int | None = None, waiting: int | None = None) -> None:
        at_once, waiting = AT_ONCE if at_once is None else at_once, WAITING if waiting is None else waiting
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="ask")
        self._places = threading.BoundedSemaphore(at_once + waiting)

    def run(self, job: Job) -> Generator[str | Answer, None, None]:
        """Yield the stages in words as they begin, then the answer. Closing the iterator stops the job.

        Raises:
            BusyError: too many questions are waiting.
            QuestionError, LibraryError: the question cannot be answered.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(BUSY)
        said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        stopped = threading.Event()

        def on_stage(name: str) -> None:
            if stopped.is_set():
                raise Stopped
            said.put(_STAGES.get(name, name))

        future = self._workers.submit(job, on_stage)
        future.add_done_callback(lambda _: self._places.release())
        future.add_done_callback(lambda _: said.put(None))
        try:
            try:
                words = said.get(timeout=_SOON)
            except queue.Empty:
                yield "Waiting for other questions to finish …"
                words = said.get()
            while words is not None:
                yield words
                words = said.get()
            yield future.result()
        finally:
            stopped.set()
            future.cancel()

    def answer(self, job: Job) -> Answer:
        """Wait for a place and for the answer, where nobody looks at the stages; raises as :meth:`run` does."""
        (answer,) = (said for said in self.run(job) if isinstance(said, Answer))
        return answer


def problem_of(error: Exception) -> str:
    """Return the sentence that the page shows for an error, and log one that nobody expected."""
    if isinstance(error, CiteboundError):
        return str(error)
    if isinstance(error, CancelledError | Stopped):
        return "Stopped."
    logger.error("A question failed.", exc_info=error)
    return _BROKEN
