"""How far a long piece of work has come, shown by whoever wants to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Progress(Protocol):
    """Wraps an iterable and shows how far it has come: ``tqdm.tqdm`` and ``gr.Progress().tqdm`` both fit."""

    def __call__(self, iterable: Iterable[Item], *, total: int | None = ..., desc: str = ...) -> Iterable[Item]:
        """Return the same items; ``total`` is how many there will be, ``desc`` what is being done."""
        ...


def no_progress(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
    """Show no progress: the default."""
    return iterable
