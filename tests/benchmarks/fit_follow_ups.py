"""Fit the weights of ``qa.question.followup``: which lean on the conversation, and which of its terms they lack.

    python -m tests.benchmarks.fit_follow_ups [--share 0.02] [--terms 3] [--least -1.2]

Both are logistic regressions, fitted on the development halves of the rewrites and of our dialogues; for the first,
SQuAD *training* questions are examples of questions that stand alone, and its bar is set so that ``--share`` of 4,000
held-out ones lie above it. Writes ``qa/question/followup/weights.json``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.question.followup import leans, rules, whole_turns
from qa.question.followup.detect import surface
from qa.question.followup.terms import candidates, words
from qa.question.followup.weights import weights
from qa.types import Turn
from tests.benchmarks.data import rows
from tests.benchmarks.dialogues import dialogues
from tests.benchmarks.follow_ups import half, turns

Array = NDArray[np.float64]
Features = dict[str, float]
OUT = Path(__file__).parents[2] / "qa" / "question" / "followup" / "weights.json"
HELD_OUT = 4000
STANDING = 8000
Talk = tuple[str, list[Turn], str, float]
"""A follow-up, the turns before, its manual rewrite, and how much it counts."""


def fit(examples: Sequence[tuple[Features, bool, float]], ridge: float = 1.0) -> dict[str, float]:
    """Return the weight of each feature by Newton's method; an example: features, label, how much it counts."""
    names = sorted({name for features, _, _ in examples for name in features})
    table: Array = np.array([[features.get(name, 0.0) for name in names] for features, _, _ in examples])
    labels: Array = np.array([float(label) for _, label, _ in examples])
    counts: Array = np.array([count for _, _, count in examples])
    found = np.zeros(len(names))
    for _ in range(25):
        likely = 1 / (1 + np.exp(-table @ found))
        slope = table.T @ (counts * (likely - labels)) + ridge * found
        curve = (table * (counts * likely * (1 - likely))[:, None]).T @ table + ridge * np.eye(len(names))
        found -= np.linalg.solve(curve, slope)
    return {name: round(float(weight), 3) for name, weight in zip(names, found, strict=True)}


def value(weights: dict[str, float], features: Features) -> float:
    """Return the log-odds that the weights give to features."""
    return sum(weights.get(name, 0.0) * number for name, number in features.items())


def talks() -> tuple[list[Talk], list[str]]:
    """Return the follow-ups of both development halves, and the questions after a change of topic."""
    found: list[Talk] = [(row["question"], turns(row["history"]), row["rewrite"], 1.0) for row in half("dev")]
    written = dialogues(rows("squad-v1.1-dev"), "dev")
    found += [(d.follow_up, d.history, d.rewrite, 2.0) for d in written if not d.topic_change]
    return found, [d.follow_up for d in written if d.topic_change]


def standing() -> list[str]:
    """Return SQuAD training questions in random order."""
    sets = [rows(name) for name in ("reader-train", "reader-train-more")]
    found = [" ".join(row["question"].split()) for part in sets for row in part if row["source"] == "squad"]
    random.Random(1).shuffle(found)
    return found


def stands_out(question: str, bar: float) -> bool:
    """Whether a question is taken for a follow-up, or nearly: what its history does not lack is learned from it too."""
    return leans(question, bar - 1.0)


def write(model: dict[str, Any]) -> None:
    """Write the weights, and have them read anew."""
    OUT.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    weights.cache_clear()


def main() -> None:
    """Fit and write the weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--terms", type=int, default=3)
    parser.add_argument("--least", type=float, default=-1.2)
    options = parser.parse_args()
    talked, changes = talks()
    alone = standing()
    wordings = [(surface(question), bool(words(goal) - words(question)), n) for question, _, goal, n in talked]
    wordings += [(surface(question), False, 2.0) for question in changes]
    wordings += [(surface(question), False, 0.5) for question in alone[HELD_OUT : HELD_OUT + STANDING]]
    follows = fit(wordings)
    held = [value(follows, surface(question)) for question in alone[:HELD_OUT]]
    bar = round(float(np.quantile(held, 1 - options.share)), 3)
    model = {
        "leans": {"bar": bar, "weights": follows},
        "missing": {"bar": options.least, "most": options.terms, "weights": {}},
    }
    write(model)  # the terms of a question depend on how surely it leans
    terms = []
    for question, history, goal, count in talked:
        before = whole_turns(history)
        new, whole = rules.weave(question, before) if rules.leans(question) else (question, False)
        if whole:
            continue
        for term, features in candidates(new, before) if stands_out(question, bar) else ():
            new_words = words(term) - words(new)
            terms.append((features, 2 * len(new_words & words(goal)) >= len(new_words), count))
    model["missing"]["weights"] = fit(terms)
    write(model)
    print(f"{len(wordings)} questions, {len(terms)} terms; bar {bar}")


if __name__ == "__main__":
    main()
