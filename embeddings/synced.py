"""An index of a store's vectors, kept in step with it: loaded or made at the start, updated by every look and change.

The store is the truth. Whatever the index file holds, after opening the index has exactly the store's passages.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from corpus.progress import Progress, no_progress
from corpus.scope import Scope
from corpus.store.base import Store
from embeddings.types import Ids, VectorIndex, Vectors

logger = logging.getLogger(__name__)

_PART = 1024  # passages whose vectors are fetched at once
_ADDED = 8192  # and added at once


class StoreIndex:
    """Searches the vectors of a store. Safe to use from several threads."""

    def __init__(
        self, store: Store, kind: type[VectorIndex], path: Path, dimensions: int, progress: Progress = no_progress
    ) -> None:
        """Open the index of this ``kind`` saved at ``path``; one that is missing, damaged or stale is made anew."""
        self._store = store
        self._path = path
        # Another kind's file is never read as this one's, whatever a library was opened with in between.
        self._label = f"{store.library} {kind.__name__}"
        self._lock = threading.RLock()
        self._version = store.version()
        found = kind.load(path, self._label, dimensions)
        self._index: VectorIndex = found if found is not None else kind(dimensions)

        def fetch(ids: Ids) -> Vectors:
            starts = range(0, len(ids), _PART)
            shown = progress(starts, total=len(starts), desc="Rebuilding the index")
            return np.concatenate([store.vectors(ids[start : start + _PART]) for start in shown])

        if sync(self._index, store.passage_ids(), fetch) or found is None:
            self._save()

    def __len__(self) -> int:
        self._catch_up()
        return len(self._index)

    def ids(self) -> Ids:
        """Return the passage ids that the index holds: int64, shape (passages,)."""
        return self._index.ids()

    def search(self, vector: Vectors, k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (passage id, cosine) within the scope, best first, for one unit vector."""
        self._catch_up()
        return self._index.search(vector, k, self._store.passage_ids(scope) if scope else None)

    def update(self) -> None:
        """Take in what this process has changed in the store, and save."""
        with self._lock:
            if self._sync():
                self._save()

    def _catch_up(self) -> None:
        """Take in what another process has changed since the last look."""
        with self._lock:
            version = self._store.version()
            if version != self._version:
                self._sync()
                self._version = version

    def _sync(self) -> int:
        self._store.check_not_rebuilt()
        return sync(self._index, self._store.passage_ids(), self._store.vectors)

    def _save(self) -> None:
        try:
            self._index.save(self._path, self._label)
        except OSError as error:  # the next start makes it again: a pity, not a fault
            logger.warning("The vector index could not be saved in %s: %s", self._path.parent, error.strerror)


def sync(index: VectorIndex, ids: Ids, fetch: Callable[[Ids], Vectors]) -> int:
    """Make the index hold exactly ``ids``; ``fetch`` gives the vectors of those that are missing.

    An id never stands for two vectors, so equal ids are equal vectors. Returns how many were added or removed.
    """
    mine = index.ids()
    gone = np.setdiff1d(mine, ids, assume_unique=True)
    new = np.setdiff1d(ids, mine, assume_unique=True)
    # New ones first: a search in another thread may find too much for a moment, but never misses anything.
    for start in range(0, len(new), _ADDED):
        part = new[start : start + _ADDED]
        index.add(part, fetch(part))
    index.remove(gone)
    return len(gone) + len(new)
