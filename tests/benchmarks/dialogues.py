"""Follow-ups over SQuAD, written for this project: ``follow_up_dialogues.jsonl`` joined with SQuAD's own rows.

A line names the question meant by its SQuAD id, the questions before it by theirs, and has our own wording: a short
follow-up, and a rewrite that stands alone. SQuAD's first reference answer serves as what was answered.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.types import Turn

FILE = Path(__file__).with_name("follow_up_dialogues.jsonl")
SEED = 0


@dataclass(frozen=True)
class Dialogue:
    """A follow-up; ``target`` and ``before`` are rows of SQuAD, ``topic_change`` where it needs nothing of them."""

    target: dict[str, Any]
    before: tuple[dict[str, Any], ...]
    follow_up: str
    rewrite: str
    topic_change: bool

    @property
    def history(self) -> list[Turn]:
        return [(" ".join(row["question"].split()), row["answers"][0]) for row in self.before]

    @property
    def other_paragraph(self) -> bool:
        """Whether no question before was about the paragraph that is asked for."""
        return all(row["context"] != self.target["context"] for row in self.before)


def dialogues(questions: list[dict[str, Any]], half: str) -> list[Dialogue]:
    """Return the dialogues of one half of the articles ("dev" or "test"), divided by a fixed seed.

    ``questions``: the rows of SQuAD dev. A change of topic belongs to the half of the article before it.
    """
    titles = sorted({row["title"] for row in questions})
    random.Random(SEED).shuffle(titles)
    chosen = set(titles[::2] if half == "dev" else titles[1::2])
    known = {row["id"]: row for row in questions}
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        before = tuple(known[name] for name in given["history"])
        if before[-1]["title"] in chosen:
            change = bool(given.get("topic_change"))
            found.append(Dialogue(known[given["id"]], before, given["follow_up"], given["rewrite"], change))
    return found
