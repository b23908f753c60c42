"""Ask your own documents: every answer is an exact quote with its source, or an honest refusal.

>>> import qa
>>> answer = qa.ask("When was Expo 2017 opened?")  # the default library, or the sample corpus while that is empty
>>> assistant = qa.Assistant(library="my-library")
>>> assistant.library.add("notes/")
>>> answer = assistant.ask("Who signed the lease?")

:func:`ask`, :func:`ask_many` and :func:`search` use the *default library*. It lies in the folder that the environment
variable ``CITEBOUND_LIBRARY`` names; without one, in ``citebound/library`` in the folder where the system keeps a
user's data: ``~/.local/share`` (or ``$XDG_DATA_HOME``) on Linux, ``~/Library/Application Support`` on macOS,
``%LOCALAPPDATA%`` on Windows. Where there is none yet, it is made with the built-in sample corpus in it. It is opened
at the first question and stays open: to change the variable afterwards changes nothing.

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from corpus.progress import Progress, no_progress

if TYPE_CHECKING:
    import datetime

    from corpus.errors import CiteboundError, LibraryError
    from corpus.types import Document, Passage
    from qa.answering.pipeline import OnStage
    from qa.answering.policy import Policy
    from qa.assistant import Assistant
    from qa.library.ingest import AddReport
    from qa.library.library import Library
    from qa.question.intent import QuestionError
    from qa.reader.types import ReaderError
    from qa.types import Answer, Citation, Hit, Turn

_HOMES = {
    "AddReport": "qa.library.ingest",
    "Answer": "qa.types",
    "Assistant": "qa.assistant",
    "Citation": "qa.types",
    "CiteboundError": "corpus.errors",
    "Document": "corpus.types",
    "Hit": "qa.types",
    "Library": "qa.library.library",
    "LibraryError": "corpus.errors",
    "Passage": "corpus.types",
    "Policy": "qa.answering.policy",
    "QuestionError": "qa.question.intent",
    "ReaderError": "qa.reader.types",
}

__all__ = [
    "AddReport",
    "Answer",
    "Assistant",
    "Citation",
    "CiteboundError",
    "Document",
    "Hit",
    "Library",
    "LibraryError",
    "Passage",
    "Policy",
    "QuestionError",
    "ReaderError",
    "ask",
    "ask_many",
    "search",
]

_library: Library | None = None
_assistant: Assistant | None = None
_lock = threading.Lock()


def ask(
    question: str,
    *,
    history: Sequence[Turn] = (),
    documents: str | Iterable[str] | None = None,
    since: str | datetime.date = "",
    until: str | datetime.date = "",
    passages: int | None = None,
    threshold: float | None = None,
    on_stage: OnStage | None = None,
) -> Answer:
    """Return the answer to a question from the default library, quoted and cited, or a refusal (``answer.abstained``).

    ``history``: earlier questions with the texts of their answers, oldest first, for a follow-up.
    ``documents`` (ids, sources, file names or titles), ``since`` and ``until`` (dates) narrow where it looks.
    ``passages``: how many are read (5). ``threshold``: the least confidence with which a span is shown as the answer;
    0 always answers. ``on_stage``: called as "searching", "reading" and "citing" begin.

    Raises:
        QuestionError: the question is empty or far too long, or ``passages`` is not 1 to 50.
        LibraryError: the default library cannot be used, ``documents`` names one that is not there, or a date is none.
    """
    return _default_assistant().ask(
        question,
        history=history,
        documents=documents,
        since=since,
        until=until,
        passages=passages,
        threshold=threshold,
        on_stage=on_stage,
    )


def ask_many(
    questions: Iterable[str],
    *,
    documents: str | Iterable[str] | None = None,
    since: str | datetime.date = "",
    until: str | datetime.date = "",
    passages: int | None = None,
    threshold: float | None = None,
    progress: Progress = no_progress,
) -> list[Answer]:
    """Return the answers to several questions from the default library, in their order.

    The questions have nothing to do with each other. The options are those of :func:`ask`, and hold for every one;
    ``progress`` (``tqdm.tqdm``, say) wraps the questions and shows how far it has come.

    Raises:
        QuestionError: a question is empty or far too long; those after it are not asked.
        LibraryError: as for :func:`ask`.
    """
    return _default_assistant().ask_many(
        questions,
        documents=documents,
        since=since,
        until=until,
        passages=passages,
        threshold=threshold,
        progress=progress,
    )


def search(
    question: str,
    k: int = 10,
    *,
    documents: str | Iterable[str] | None = None,
    since: str | datetime.date = "",
    until: str | datetime.date = "",
) -> list[Hit]:
    """Return up to ``k`` passages of the default library for a question, best first, without reading them.

    ``documents``, ``since`` and ``until`` narrow where it looks, as for :func:`ask`.

    Raises:
        QuestionError: the question is empty or far too long, or ``k`` is not 1 to 50.
        LibraryError: as for :func:`ask`.
    """
    from qa.retrieval.search import search as find

    with _lock:
        library = _default_library()
    return find(library.asked(), question, k, documents, since, until)


def _default_library() -> Library:
    global _library  # noqa: PLW0603
    if _library is None:
        from qa.library.default import default_library

        _library = default_library()
    return _library


def _default_assistant() -> Assistant:
    global _assistant  # noqa: PLW0603
    with _lock:
        if _assistant is None:
            from qa.assistant import Assistant

            _assistant = Assistant(_default_library())
        return _assistant


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
