"""Attention as plain matrix products, in the type of its inputs, for training on a CPU.

PyTorch's own bfloat16 attention takes about three times as long to train on a CPU with AMX, and the plain attention of
``transformers`` goes over to float32 where it adds the mask.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

NAME = "plain"


def plain_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Return softmax(query key') value, (batch, length, heads, width), for (batch, heads, length, width) each.

    ``attention_mask``: bool, true where a position is seen; None where all are.
    """
    with torch.autocast(query.device.type, enabled=False):
        scores = (query * (query.shape[-1] ** -0.5 if scaling is None else scaling)) @ key.transpose(-1, -2)
        if attention_mask is not None:
            scores.masked_fill_(~attention_mask, torch.finfo(scores.dtype).min)
        return (scores.softmax(-1) @ value).transpose(1, 2).contiguous(), None


def _mask(*arguments: Any, **kwargs: Any) -> Tensor | None:
    # Without this, a mask that is merely causal would be left out for PyTorch's attention to make up.
    kwargs["allow_is_causal_skip"] = False
    mask: Tensor | None = sdpa_mask(*arguments, **kwargs)
    return mask


def register() -> str:
    """Make this attention known to ``transformers`` and return the name to load a model with."""
    AttentionInterface.register(NAME, plain_attention)
    AttentionMaskInterface.register(NAME, _mask)
    return NAME
