"""What a reader is, and the error of one that cannot be loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from corpus.errors import CiteboundError
from qa.question.query import Query
from qa.types import Hit, Reading


class ReaderError(CiteboundError):
    """A model that cannot be loaded as a reader; the message names it."""


class Reader(Protocol):
    """Whatever can find spans that answer a question. Implementations are safe to call from several threads.

    A span lies in the passage of one of the hits and is made of whole words; it and "no answer" have probabilities.
    Every implementation passes ``tests/contracts/test_readers.py``.
    """

    @property
    def threshold(self) -> float:
        """The least confidence, 0 to 1, with which a span of this reader should be shown as the answer."""
        ...

    @property
    def certainty(self) -> tuple[float, float] | None:
        """The least confidence called "sure" and "fairly sure"; None where it is not known how often it is right."""
        ...

    def read(self, query: Query, hits: Sequence[Hit], beams: int = ...) -> Reading:
        """Read all hits together: their spans compete with each other and with "no answer"."""
        ...

    def read_each(self, query: Query, hits: Sequence[Hit], beams: int = ...) -> list[Reading]:
        """Read every hit alone, as if it were the only one; one reading for each hit, in order."""
        ...
