"""Example questions for the library at hand: drafts from its own sentences that the assistant answers as they stand."""

from __future__ import annotations

import logging
import threading
from weakref import WeakKeyDictionary

from corpus.errors import CiteboundError
from qa.assistant import Assistant
from qa.evaluation.draft import Draft, draft_questions
from qa.library.library import Library
from qa.matching import f1
from qa.page.jobs import BusyError, Queue
from qa.page.session import Session

logger = logging.getLogger(__name__)

SHOWN = 3
_TRIED = 12
_LONGEST = 70
_SAME = 0.6


class Examples:
    """Remembers the examples of each library until its documents change. Safe to use from several threads."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Library, tuple[int, list[str]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, session: Session) -> list[str]:
        """Return up to three questions that the session's assistant answers rightly.

        They are asked one by one in the session's queue, between what people ask. None where the library cannot be
        read, or too many people ask just now: then it is tried again the next time.
        """
        assistant = session.assistant
        library = assistant.library.asked()
        try:
            state = hash(tuple(document.id for document in library.documents()))
            with self._lock:
                known = self._known.get(library)
            if known is None or known[0] != state:
                known = (state, _found(assistant, session.queue))
                with self._lock:
                    self._known[library] = known
        except BusyError:
            return []
        except CiteboundError as error:
            logger.warning("%s", error)
            return []
        return known[1]


def _found(assistant: Assistant, queue: Queue) -> list[str]:
    library = assistant.library.asked()
    if not len(library):
        return []
    drafts = draft_questions(library, 3 * _TRIED, most_documents=3 * _TRIED)
    short = [draft for draft in drafts if len(draft.question) <= _LONGEST]
    # Names, dates and numbers make better first questions than who said a quote.
    found: list[Draft] = []
    for draft in sorted(short, key=lambda draft: draft.tag == "quote")[:_TRIED]:
        if len(found) == SHOWN:
            break
        if draft.source not in {other.source for other in found} and _answers(assistant, queue, draft):
            found.append(draft)
    return [draft.question for draft in found]


def _answers(assistant: Assistant, queue: Queue, draft: Draft) -> bool:
    answer = queue.answer(lambda stage: assistant.ask(draft.question, on_stage=stage))
    return not answer.abstained and f1(answer.text, [draft.answer]) >= _SAME and not answer.disagreeing
