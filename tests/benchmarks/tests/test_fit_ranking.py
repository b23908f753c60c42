"""The weights of the ranking follow what tells the right passage from the others."""

from __future__ import annotations

import random

import pytest
import torch

from qa.training.data import TrainingData
from tests.benchmarks.fit_ranking import SIGNALS, drawn, fit


def test_the_signal_that_tells_gets_the_weight() -> None:
    generator = random.Random(1)
    table = []
    for number in range(60):
        rows = torch.tensor([[generator.random() for _ in SIGNALS] for _ in range(3 + number % 5)])
        table.append(("squad" if number % 2 else "nq", int(rows[:, 2].argmax()), rows))
    weights = fit(table)
    assert sum(weights) == pytest.approx(1)
    assert weights[2] > 0.8


def test_whole_articles_and_nothing_held_out() -> None:
    data = TrainingData(
        contexts=[""] * 40,
        titles=[f"article {number // 5}" for number in range(20)] + [""] * 20,
        sources=["squad"] * 20 + ["nq"] * 10 + ["qamr"] * 10,
        held_out={0, 1, 2, 3, 4, 20},
    )
    chosen = drawn(data, 21)
    assert not data.held_out & set(chosen) and len(set(chosen)) == len(chosen)
    articles = [data.titles[number] for number in chosen if data.sources[number] == "squad"]
    assert articles and all(articles.count(title) == 5 for title in articles)
    assert {data.sources[number] for number in chosen} == {"squad", "nq"}, "no single sentences"
