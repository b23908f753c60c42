"""What a training run is: a small JSON file, committed with the weights that came of it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run.

    ``questions``: how many are drawn in all. ``sources``: the share of each source among them ("unanswerable": SQuAD
    2.0's). ``passages``: the share of questions read with that many passages. ``twisted`` and ``cut``: how many of the
    answerable ones are asked with something exchanged, or without the sentences that answer; ``follow_up``: how many
    are asked as in a conversation, where they can be. ``absent`` and ``alone``: the weights of reading the same
    passages without the gold one, and the gold one alone. ``titled``, ``shortened``, ``unmarked``: how often titles
    are shown, passages cut to a few sentences, question marks left out.
    ``random_negative``: how often another passage is any passage. Rates are Adam's, at their highest;
    ``batch_tokens`` is a batch's size; ``warm_up`` counts questions.
    """

    questions: int
    sources: dict[str, float]
    passages: dict[str, float]
    seed: int = 0
    twisted: float = 0.04
    cut: float = 0.04
    follow_up: float = 0.0
    absent: float = 0.4
    alone: float = 0.3
    titled: float = 0.8
    shortened: float = 0.3
    unmarked: float = 0.1
    random_negative: float = 0.1
    encoder_rate: float = 8e-5
    decoder_rate: float = 2.4e-4
    table_rate: float = 2e-5
    warm_up: int = 3000
    batch_tokens: int = 12288
    pool: int = 1024

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a plan.

        Raises:
            ValueError: the file is no plan; the sentence names what is wrong.
        """
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return cls(**values)
        except (TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path} is not a training plan: {error}.") from None

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return dataclasses.asdict(self)
