from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from qa.reader.copy_reader import CopyReader
from qa.reader.model import CopyBartConfig, CopyBartForConditionalGeneration
from qa.training.average import average, described
from tests.fakes import random_reader


def made(seed: int, width: int = 16) -> CopyBartForConditionalGeneration:
    torch.manual_seed(seed)
    config = CopyBartConfig(
        vocab_size=50, d_model=width, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=64, init_std=0.5,
    )  # fmt: skip
    return CopyBartForConditionalGeneration(config)


def test_every_weight_is_halfway_also_those_that_are_tied() -> None:
    one, other = made(1), made(2)
    before = {name: value.clone() for name, value in one.state_dict().items()}
    theirs = {name: value.clone() for name, value in other.state_dict().items()}
    average(one, other)
    for name, value in one.state_dict().items():
        torch.testing.assert_close(value, (before[name] + theirs[name]) / 2, msg=name)
        torch.testing.assert_close(other.state_dict()[name], theirs[name], msg="the other stays as it is")


def test_readers_of_two_shapes_have_no_mean() -> None:
    one = made(1)
    before = {name: value.clone() for name, value in one.state_dict().items()}
    with pytest.raises(ValueError, match="differ in shape"):
        average(one, made(2, width=32))
    assert all(torch.equal(value, before[name]) for name, value in one.state_dict().items())


def test_a_reader_is_described_by_its_weights_and_its_run(tmp_path: Path) -> None:
    assert isinstance(random_reader(tmp_path, 1), CopyReader)
    digest = hashlib.sha256((tmp_path / "model.safetensors").read_bytes()).hexdigest()
    assert described(tmp_path) == {"weights": digest, "run": None}
    (tmp_path / "run.json").write_text('{"steps": 7}')
    assert described(tmp_path)["run"] == {"steps": 7}
