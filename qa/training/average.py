"""The mean of two readers' weights, which reads better than either where one was trained on from the other.

Fine-tuning moves between solutions of about the same loss, and their middle has a lower one (Wortsman et al. 2022,
"Model soups" and "Robust fine-tuning of zero-shot models": https://arxiv.org/abs/2203.05482 and 2109.01903).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch

from qa.reader.model import CopyBartForConditionalGeneration


def average(model: CopyBartForConditionalGeneration, other: CopyBartForConditionalGeneration) -> None:
    """Put halfway between both, in place, every weight of ``model``.

    Raises:
        ValueError: they are not of the same shape.
    """
    mine, theirs = model.state_dict(), other.state_dict()
    if {k: v.shape for k, v in mine.items()} != {k: v.shape for k, v in theirs.items()}:
        raise ValueError("The two readers differ in shape, so their weights cannot be averaged.")
    with torch.no_grad():
        # Tied weights stand under several names and are moved once.
        for name in {value.data_ptr(): name for name, value in mine.items()}.values():
            mine[name].add_(theirs[name]).div_(2)


def described(folder: Path) -> dict[str, Any]:
    """Return what a reader is, for the description of a run: its weights' SHA-256 and its own run, if it has one."""
    run = folder / "run.json"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    return {"weights": digest, "run": json.loads(run.read_text(encoding="utf-8")) if run.exists() else None}
