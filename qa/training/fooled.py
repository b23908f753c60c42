"""Twisted questions that fool a reader: those worth training on."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch

from corpus.progress import Progress, no_progress
from qa.reader.decoding import SpanConstraint
from qa.reader.model import CopyBartForConditionalGeneration
from qa.reader.rows import RowBuilder
from qa.training.batches import collate, group
from qa.training.data import SENTENCES, Question, TrainingData
from qa.training.device import autocast
from qa.training.examples import LONG_PASSAGE, Example, refusal
from qa.training.loss import refusals
from qa.training.twist import twist


def find(
    model: CopyBartForConditionalGeneration,
    device: str,
    rows: RowBuilder,
    data: TrainingData,
    found: Mapping[int, Sequence[int]],
    questions: Sequence[Question],
    seed: int = 0,
    progress: Progress = no_progress,
) -> dict[int, str]:
    """Return, by question number, the twisted questions to which the model gives an answer all the same.

    SQuAD is left out: people wrote such questions for it. So are single sentences and long passages.
    """
    generator = random.Random(seed)
    texts: dict[int, str] = {}
    examples: list[Example] = []
    asked: dict[int, int] = {}
    for question in questions:
        if question.source in (*SENTENCES, "squad", "unanswerable"):
            continue
        passage = data.contexts[question.context]
        other = data.contexts[generator.choice(found.get(question.number) or [question.context])]
        answers = [answer for answer, _ in question.answers]
        text = twist(question.text, passage, other, answers, generator)
        if text is None or passage.count(" ") > LONG_PASSAGE:
            continue
        windows = rows.windows(text, data.titles[question.context], passage)
        constraint = SpanConstraint(windows, [passage])
        example = Example(windows, [refusal(constraint, np.ones(len(windows), dtype=np.bool_), 1.0)])
        asked[id(example)] = question.number
        examples.append(example)
        texts[question.number] = text
    start, padding = cast(int, model.config.decoder_start_token_id), cast(int, model.config.pad_token_id)
    model.train(False)
    fooled: dict[int, str] = {}
    batches = group(examples, 8192, generator)
    for batch in progress(batches, total=len(batches), desc="Reading twisted questions"):
        with torch.inference_mode(), autocast(device):
            refused = refusals(model, collate(batch, start, padding).to(device)).tolist()
        # The batch may be filled up with views of nothing.
        for example, probability in zip(batch, refused[: len(batch)], strict=True):
            if probability < 0.5:
                fooled[asked[id(example)]] = texts[asked[id(example)]]
    return fooled


def load(path: Path) -> dict[int, str]:
    """Return what :func:`save` wrote."""
    values: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return {int(number): text for number, text in values.items()}


def save(path: Path, fooled: Mapping[int, str]) -> None:
    """Write the questions as JSON."""
    path.write_text(json.dumps(dict(fooled), ensure_ascii=False, indent=0), encoding="utf-8")
