"""The reader's network at work: the numbers of its forward pass, without what answering does not need.

``transformers`` fills rows up to the longest, and at every step of the decoder makes masks and moves caches; for a
model this small both take as long as the arithmetic. Here rows of any lengths are encoded one behind the other, and
all hypotheses of a beam search share the keys and values of the passages. Dropout and gradients are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad, scaled_dot_product_attention

import embeddings.runtime
from embeddings.runtime import fast_inference
from qa.reader.model import CopyBartForConditionalGeneration

# In bfloat16 PyTorch makes and keeps a kernel for every length of a matrix: the lengths are filled up to multiples of
# this, and products over single passages, which gain nothing from bfloat16, are done in float32.
STRIDE = 64


def ready(model: CopyBartForConditionalGeneration) -> None:
    """Change the model in place for answering: linear layers in bfloat16 where the processor has it.

    Autocast would otherwise convert all weights again at every call, which takes longer than a step of the decoder.
    """
    model.train(False)
    if embeddings.runtime.fast_bfloat16():
        for module in model.modules():
            if isinstance(module, nn.Linear):
                module.to(torch.bfloat16)


def encode(model: CopyBartForConditionalGeneration, rows: Sequence[Sequence[int]]) -> list[Tensor]:
    """Return the encoder's states for rows of token ids: for each row float32, (its length, width)."""
    encoder: Any = model.model.encoder
    lengths = [len(row) for row in rows]
    # A last row of nothing makes the sum of the lengths one of few.
    lengths.append(-sum(lengths) % STRIDE)
    ids = torch.tensor([*(token for row in rows for token in row), *[0] * lengths[-1]])
    positions = torch.cat([torch.arange(length) for length in lengths])
    with fast_inference():
        states = _embed(encoder, ids, positions)
        for layer in encoder.layers:
            attention = layer.self_attn
            query, key, value = (
                torch.split(_heads(attention, project(states)), lengths, dim=1)
                for project in (attention.q_proj, attention.k_proj, attention.v_proj)
            )
            seen = [_attend(*row) for row in zip(query, key, value, strict=True)]
            states = layer.self_attn_layer_norm(states + attention.out_proj(torch.cat(seen)))
            states = _feed_forward(layer, states)
    return list(torch.split(states.float(), lengths))[:-1]


class CachedDecoder:
    """The decoder over one sequence of encoder states, for several hypotheses at once, with a key-value cache."""

    def __init__(self, model: CopyBartForConditionalGeneration, states: Tensor) -> None:
        """``states``: encoder states without padding, shape (positions, width)."""
        self._model = model
        self._decoder: Any = model.model.decoder
        self._steps = 0
        self._past: list[tuple[Tensor, Tensor]] = []
        count = len(states)
        filled = pad(states, (0, 0, 0, -count % STRIDE))
        with fast_inference():
            self._copied = model.keys(filled)[:count].float()
            self._passages = [
                tuple(
                    _heads(layer.encoder_attn, project(filled)[:count]).float()
                    for project in _key_value(layer.encoder_attn)
                )
                for layer in self._decoder.layers
            ]

    def step(self, tokens: Tensor, parents: Tensor) -> Tensor:
        """Feed one token a hypothesis and return the scores of all positions: float32, (hypotheses, positions).

        ``tokens``: the last token of each hypothesis; ``parents``: for each, which row of the step before it goes on
        from (ignored at the first step). Both int64, shape (hypotheses,).
        """
        with fast_inference():
            states = _embed(self._decoder, tokens, torch.full_like(tokens, self._steps))
            past, self._past = self._past, []
            for number, layer in enumerate(self._decoder.layers):
                attention = layer.self_attn
                # (hypotheses, heads, steps, width of a head): each hypothesis sees its own past.
                query, key, value = (
                    _heads(attention, project(states)).transpose(0, 1)[:, :, None]
                    for project in (attention.q_proj, *_key_value(attention))
                )
                if past:
                    key, value = (
                        torch.cat([old[parents], new], dim=2)
                        for old, new in zip(past[number], (key, value), strict=True)
                    )
                self._past.append((key, value))
                seen = scaled_dot_product_attention(query, key, value).flatten(1)
                states = layer.self_attn_layer_norm(states + attention.out_proj(seen))
                attention = layer.encoder_attn
                seen = _attend(_heads(attention, attention.q_proj(states)), *self._passages[number])
                states = layer.encoder_attn_layer_norm(states + attention.out_proj(seen))
                states = _feed_forward(layer, states)
            self._steps += 1
            asked = self._model.copy_query(states).float()
        with torch.inference_mode():
            scores: Tensor = asked @ self._copied.T / math.sqrt(self._model.width)
            return scores


def _embed(half: Any, ids: Tensor, positions: Tensor) -> Tensor:
    """Return what the first layer sees, (tokens, width). ``half``: the encoder or the decoder."""
    places = half.embed_positions
    # BART's table of positions begins with two rows that no position uses.
    return half.layernorm_embedding(half.embed_tokens(ids) + places.weight[positions + places.offset])  # type: ignore[no-any-return]


def _heads(attention: Any, projected: Tensor) -> Tensor:
    """Return (heads, tokens, width of a head) for (tokens, width)."""
    return projected.view(len(projected), attention.num_heads, attention.head_dim).transpose(0, 1)


def _key_value(attention: Any) -> tuple[nn.Linear, nn.Linear]:
    return attention.k_proj, attention.v_proj


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return (queries, width): every query sees all keys. The three are (heads, tokens, width of a head)."""
    with torch.autocast("cpu", enabled=False):
        seen = scaled_dot_product_attention(query.float()[None], key.float()[None], value.float()[None])
        return seen[0].transpose(0, 1).flatten(1)


def _feed_forward(layer: Any, states: Tensor) -> Tensor:
    return layer.final_layer_norm(states + layer.fc2(layer.activation_fn(layer.fc1(states))))  # type: ignore[no-any-return]
