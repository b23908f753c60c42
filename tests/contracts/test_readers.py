"""What every reader must do, however well it reads. How well each does is in tests/qa/reader/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.types import Passage
from qa.question.query import Query
from qa.reader import Reader
from qa.reader.copy_reader import CopyReader
from qa.reader.seq2seq import Seq2SeqReader
from qa.types import Hit, Reading
from tests.contracts import broken
from tests.fakes import GuessingReader, random_reader, random_seq2seq
from tests.spans import cuts_something

TEXTS = [
    "Astana hosted Expo 2017 on the theme of Future Energy. Nearly four million people came, from 115 countries.",
    "Mr. Smith's well-known café\nopens at 12:30 and closes at 1,000 different times.",
    "O'Brien paid $21.2 for 3.5 kg in Nur-Sultan (5% less); naïve Ünïcode 中国 🙂 — “win-win” … e.g. Xi's don't.",
    "?!",
]
QUESTIONS = ["How many people came?", "When does the café open?", "What did O'Brien pay in 2017?", "x " * 900, "🙂"]


def hits_of(texts: Sequence[str]) -> list[Hit]:
    """Return a hit for each text, as retrieval would rank them."""
    return [
        Hit(Passage(n, f"d{n}", 0, len(text), text), f"Title {n}", "2017-06-07", f"text:{n}", 1.0 / n, n)
        for n, text in enumerate(texts, 1)
    ]


def check_reading(reading: Reading, hits: Sequence[Hit]) -> None:
    """Check that a reading holds spans of these hits, made of whole words, and probabilities."""
    assert 0 <= reading.no_answer <= 1 + 1e-6
    for prediction in reading.predictions:
        assert any(prediction.hit is hit for hit in hits), "a span is of one of the hits"
        text = prediction.hit.passage.text
        assert 0 <= prediction.start < prediction.end <= len(text), "a span lies in its passage"
        assert prediction.text == text[prediction.start : prediction.end] == prediction.text.strip()
        assert not cuts_something(text, prediction.start, prediction.end), (prediction.text, text)
        assert 0 <= prediction.probability <= 1 + 1e-6
        assert 0 <= reading.confidence(prediction) <= 1
        assert 0 <= reading.preference(prediction) <= 1
    places = [(id(p.hit), p.start, p.end) for p in reading.predictions]
    assert len(places) == len(set(places)), "no span twice"


def check_spans_and_probabilities(reader: Reader) -> None:
    hits = hits_of(TEXTS)
    found = 0
    for question in QUESTIONS:
        for some in (hits, hits[:1], hits[1:3]):
            reading = reader.read(Query.of(question), some)
            check_reading(reading, some)
            found += len(reading.predictions)
    assert found, "it proposes something"


def check_each_hit_is_read_alone(reader: Reader) -> None:
    hits = hits_of(TEXTS)
    for question in QUESTIONS[:3]:
        each = reader.read_each(Query.of(question), hits)
        assert len(each) == len(hits)
        for reading, hit in zip(each, hits, strict=True):
            check_reading(reading, [hit])


def check_reading_again_gives_the_same(reader: Reader) -> None:
    hits = hits_of(TEXTS)
    query = Query.of(QUESTIONS[0])

    def spans(reading: Reading) -> list[tuple[int, int, int]]:
        return [(p.hit.passage.id, p.start, p.end) for p in reading.predictions[:1]]

    assert spans(reader.read(query, hits)) == spans(reader.read(query, hits))
    alone = [spans(reader.read(query, [hit])) for hit in hits]
    assert [spans(reading) for reading in reader.read_each(query, hits)] == alone
    assert [spans(reading) for reading in reader.read_each(query, hits[::-1])] == alone[::-1]


def check_nothing_to_read_is_no_answer(reader: Reader) -> None:
    reading = reader.read(Query.of("Who?"), [])
    assert (reading.predictions, reading.no_answer) == ((), 1.0)
    assert reader.read_each(Query.of("Who?"), []) == []


def check_what_has_no_words_is_no_answer(reader: Reader) -> None:
    query, hits = Query.of("What?"), hits_of(["?!"])
    for reading in (reader.read(query, hits), *reader.read_each(query, hits)):
        assert reading.predictions == () and reading.no_answer > 0.9


def check_a_long_passage_has_exact_offsets(reader: Reader) -> None:
    hits = hits_of([" ".join(TEXTS[:3] * 12).replace("\n", " ")])
    reading = reader.read(Query.of("How many people came?"), hits)
    check_reading(reading, hits)


def check_the_bars_are_of_its_confidence(reader: Reader) -> None:
    assert 0 <= reader.threshold <= 1
    if reader.certainty is not None:
        sure, fairly_sure = reader.certainty
        assert 1 >= sure >= fairly_sure >= 0
        assert reader.read(Query.of("Who?"), hits_of(TEXTS)).calibrated, "how often it is right is known"


def check_several_threads_may_read_at_once(reader: Reader) -> None:
    hits = hits_of(TEXTS[:2])
    questions = QUESTIONS[:2]
    expected = [[p.text for p in reader.read(Query.of(question), hits).predictions[:1]] for question in questions]

    def work(number: int) -> None:
        for turn in range(number, number + 4):
            reading = reader.read(Query.of(questions[turn % 2]), hits)
            check_reading(reading, hits)
            assert [p.text for p in reading.predictions[:1]] == expected[turn % 2]

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, number) for number in range(4)]:
            done.result(timeout=120)


Check = Callable[[Reader], None]
CHECKS: list[Check] = [
    check_spans_and_probabilities,
    check_each_hit_is_read_alone,
    check_reading_again_gives_the_same,
    check_nothing_to_read_is_no_answer,
    check_what_has_no_words_is_no_answer,
    check_a_long_passage_has_exact_offsets,
    check_the_bars_are_of_its_confidence,
    check_several_threads_may_read_at_once,
]

MakeReader = Callable[[Path, CopyReader], Reader]
READERS: dict[str, MakeReader] = {
    "bundled": lambda folder, bundled: bundled,
    "random weights": lambda folder, bundled: random_reader(folder, 1),
    "like T5": lambda folder, bundled: Seq2SeqReader(random_seq2seq(folder, "t5")),
    "like BART": lambda folder, bundled: Seq2SeqReader(random_seq2seq(folder, "bart")),
    "guessing": lambda folder, bundled: GuessingReader(),
}


@pytest.fixture(scope="session", params=READERS)
def any_reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: CopyReader) -> Reader:
    return READERS[request.param](tmp_path_factory.mktemp("reader"), reader)


@pytest.mark.parametrize("check", CHECKS)
def test_every_reader(any_reader: Reader, check: Check) -> None:
    check(any_reader)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (broken.counts_the_title, check_spans_and_probabilities),
        (broken.counts_the_title, check_each_hit_is_read_alone),
        (broken.too_sure, check_spans_and_probabilities),
        (broken.cuts_words, check_spans_and_probabilities),
        (broken.ReadsTogether, check_each_hit_is_read_alone),
        (broken.ReadsTogether, check_reading_again_gives_the_same),
    ],
)
def test_a_broken_reader_is_found_out(wrong: Callable[[Reader], Reader], check: Check) -> None:
    with pytest.raises(AssertionError):
        check(wrong(GuessingReader()))
