"""For programs: asking, searching and the list of documents as Gradio endpoints, and so as tools for MCP clients.

``register`` is called while the page is built. What programs ask waits in the same queue as what people ask.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from corpus.errors import LibraryError
from qa.page.jobs import BusyError
from qa.page.session import Desk
from qa.question.intent import QuestionError
from qa.types import Answer, Hit

logger = logging.getLogger(__name__)

BUSY = "Many questions are being answered just now: ask again in a moment."

Given = ParamSpec("Given")
Result = TypeVar("Result")


def mcp_problem() -> str | None:
    """Return why MCP clients cannot be answered, in one sentence, or None where they can."""
    if importlib.util.find_spec("mcp") is None:
        return "MCP clients need packages that are not installed: pip install 'citebound[mcp]' brings them."
    return None


def register(desk: Desk) -> None:
    """Add the endpoints ``/ask``, ``/search`` and ``/documents`` to the page that is being built."""
    from gradio.events import api

    # Gradio reads the types and descriptions of the parameters from the functions.
    def ask(
        question: str,
        history: list[list[str]] | None = None,
        documents: list[str] | None = None,
        since: str = "",
        until: str = "",
        passages: int | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the documents: an exact quote with its source and place, or an honest refusal.

        Args:
            question: the question, in English.
            history: earlier pairs of question and answer ("" for a refusal), oldest first, for a follow-up question.
            documents: look only in these, named by id, source, file name or title; all if left out, none if empty.
            since: only documents of this date or later, such as 2017 or 2017-06-07.
            until: only documents of this date or earlier.
            passages: how many passages to read, 1 to 50 (5 if left out).

        Returns:
            The answer with its citations. Where answer.abstained is true, the documents do not say.
        """
        if not all(_is_pair(turn) for turn in history or []):
            raise QuestionError("The history is a list of pairs: [[question, answer], ...].")
        turns = [(asked, answered) for asked, answered in history or []]

        def work(stage: Callable[[str], None]) -> Answer:
            return desk.assistant.ask(
                question,
                history=turns,
                documents=documents,
                since=since,
                until=until,
                passages=passages,
                on_stage=stage,
            )

        return desk.queue.answer(work).to_dict()

    def search(
        question: str,
        k: int = 10,
        documents: list[str] | None = None,
        since: str = "",
        until: str = "",
    ) -> list[dict[str, Any]]:
        """Find the passages of the documents that are closest to a question, best first, without reading them.

        Args:
            question: the question, or words to look for.
            k: how many passages at most, 1 to 50.
            documents: look only in these, named by id, source, file name or title; all if left out, none if empty.
            since: only documents of this date or later, such as 2017 or 2017-06-07.
            until: only documents of this date or earlier.

        Returns:
            The passages with title, date, source and their place in the document's text.
        """
        return [_hit(hit) for hit in desk.assistant.search(question, k, documents=documents, since=since, until=until)]

    def documents() -> list[dict[str, Any]]:
        """List the documents that can be asked.

        Returns:
            For each its id, title, date, source, when it was added, and how long it is.
        """
        return [{name: getattr(document, name) for name in document.__slots__} for document in desk.asked.documents()]

    for function in (ask, search, documents):
        # Asking waits in our own queue, and the others are quick.
        api(_told(function), api_name=function.__name__, concurrency_limit=None)


def _told(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Return the function so that what went wrong is told in our own sentence, and nothing else is."""
    import gradio as gr

    @functools.wraps(function)
    def told(*arguments: Given.args, **named: Given.kwargs) -> Result:
        try:
            return function(*arguments, **named)
        except BusyError:
            raise gr.Error(BUSY, print_exception=False) from None
        except (QuestionError, LibraryError) as error:
            raise gr.Error(str(error), print_exception=False) from None
        except Exception:
            logger.exception("What a program asked for failed.")
            raise gr.Error("Something went wrong; the log of the server says what.", print_exception=False) from None

    return told


def _is_pair(turn: Any) -> bool:
    # A program can send anything, whatever the types say.
    return isinstance(turn, list) and len(turn) == 2 and all(isinstance(said, str) for said in turn)


def _hit(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "title": hit.title,
        "date": hit.date,
        "source": hit.source,
        "document_id": passage.document_id,
        "passage_id": passage.id,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }
