"""Stand-ins for parts that are too slow for thousands of runs; each is tested against the real one.

``tests/contracts`` holds each to what the real one is held to. ``HashEncoder`` stands for ``SentenceEncoder``;
``random_reader`` is the real ``CopyReader`` with a tiny network of random weights, ``random_seq2seq`` such a model of
another kind, and ``GuessingReader`` a reader that has no network at all.
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.progress import Progress, no_progress
from embeddings.types import Vectors
from qa.question.query import Query
from qa.reader.copy_reader import WEIGHTS, CopyReader
from qa.types import Hit, Prediction, Reading


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


TEXTS = [
    "Astana hosted Expo 2017 on the theme of Future Energy. Nearly four million people came, from 115 countries.",
    "The wind farm at Zhanatas has a capacity of 3.5 or 100 MW (U.S. and O'Brien's figures), said Dr. Nuñez; 10 %!",
    "Mr. Smith's well-known café\nopens at 12:30 and closes at 1,000 different times.",
]
SPECIAL = ["<pad>", "</s>", "<unk>", "<s>"]


def _save_tokenizer(folder: Path, kind: str) -> int:
    """Train a tokenizer of the kind that T5 or BART has on the texts, save it, and return its size."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    if kind == "t5":
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
        trainer: Any = trainers.UnigramTrainer(vocab_size=150, special_tokens=SPECIAL, unk_token="<unk>")
    else:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet)
    tokenizer.train_from_iterator([*TEXTS, "unanswerable question text answer with words of the"] * 3, trainer)
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", bos_token="<s>"
    )
    fast.save_pretrained(folder)
    return len(fast)


def random_seq2seq(folder: Path, kind: str) -> Path:
    """Save a small model with random weights and its tokenizer in the folder, as any model of transformers is.

    ``kind``: built like a "t5" or a "bart".
    """
    import torch
    from transformers import BartConfig, BartForConditionalGeneration, T5Config, T5ForConditionalGeneration

    size = _save_tokenizer(folder, kind)
    torch.manual_seed(3)
    if kind == "t5":
        config = T5Config(  # type: ignore[call-arg]
            vocab_size=size, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0
        )
        T5ForConditionalGeneration(config).save_pretrained(folder)
    else:
        bart = BartConfig(
            vocab_size=size, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
            decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=256,
            pad_token_id=0, eos_token_id=1, bos_token_id=3, decoder_start_token_id=1, forced_eos_token_id=1,
        )  # fmt: skip
        BartForConditionalGeneration(bart).save_pretrained(folder)
    return folder


class GuessingReader:
    """Picks a word of some hit, by chance that the question and the hits decide: what the floors must catch."""

    threshold = 0.5
    certainty: tuple[float, float] | None = None

    def read(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> Reading:
        chance = random.Random(f"{query.stand_alone} {[hit.passage.id for hit in hits]}")
        words = [(hit, word.span()) for hit in hits for word in re.finditer(r"\S*\w\S*", hit.passage.text)]
        if not words or chance.random() < 0.3:
            return Reading((), 1.0)
        hit, (start, end) = chance.choice(words)
        return Reading((Prediction(hit, start, end, 0.9),), 0.1)

    def read_each(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> list[Reading]:
        return [self.read(query, [hit], beams) for hit in hits]
