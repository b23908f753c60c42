from __future__ import annotations

import pytest
import torch

import embeddings.runtime
from qa.reader.copy_reader import WEIGHTS
from qa.reader.model import CopyBartConfig, CopyBartForConditionalGeneration
from qa.reader.runtime_torch import CachedDecoder, encode, ready

ROWS = [[1, 7, 8, 9, 2], [1, 7, 7, 30, 31, 2], [1, 2]]


@pytest.fixture(params=["float32", "fast"])
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> CopyBartForConditionalGeneration:
    if request.param == "float32":
        monkeypatch.setattr(embeddings.runtime, "fast_bfloat16", lambda: False)
    elif not embeddings.runtime.fast_bfloat16():
        pytest.skip("this processor has no bfloat16, so everything is float32")
    torch.manual_seed(0)
    config = CopyBartConfig(
        vocab_size=50, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=64,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, init_std=0.5,
    )  # fmt: skip
    model = CopyBartForConditionalGeneration(config)
    model.train(False)
    return model


def close(found: torch.Tensor, expected: torch.Tensor) -> bool:
    """Whether they differ by no more than rounding, which is coarse in bfloat16."""
    exact = not embeddings.runtime.fast_bfloat16()
    return bool((found - expected).abs().mean() <= (1e-6 if exact else 0.05) * expected.abs().mean())


@torch.inference_mode()
@pytest.mark.parametrize("rows", [ROWS, [[1, *[7] * 30, 2], [1, *[8] * 30, 2]]], ids=["filled up", "a full stride"])
def test_rows_of_any_length_are_encoded_as_one_by_one(
    model: CopyBartForConditionalGeneration, rows: list[list[int]]
) -> None:
    expected = [model.encode(torch.tensor([row]), torch.ones(1, len(row)))[0] for row in rows]
    ready(model)
    states = encode(model, rows)
    assert [state.shape for state in states] == [(len(row), 16) for row in rows]
    assert all(state.dtype == torch.float32 for state in states)
    assert all(close(state, alone) for state, alone in zip(states, expected, strict=True))


@torch.inference_mode()
def test_the_cached_decoder_equals_decoding_from_scratch(model: CopyBartForConditionalGeneration) -> None:
    """Three hypotheses that branch and change places, against a decoder that sees every prefix whole."""
    states = model.encode(torch.tensor([ROWS[1]]), torch.ones(1, 6))[0]
    prefixes = torch.tensor([[1, 7, 9, 2], [1, 30, 31, 8]])
    plain = model.model.decoder(input_ids=prefixes, encoder_hidden_states=states.expand(2, -1, -1))
    expected = model.copy_scores(plain.last_hidden_state[:, -1], model.keys(states))
    ready(model)
    decoder = CachedDecoder(model, states)
    decoder.step(torch.tensor([1]), torch.tensor([0]))
    decoder.step(torch.tensor([7, 30]), torch.tensor([0, 0]))
    decoder.step(torch.tensor([31, 7, 9]), torch.tensor([1, 0, 0]))
    scores = decoder.step(torch.tensor([2, 8]), torch.tensor([2, 0]))
    assert scores.shape == (2, 6) and scores.dtype == torch.float32
    assert close(scores, expected)


@torch.inference_mode()
def test_the_bundled_weights_give_what_transformers_makes_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """In float32, where the two must be equal."""
    monkeypatch.setattr(embeddings.runtime, "fast_bfloat16", lambda: False)
    model = CopyBartForConditionalGeneration.from_pretrained(WEIGHTS, dtype=torch.float32, local_files_only=True)
    model.train(False)
    rows = [[101, *range(2000, 2000 + length), 102] for length in (300, 40)]
    ready(model)
    states = encode(model, rows)
    for state, row in zip(states, rows, strict=True):
        torch.testing.assert_close(state, model.encode(torch.tensor([row]), torch.ones(1, len(row)))[0])
    scores = CachedDecoder(model, states[1]).step(torch.tensor([101]), torch.tensor([0]))
    plain = model.model.decoder(input_ids=torch.tensor([[101]]), encoder_hidden_states=states[1][None])
    torch.testing.assert_close(scores, model.copy_scores(plain.last_hidden_state[:, 0], model.keys(states[1])))
