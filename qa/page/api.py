"""The API for programs: asking, searching and listing documents over HTTP by Gradio, and as tools for MCP clients.

``register`` is called while the page is built. What programs ask waits in the same queue as what people ask.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from corpus.errors import CiteboundError
from qa.page.jobs import BusyError, OnStage
from qa.page.session import Session
from qa.question.intent import QuestionError
from qa.types import Answer, Hit

logger = logging.getLogger(__name__)

BUSY = "Many questions are being answered right now: ask again in a moment."

Given = ParamSpec("Given")
Result = TypeVar("Result")


def mcp_problem() -> str | None:
    """Return why MCP clients cannot be answered, in one sentence, or None where they can."""
    if importlib.util.find_spec("mcp") is None:
        return "Serving MCP clients needs packages that are not installed: run pip install 'citebound[mcp]'."
    return None


def register(session: Session) -> None:
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
        """Answer a question from the documents: an exact quote with its source and position, or an honest refusal.

        Args:
            question: the question, in English.
            history: earlier pairs of question and answer ("" for a refusal), oldest first, for a follow-up question.
            documents: search only these, named by id, source, file name or title; all if left out, none if empty.
            since: only documents dated then or later, such as 2017 or 2017-06-07.
            until: only documents dated then or earlier.
            passages: how many passages to read, 1 to 50 (5 if left out).

        Returns:
            The answer with its citations. Where answer.abstained is true, the documents do not say.
        """
        if not all(_is_pair(turn) for turn in history or []):
            raise QuestionError("The history must be a list of pairs: [[question, answer], ...].")
        turns = [(asked, answered) for asked, answered in history or []]

        def job(on_stage: OnStage) -> Answer:
            return session.assistant.ask(
                question,
                history=turns,
                documents=documents,
                since=since,
                until=until,
                passages=passages,
                on_stage=on_stage,
            )

        return session.queue.answer(job).to_dict()

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
            documents: search only these, named by id, source, file name or title; all if left out, none if empty.
            since: only documents dated then or later, such as 2017 or 2017-06-07.
            until: only documents dated then or earlier.

        Returns:
            The passages with their title, date, source and position in the document's text.
        """
        return [
            _hit(hit) for hit in session.assistant.search(question, k, documents=documents, since=since, until=until)
        ]

    def documents() -> list[dict[str, Any]]:
        """List the documents that can be asked.

        Returns:
            For each document its id, title, date, source, length, and when it was added.
        """
        return [
            {name: getattr(document, name) for name in document.__slots__} for document in session.asked.documents()
        ]

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
        except CiteboundError as error:
            raise gr.Error(str(error), print_exception=False) from None
        except Exception:
            logger.exception("What a program asked for failed.")
            raise gr.Error("Something went wrong; the server's log says what.", print_exception=False) from None

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
