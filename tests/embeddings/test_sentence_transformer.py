from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pytest

from corpus.progress import Item
from embeddings.runtime import fast_bfloat16
from embeddings.sentence_transformer import BUNDLED, SentenceEncoder, bundled_model_path


def test_the_bundled_weights_are_the_true_ones() -> None:
    digest = hashlib.sha256((bundled_model_path() / "model.safetensors").read_bytes()).hexdigest()
    assert digest == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_what_is_said_of_the_bundled_model_before_it_is_loaded_is_true(encoder: SentenceEncoder) -> None:
    assert BUNDLED[1:] == (encoder._model.get_embedding_dimension(), encoder._model.max_seq_length)
    by_path = SentenceEncoder(bundled_model_path())
    assert (by_path.dimensions, by_path.max_tokens) == BUNDLED[1:]
    question = ["How long is the pipeline?"]
    np.testing.assert_allclose(by_path.encode_questions(question), encoder.encode_questions(question), atol=1e-5)


def test_meaning_counts_and_not_only_words(encoder: SentenceEncoder) -> None:
    question = encoder.encode_questions(["How many people came to the fair?"])[0]
    right, unrelated = encoder.encode_passages(
        ["The exhibition drew four million visitors.", "The rails are 1,520 millimetres apart."]
    )
    assert question @ right > 0.3
    assert question @ right > 2 * (question @ unrelated)


def test_tokens_are_counted_beyond_what_the_model_reads(encoder: SentenceEncoder) -> None:
    assert encoder.max_tokens == 256
    assert encoder.count_tokens("") == 2
    assert encoder.count_tokens("word " * 1000) == 1002


def test_progress_is_told_of_every_batch(encoder: SentenceEncoder) -> None:
    seen: list[int | None] = []

    def progress(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterable[Item]:
        for item in iterable:
            seen.append(total)
            yield item

    encoder.encode_passages(["text"] * 70, progress)
    assert seen == [3, 3, 3]


def test_bfloat16_changes_next_to_nothing(encoder: SentenceEncoder) -> None:
    if not fast_bfloat16():
        pytest.skip("this processor has no bfloat16, so everything is float32")
    texts = ["The Zhanatas wind farm has 40 turbines.", "Who led the SCO in 2017?"]
    exact = encoder._model.encode(texts, normalize_embeddings=True)
    assert (encoder.encode_passages(texts) * exact).sum(1).min() > 0.999


def test_a_model_that_is_not_there_is_not_fetched() -> None:
    with pytest.raises(OSError):
        SentenceEncoder("no-such-owner/no-such-model")
