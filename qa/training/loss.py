"""What is learned: at every step, the probability of the right positions among those allowed."""

from __future__ import annotations

import torch
from torch import Tensor

from qa.reader.model import CopyBartForConditionalGeneration
from qa.training.batches import Batch


def scores(model: CopyBartForConditionalGeneration, batch: Batch) -> Tensor:
    """Return the copy head's scores of what each view sees, float32 (V, T, P)."""
    encoded = zip(batch.ids, batch.masks, strict=True)
    states = torch.cat([model.encode(ids, mask).flatten(0, 1) for ids, mask in encoded])
    decoded = model.model.decoder(
        input_ids=batch.fed,
        encoder_hidden_states=states[batch.positions],
        encoder_attention_mask=batch.seen.long(),
        use_cache=False,
    ).last_hidden_state
    return model.copy_scores(decoded, model.keys(states)[batch.positions]).float()


def loss(model: CopyBartForConditionalGeneration, batch: Batch) -> Tensor:
    """Return the negative log-likelihood of the right answers, by weight, per example of the batch."""
    found = scores(model, batch)
    low = torch.finfo(found.dtype).min / 2
    right = found.masked_fill(~batch.right, low).logsumexp(-1)
    allowed = found.masked_fill(~batch.allowed, low).logsumexp(-1)
    # Steps after the last allow nothing: their difference is zero, their weight too.
    return ((allowed - right) * batch.weights).sum() / batch.examples


def refusals(model: CopyBartForConditionalGeneration, batch: Batch) -> Tensor:
    """Return the probability of "no answer" in each view, float32 (V,); those that only fill the batch come last."""
    found = scores(model, batch)[:, 0]
    low = torch.finfo(found.dtype).min / 2
    none = batch.right[:, 0]
    return (
        found.masked_fill(~none, low).logsumexp(-1) - found.masked_fill(~batch.allowed[:, 0], low).logsumexp(-1)
    ).exp()
