"""The FAISS index: exact inner products of unit vectors, by passage id.

An index can always be made again from the store, so a file that is missing, damaged or of another library is never
an error here: :meth:`FlatIndex.load` says that there is none, and the library builds it anew.
"""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any, Self

import numpy as np

from corpus.atomic import write_whole
from embeddings.types import Ids, Vectors


class FlatIndex:
    """Vectors by id, searched exactly (``IndexIDMap2`` over ``IndexFlatIP``). Safe to use from several threads."""

    def __init__(self, dimensions: int) -> None:
        """Make an empty index for vectors of that length."""
        import faiss

        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def ids(self) -> Ids:
        """Return the ids of all vectors, in no particular order: int64, shape (vectors,)."""
        import faiss

        with self._lock:
            return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add unit vectors (float32, shape (n, dimensions)) under ids that the index does not hold yet."""
        if len(ids):
            with self._lock:
                self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids.astype(np.int64))

    def remove(self, ids: Ids) -> None:
        """Remove the vectors of these ids; ids that are not there are passed over."""
        if len(ids):
            with self._lock:
                self._index.remove_ids(np.asarray(ids, dtype=np.int64))

    def search(self, vector: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (id, cosine), best first, for one unit vector of shape (dimensions,).

        ``within``: search only these ids.
        """
        import faiss

        with self._lock:
            k = min(k, len(self) if within is None else len(within))
            if k <= 0:
                return []
            parameters = None
            if within is not None:
                selector = faiss.IDSelectorBatch(np.asarray(within, dtype=np.int64))
                parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            scores, ids = self._index.search(np.ascontiguousarray(vector[None, :]), k, params=parameters)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def save(self, path: Path, library: str) -> None:
        """Write the index to ``path``, and beside it a small JSON file that says whose it is and its checksum.

        Each file appears whole or not at all; should only one of them appear, :meth:`load` finds no index.
        """
        import faiss

        with self._lock:
            data = faiss.serialize_index(self._index).tobytes()
        label = {"library": library, "sha256": hashlib.sha256(data).hexdigest()}
        write_whole(path, data)
        write_whole(path.with_suffix(".json"), json.dumps(label).encode())

    @classmethod
    def load(cls, path: Path, library: str, dimensions: int) -> Self | None:
        """Return the index saved at ``path`` for this library, or None: missing, damaged, or of another library."""
        import faiss

        try:
            label = json.loads(path.with_suffix(".json").read_bytes())
            data = path.read_bytes()
        except (OSError, ValueError, RecursionError):
            return None
        if label != {"library": library, "sha256": hashlib.sha256(data).hexdigest()}:
            return None
        # The checksum above vouches for the bytes: FAISS itself trusts the sizes it reads.
        index = cls(dimensions)
        try:
            index._index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError:  # the file was written by a FAISS with another format
            return None
        return index if isinstance(index._index, faiss.IndexIDMap2) and index.dimensions == dimensions else None
