from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from qa.reader.copy_reader import WEIGHTS
from qa.reader.model import CopyBartConfig, CopyBartForConditionalGeneration


@pytest.fixture
def model() -> CopyBartForConditionalGeneration:
    torch.manual_seed(0)
    config = CopyBartConfig(
        vocab_size=50, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=64,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, dropout=0.0, init_std=0.5,
        forced_eos_token_id=None,
    )  # fmt: skip
    model = CopyBartForConditionalGeneration(config)
    model.train(False)
    return model


INPUT = torch.tensor([[1, 7, 8, 9, 2, 0], [1, 7, 7, 30, 31, 2]])
MASK = (INPUT != 0).long()


def test_logits_are_the_copy_distribution(model: CopyBartForConditionalGeneration) -> None:
    logits = model(input_ids=INPUT, attention_mask=MASK, decoder_input_ids=torch.tensor([[1, 7], [1, 7]])).logits
    assert logits.shape == (2, 2, 50)
    probabilities = logits.exp()
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(2, 2), atol=1e-4, rtol=0)
    for row in range(2):
        inside = set(INPUT[row][MASK[row] == 1].tolist())
        outside = [token for token in range(50) if token not in inside]
        assert probabilities[row, :, outside].max() < 1e-6, "only tokens of the input can come next"


def test_padding_changes_nothing(model: CopyBartForConditionalGeneration) -> None:
    start = torch.tensor([[1, 7]])
    padded = model(input_ids=INPUT[:1], attention_mask=MASK[:1], decoder_input_ids=start).logits
    bare = model(input_ids=INPUT[:1, :5], attention_mask=MASK[:1, :5], decoder_input_ids=start).logits
    torch.testing.assert_close(padded, bare, atol=1e-5, rtol=1e-4)


def test_labels_give_a_loss_that_training_lowers(model: CopyBartForConditionalGeneration) -> None:
    labels = torch.tensor([[8, 9, 2], [30, 31, 2]])
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses: list[float] = []
    for _ in range(40):
        loss = model(input_ids=INPUT, attention_mask=MASK, labels=labels).loss
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert losses[-1] < 0.3 * losses[0]


def test_generate_copies_from_the_input(model: CopyBartForConditionalGeneration) -> None:
    for beams in (1, 3):
        out = model.generate(input_ids=INPUT, attention_mask=MASK, max_new_tokens=6, num_beams=beams, do_sample=False)
        for row in range(2):
            assert set(out[row].tolist()) <= set(INPUT[row].tolist()) | {0, 1}


def test_it_says_what_is_missing(model: CopyBartForConditionalGeneration) -> None:
    with pytest.raises(ValueError, match="decoder_copy_ids"):
        model(encoder_outputs=(torch.zeros(1, 3, 16),), decoder_input_ids=torch.tensor([[1]]))


def test_save_and_load_in_the_ordinary_way(model: CopyBartForConditionalGeneration, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    again = AutoModelForSeq2SeqLM.from_pretrained(tmp_path).eval()
    assert type(again) is CopyBartForConditionalGeneration
    start = torch.tensor([[1, 7], [1, 7]])
    inputs = {"input_ids": INPUT, "attention_mask": MASK, "decoder_input_ids": start}
    torch.testing.assert_close(again(**inputs).logits, model(**inputs).logits)


def test_the_bundled_checkpoint_loads_with_the_auto_classes() -> None:
    model = AutoModelForSeq2SeqLM.from_pretrained(WEIGHTS, local_files_only=True)
    assert type(model) is CopyBartForConditionalGeneration
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(27.8e6, rel=0.01)
    assert AutoTokenizer.from_pretrained(WEIGHTS, local_files_only=True).vocab_size == 30522


def test_the_bundled_checkpoint_is_half_precision_and_small() -> None:
    from safetensors import safe_open

    with safe_open(WEIGHTS / "model.safetensors", "pt") as file:
        assert {file.get_tensor(key).dtype for key in file.keys()} == {torch.float16}  # noqa: SIM118
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 64e6
