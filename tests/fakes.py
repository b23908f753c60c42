"""Stand-ins for parts that are too slow for thousands of runs; each is tested against the real one.

``HashEncoder`` stands for ``SentenceEncoder`` (tests/embeddings/ holds both to the same tests), and
``random_reader`` is the real ``CopyReader`` with a tiny network of random weights.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.progress import Progress, no_progress
from embeddings.types import Vectors
from qa.reader.copy_reader import WEIGHTS, CopyReader


class HashEncoder:
    """Words to random directions by their hash; a text is the sum of its words. Knows nothing of meaning."""

    name = "hash-encoder"
    dimensions = 32
    max_tokens = 64

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def encode_passages(self, texts: Sequence[str], progress: Progress = no_progress) -> Vectors:
        return np.array([self._encode(text) for text in progress(texts)], dtype=np.float32).reshape(-1, 32)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def _encode(self, text: str) -> Vectors:
        vector = np.full(self.dimensions, 1e-3)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            vector += np.random.default_rng(seed).normal(size=self.dimensions)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def random_reader(folder: Path, seed: int) -> CopyReader:
    """Return the reader with a tiny random network in place of the bundled weights."""
    import torch

    from qa.reader.model import CopyBartConfig, CopyBartForConditionalGeneration

    torch.manual_seed(seed)
    config = CopyBartConfig.from_pretrained(WEIGHTS)
    for side in ("encoder", "decoder"):
        setattr(config, f"{side}_layers", 1)
        setattr(config, f"{side}_attention_heads", 2)
        setattr(config, f"{side}_ffn_dim", 32)
    config.d_model = 16
    config.calibration = config.certainty = None
    config.init_std = 0.5  # far from uniform, so that beam search has something to choose from
    CopyBartForConditionalGeneration(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(WEIGHTS / name, folder)
    return CopyReader(folder)
