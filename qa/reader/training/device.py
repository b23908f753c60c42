"""Where training runs, and in which type of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import torch


def default_device() -> str:
    """Return "cuda" where there is a GPU, else "cpu"."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def fast_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 matrices faster than float32."""
    if device != "cpu":
        return bool(torch.cuda.is_bf16_supported())
    abilities: Mapping[str, Any] = torch.cpu.get_capabilities()
    return bool(abilities.get("amx_bf16") or abilities.get("avx512_bf16"))


def autocast(device: str) -> AbstractContextManager[None]:
    """Run matrix products in bfloat16 where the device has it."""
    return torch.autocast(device, dtype=torch.bfloat16, enabled=fast_bfloat16(device))
