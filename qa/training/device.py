"""Where training runs, and in which type of numbers."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch

from embeddings.runtime import fast_bfloat16


def default_device() -> str:
    """Return "cuda" where there is a GPU, else "cpu"."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def autocast(device: str) -> AbstractContextManager[None]:
    """Run matrix products in bfloat16 where the device has it."""
    fast = torch.cuda.is_bf16_supported() if device != "cpu" else fast_bfloat16()
    return torch.autocast(device, dtype=torch.bfloat16, enabled=fast)
