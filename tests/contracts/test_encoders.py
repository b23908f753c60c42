"""What every encoder must do. What the bundled model knows of meaning is in tests/embeddings/."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pytest

from embeddings.sentence_transformer import SentenceEncoder
from embeddings.types import Encoder
from tests.contracts import broken
from tests.fakes import HashEncoder

Item = TypeVar("Item")

ENCODERS = ("sentence-transformers", "hash")


def check_vectors_are_unit_float32_one_a_text(encoder: Encoder) -> None:
    texts = ["The pipeline carries oil.", "A singer from Aktobe.", "x " * 900, "", "😀"]
    for vectors in (encoder.encode_passages(texts), encoder.encode_questions(texts)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (5, encoder.dimensions)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def check_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    texts = [f"Passage number {n} " + "about a long railway " * (n % 7) for n in range(70)]
    together = encoder.encode_passages(texts)
    for number in (0, 13, 69):
        alone = encoder.encode_passages([texts[number]])[0]
        assert float(together[number] @ alone) > 0.999
    questions = encoder.encode_questions(texts[:5])
    assert float(questions[3] @ encoder.encode_questions([texts[3]])[0]) > 0.999


def check_nothing_to_encode_gives_an_empty_array(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == (0, encoder.dimensions)
    assert encoder.encode_questions([]).shape == (0, encoder.dimensions)


def check_the_same_words_are_nearer_than_others(encoder: Encoder) -> None:
    question = encoder.encode_questions(["oil pipeline to China"])[0]
    same, other = encoder.encode_passages(["the oil pipeline to China", "a concert in the evening"])
    assert question @ same > question @ other


def check_tokens_are_counted_beyond_what_it_reads(encoder: Encoder) -> None:
    """A text is cut into passages by this count: it must grow with the text for as long as there is any."""
    empty = encoder.count_tokens("")
    assert 0 <= empty < encoder.max_tokens
    assert encoder.count_tokens("word") > empty
    counts = [encoder.count_tokens("word " * number) for number in (10, 100, 1_000, 10_000)]
    assert counts == sorted(set(counts)) and counts[-1] >= 10_000 > encoder.max_tokens


def check_it_tells_who_it_is(encoder: Encoder) -> None:
    assert encoder.name and encoder.name == encoder.name.strip()
    assert encoder.dimensions > 0


def check_progress_is_passed_through(encoder: Encoder) -> None:
    seen: list[object] = []

    def progress(iterable: Iterable[Item], *, total: int | None = None, desc: str = "") -> Iterator[Item]:
        for item in iterable:
            seen.append(item)
            yield item

    texts = ["One text.", "Another text."]
    np.testing.assert_allclose(encoder.encode_passages(texts, progress), encoder.encode_passages(texts), atol=1e-3)
    assert seen


def check_several_threads_may_encode_at_once(encoder: Encoder) -> None:
    expected = encoder.encode_questions(["How long is the pipeline?"])[0]
    tokens = encoder.count_tokens("How long " * 50)

    def work() -> None:
        for _ in range(5):
            assert encoder.count_tokens("How long " * 50) == tokens
            assert float(encoder.encode_questions(["How long is the pipeline?"])[0] @ expected) > 0.999

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result(timeout=120)


Check = Callable[[Encoder], None]
CHECKS: list[Check] = [
    check_vectors_are_unit_float32_one_a_text,
    check_a_vector_does_not_depend_on_its_neighbours,
    check_nothing_to_encode_gives_an_empty_array,
    check_the_same_words_are_nearer_than_others,
    check_tokens_are_counted_beyond_what_it_reads,
    check_it_tells_who_it_is,
    check_progress_is_passed_through,
    check_several_threads_may_encode_at_once,
]


@pytest.fixture(params=ENCODERS)
def either(request: pytest.FixtureRequest, encoder: SentenceEncoder) -> Encoder:
    return encoder if request.param == "sentence-transformers" else HashEncoder()


@pytest.mark.parametrize("check", CHECKS)
def test_every_encoder(either: Encoder, check: Check) -> None:
    check(either)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (broken.LongVectors, check_vectors_are_unit_float32_one_a_text),
        (broken.ForgetsTheOrder, check_a_vector_does_not_depend_on_its_neighbours),
        (broken.CountsWhatItReads, check_tokens_are_counted_beyond_what_it_reads),
    ],
)
def test_a_broken_encoder_is_found_out(wrong: type[HashEncoder], check: Check) -> None:
    with pytest.raises(AssertionError):
        check(wrong())
