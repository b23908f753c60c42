"""Other seq2seq models as the reader: small ones with random weights, saved to a folder as any model is."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from qa.__main__ import main
from qa.assistant import Assistant
from qa.library.library import Library
from qa.question.query import Query
from qa.reader import ReaderError, load_reader
from qa.reader.copy_reader import CopyReader
from qa.reader.decoding import boundaries
from qa.reader.seq2seq import Seq2SeqReader
from qa.types import Hit
from tests.fakes import TEXTS, random_reader, random_seq2seq

MakeHit = Callable[..., Hit]


@pytest.fixture(scope="module", params=["t5", "bart"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with random weights, and its tokenizer."""
    return random_seq2seq(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def model(folder: Path) -> Seq2SeqReader:
    return Seq2SeqReader(folder)


@pytest.mark.slow
def test_it_can_only_write_spans(model: Seq2SeqReader, make_hit: MakeHit) -> None:
    generator = random.Random(1)
    seen = set()
    for _ in range(12):
        words = " ".join(generator.sample(" ".join(TEXTS).split(), 5))
        hits = [make_hit(text, "", number) for number, text in enumerate(TEXTS, 1)]
        reading = model.read(Query.of(f"{words}?"), hits)
        assert reading.predictions
        assert 0 < reading.no_answer <= 1
        for prediction in reading.predictions:
            text = prediction.hit.passage.text
            begins, ends = boundaries(text)
            assert begins[prediction.start]
            assert ends[prediction.end]
            assert prediction.text
            assert "\n" not in prediction.text
            seen.add(prediction.text)
        assert sum(p.probability for p in reading.predictions) <= len(hits) + 1e-4
    assert len(seen) > 3  # the question matters, even to random weights


def test_the_probability_is_that_of_the_model(model: Seq2SeqReader, make_hit: MakeHit) -> None:
    """All spans of a passage and the refusal together are as probable as can be: one."""
    hit = make_hit("In 2017")
    reading = model.read(Query.of("When?"), [hit], beams=8)
    assert {p.text for p in reading.predictions} == {"In", "In 2017", "2017"}
    assert sum(p.probability for p in reading.predictions) + reading.no_answer == pytest.approx(1, abs=1e-3)


def test_a_long_passage_is_cut_to_the_models_room(model: Seq2SeqReader, make_hit: MakeHit) -> None:
    hit = make_hit(" ".join(TEXTS * 12).replace("\n", " "))
    assert model.read(Query.of("How many people came?"), [hit]).predictions


@pytest.mark.slow
def test_confidence_is_marked_as_uncalibrated(folder: Path, sample_library: Library) -> None:
    assistant = Assistant(sample_library, reader=str(folder), threshold=0.0)
    answer = assistant.ask("How many people visited the Expo?")
    assert not answer.calibrated
    assert not answer.abstained
    assert answer.to_dict()["answer"]["calibrated"] is False
    assert answer.citations[0].quote == answer.text
    assert Assistant(sample_library).ask("How many people visited the Expo?").calibrated


def test_the_right_reader_is_loaded(folder: Path) -> None:
    assert isinstance(load_reader(folder), Seq2SeqReader)
    assert isinstance(load_reader(), CopyReader)


@pytest.fixture(scope="module")
def copy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small copy-head model with random weights, which is the other kind of reader."""
    folder = tmp_path_factory.mktemp("copy")
    random_reader(folder, 1)
    return folder


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _foreign(file: Path) -> None:
    save_file({"another.model": torch.zeros(3, 4)}, file, metadata={"format": "pt"})


def _other_shape(file: Path) -> None:
    weights = {name: torch.zeros([n + 1 for n in value.shape]) for name, value in load_file(file).items()}
    save_file(weights, file, metadata={"format": "pt"})


def _more_words(file: Path) -> None:
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.add_tokens([f"word{number}" for number in range(1000)])
    tokenizer.save(str(file))


DAMAGE: list[tuple[str, Callable[[Path], object]]] = [
    ("model.safetensors", Path.unlink),
    ("model.safetensors", _cut),
    ("model.safetensors", _foreign),
    ("model.safetensors", _other_shape),
    ("model.safetensors", lambda file: file.write_bytes(b"\xff" * 500)),
    ("tokenizer.json", Path.unlink),
    ("tokenizer.json", _cut),
    ("tokenizer.json", _more_words),
    ("config.json", _cut),
    ("config.json", lambda file: file.write_text("[]")),
]


def check_refused(whole: Path, broken: Path, name: str, damage: Callable[[Path], object]) -> None:
    """Damage one file in a copy of the folder, and look for the sentence about it."""
    shutil.copytree(whole, broken)
    damage(broken / name)
    with pytest.raises(ReaderError, match="No seq2seq model can be loaded from") as error:
        load_reader(broken)
    assert str(broken) in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(("name", "damage"), DAMAGE)
def test_a_folder_that_is_not_whole_is_refused(
    folder: Path, tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    check_refused(folder, tmp_path / "broken", name, damage)


@pytest.mark.parametrize(("name", "damage"), DAMAGE)
def test_a_copy_head_that_is_not_whole_is_refused(
    copy_folder: Path, tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    check_refused(copy_folder, tmp_path / "broken", name, damage)


def test_the_terminal_says_that_there_is_no_reader(
    copy_folder: Path, tmp_path: Path, sample_library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(copy_folder, broken)
    (broken / "model.safetensors").unlink()
    assert main(["ask", "When?", "--reader", str(broken), "--library", str(sample_library.path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("qa: No seq2seq model can be loaded from") and error.count("\n") == 1


@pytest.mark.parametrize("name", ["no/such-model", "/no/such/folder"])
def test_a_model_that_is_not_here(name: str) -> None:
    with pytest.raises(ReaderError, match="No seq2seq model can be loaded from") as error:
        load_reader(name)
    assert "\n" not in str(error.value)
