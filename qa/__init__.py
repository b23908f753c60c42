"""Ask your own documents: every answer is an exact quote with its source, or an honest refusal.

>>> import qa
>>> answer = qa.ask("When was Expo 2017 opened?")  # the default library, or the sample corpus while that is empty
>>> assistant = qa.Assistant(library="my-library")
>>> assistant.library.add("notes/")
>>> answer = assistant.ask("Who signed the lease?")

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus.errors import LibraryError
    from corpus.types import Document, Passage
    from qa.assistant import Assistant
    from qa.library.ingest import AddReport
    from qa.library.library import Library
    from qa.question.intent import QuestionError
    from qa.types import Answer, Citation, Hit

_HOMES = {
    "AddReport": "qa.library.ingest",
    "Answer": "qa.types",
    "Assistant": "qa.assistant",
    "Citation": "qa.types",
    "Document": "corpus.types",
    "Hit": "qa.types",
    "Library": "qa.library.library",
    "LibraryError": "corpus.types",
    "Passage": "corpus.types",
    "QuestionError": "qa.question.intent",
}

__all__ = [
    "AddReport",
    "Answer",
    "Assistant",
    "Citation",
    "Document",
    "Hit",
    "Library",
    "LibraryError",
    "Passage",
    "QuestionError",
    "ask",
    "ask_many",
    "search",
]

_library: Library | None = None
_assistant: Assistant | None = None
_lock = threading.Lock()


def ask(question: str, **options: Any) -> Answer:
    """Answer a question from the default library; ``options`` are those of :meth:`Assistant.ask`."""
    return _default_assistant().ask(question, **options)


def ask_many(questions: Iterable[str], **options: Any) -> list[Answer]:
    """Answer several questions from the default library."""
    return _default_assistant().ask_many(questions, **options)


def search(question: str, k: int = 10, **options: Any) -> list[Hit]:
    """Return up to ``k`` passages of the default library; ``options`` are those of :meth:`Assistant.search`."""
    from qa.retrieval.search import search

    with _lock:
        library = _default_library()
    return search(library.asked(), question, k, **options)


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
