from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.types import Passage
from qa.question.query import Query
from qa.reader.calibration import expected_f1
from qa.reader.copy_reader import CopyReader
from qa.reader.types import ReaderError
from qa.types import Hit, Prediction
from tests.fakes import random_reader
from tests.spans import cuts_something

MakeHit = Callable[..., Hit]


@pytest.fixture(scope="module", params=[1, 2, 3])
def random_weights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CopyReader:
    return random_reader(tmp_path_factory.mktemp("reader"), request.param)


def check(prediction: Prediction) -> None:
    text = prediction.hit.passage.text
    assert 0 <= prediction.start < prediction.end <= len(text)
    assert prediction.text == text[prediction.start : prediction.end] == prediction.text.strip()
    assert not cuts_something(text, prediction.start, prediction.end), (prediction.text, text)
    assert 0 <= prediction.probability <= 1


HARD_WORDS = (
    "3.5 1,000 win-win U.S. Xi's don't $21.2 5% Nur-Sultan 2013 O'Brien e.g. China the visited naïve Ünïcode 中国"
    " Ελλάδα 🙂 — ( ) “ ” …"
).split()
WORD = st.one_of(
    st.sampled_from(HARD_WORDS),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=9),
)
TEXT = st.builds(lambda words: " ".join(" ".join(words).split()), st.lists(WORD, min_size=1, max_size=25)).filter(bool)


@settings(max_examples=40, deadline=None)  # for each of the three
@given(question=TEXT, texts=st.lists(TEXT, min_size=1, max_size=4), title=st.one_of(st.just(""), TEXT))
def test_whatever_the_weights_every_answer_is_a_whole_span_of_its_passage(
    random_weights: CopyReader, question: str, texts: list[str], title: str
) -> None:
    hits = [
        Hit(Passage(n, str(n), 0, len(text), text), title, "", f"text:{n}", 1.0, n) for n, text in enumerate(texts, 1)
    ]
    reading = random_weights.read(Query.of(question), hits)
    for prediction in reading.predictions:
        assert prediction.hit in hits
        check(prediction)
    assert 0 <= reading.no_answer <= 1
    assert sum(p.probability for p in reading.predictions) + reading.no_answer <= 1 + 1e-6
    values = expected_f1([p.text for p in reading.predictions], [p.probability for p in reading.predictions])
    assert values == sorted(values, reverse=True)


@settings(max_examples=4, deadline=None)  # for each of the three
@given(st.data())
def test_long_passages_are_read_with_exact_offsets(random_weights: CopyReader, data: st.DataObject) -> None:
    words = data.draw(st.lists(WORD, min_size=500, max_size=800))
    text = " ".join(" ".join(words).split())
    hit = Hit(Passage(1, "d", 0, len(text), text), "A title", "", "text:d", 1.0, 1)
    for prediction in random_weights.read(Query.of("What is it?"), [hit]).predictions:
        check(prediction)


def test_an_answer_far_down_a_long_passage_is_found(reader: CopyReader, make_hit: MakeHit) -> None:
    filler = "The weather in the steppe was dry and the road was long. " * 60
    hit = make_hit(filler + "The bridge was designed by Aliya Serikova. " + filler, "A bridge")
    reading = reader.read(Query.of("Who designed the bridge?"), [hit])
    assert reading.predictions[0].text == "Aliya Serikova"
    assert len(filler) <= reading.predictions[0].start


def test_it_answers_refuses_and_names_the_right_passage(reader: CopyReader, make_hit: MakeHit) -> None:
    hits = [
        make_hit("Expo 2017 opened in Astana on 10 June 2017. Its theme was Future Energy.", "Expo 2017", 1, 1),
        make_hit("The oil pipeline to China was completed in 2009.", "Pipelines", 2, 2),
    ]
    reading = reader.read(Query.of("When was the oil pipeline completed?"), hits)
    best = reading.predictions[0]
    assert (best.text, best.hit.passage.id) == ("2009", 2)
    assert reading.confidence(best) > 0.7
    reading = reader.read(Query.of("Who wrote the opera Abai?"), hits)
    assert reading.confidence(reading.predictions[0]) < 0.2


def test_later_hits_are_believed_less_where_the_configuration_says_so(
    reader: CopyReader, make_hit: MakeHit, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = [
        make_hit("The oil pipeline to China is said to have been completed in 2008.", "", 1, 1),
        make_hit("The oil pipeline to China was completed in 2009.", "", 2, 2),
    ]

    def read(prior: float) -> dict[str, float]:
        monkeypatch.setattr(reader, "rank_prior", prior)
        predictions = reader.read(Query.of("When was the oil pipeline completed?"), hits).predictions
        return {p.text: p.probability for p in predictions}

    without, with_prior = read(0), read(2)
    assert with_prior["2008"] == pytest.approx(without["2008"])
    assert with_prior["2009"] == pytest.approx(without["2009"] / 4)


def test_the_title_helps_but_is_never_quoted(reader: CopyReader, make_hit: MakeHit) -> None:
    hit = make_hit("It opened on 10 June 2017.", "Expo in Astana")
    reading = reader.read(Query.of("Where is the expo?"), [hit])
    assert all(p.text in hit.passage.text for p in reading.predictions)


def test_case_and_accents_are_the_documents(reader: CopyReader, make_hit: MakeHit) -> None:
    hit = make_hit("The café was opened by Zoë Müller-Öztürk in 1999.")
    assert reader.read(Query.of("Who opened the café?"), [hit]).predictions[0].text == "Zoë Müller-Öztürk"


def test_reading_each_alone_equals_reading_it_alone(reader: CopyReader, make_hit: MakeHit) -> None:
    hits = [make_hit("Aliya sang.", "", 1), make_hit("Berik wrote the song in 1990.", "", 2)]
    query = Query.of("When did Berik write the song?")
    together = reader.read(query, hits)
    each = reader.read_each(query, hits)
    assert [r.predictions[0].text for r in each] == [reader.read(query, [hit]).predictions[0].text for hit in hits]
    assert each[1].no_answer == pytest.approx(reader.read(query, hits[1:]).no_answer, abs=2e-2)
    assert together.predictions[0].text == "1990"


def test_a_question_longer_than_a_row_is_cut_and_not_the_passage(reader: CopyReader, make_hit: MakeHit) -> None:
    reading = reader.read(Query.of("when " * 900), [make_hit("It opened in 2017.")])
    assert reading.predictions


def test_several_threads_may_read_at_once(reader: CopyReader, make_hit: MakeHit) -> None:
    hit = make_hit("Berik wrote the song in 1990 and Aliya sang it in 1995.")
    questions = {"When did Berik write the song?": "1990", "When did Aliya sing it?": "1995"}
    wrong: list[str] = []

    def work(question: str, expected: str) -> None:
        for _ in range(6):
            text = reader.read(Query.of(question), [hit]).predictions[0].text
            if not re.search(expected, text):
                wrong.append(text)

    threads = [threading.Thread(target=work, args=item) for item in questions.items() for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="No seq2seq model can be loaded from"):
        CopyReader(tmp_path)
