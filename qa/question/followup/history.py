"""What of the questions before is handed on with a follow-up: one answer to that for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from qa.types import Kind, Turn

_OF_NOTHING: tuple[Kind, ...] = ("greeting", "language")


class Earlier(Protocol):
    """A question that was asked, with its answer or refusal: an ``Answer``, or what the page keeps of one."""

    @property
    def question(self) -> str:
        """The question as the person wrote it."""
        ...

    @property
    def text(self) -> str:
        """The answer, "" after a refusal."""
        ...

    @property
    def kind(self) -> Kind:
        """The kind of answer or refusal."""
        ...


def history_of(earlier: Iterable[Earlier]) -> list[Turn]:
    """Return the ``history`` that :meth:`Assistant.ask` is given after these questions, oldest first.

    Questions go in as they were written, for ``stand_alone`` completes them itself. A question that was refused goes
    in without an answer: it is what was last spoken of. So does one with a sentence as evidence, which is no name that
    could stand for "he". Greetings, and questions in another language, speak of nothing.
    """
    return [
        (" ".join(one.question.split()), "" if one.kind == "evidence" else one.text)
        for one in earlier
        if one.kind not in _OF_NOTHING
    ]
