"""The fitted weights of the detector and of the terms, and what features weigh by them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


@functools.cache
def weights() -> dict[str, Any]:
    """Return ``weights.json``: for "leans" and "missing" the weights of the features and the sum that counts."""
    found: dict[str, Any] = json.loads((files("qa.question.followup") / "weights.json").read_text(encoding="utf-8"))
    return found


def weighed(model: str, features: Mapping[str, float]) -> float:
    """Return the log-odds of a model for these features."""
    known = weights()[model]["weights"]
    return sum(float(known.get(name, 0.0)) * value for name, value in features.items() if value)
