"""Examples of like size put together as tensors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from qa.reader.decoding import Integers, Window
from qa.training.examples import Example, View

# Rows of like length are encoded together, about this many tokens at a time: padding all rows of a batch to the longest
# would add half as many tokens again.
CHUNK_TOKENS = 2048
# Sizes are rounded up, so that few different shapes occur: the matrix library makes a kernel for each new one, which
# would take as long as the training itself.
LENGTH_STEP, VIEW_STEP, POSITION_STEP, ANSWER_STEP = 16, 8, 128, 4


@dataclass(frozen=True, slots=True)
class Batch:
    """V views of up to T steps over the passages of some examples.

    ``ids``, ``masks``: rows of like length, int64 (rows, length) each; their tokens, padding and all, one after the
    other, are counted from 0 to N. ``positions``: what a view sees, int64 (V, P), as such numbers; ``seen``: which of
    them are no padding, bool (V, P). ``fed``: the decoder's input, int64 (V, T). ``allowed``, ``right``: which
    positions may and should come next, bool (V, T, P). ``weights``: of each step, zero after the last, float32 (V, T).
    """

    examples: int
    ids: Sequence[Tensor]
    masks: Sequence[Tensor]
    positions: Tensor
    seen: Tensor
    fed: Tensor
    allowed: Tensor
    right: Tensor
    weights: Tensor

    def to(self, device: str) -> Batch:
        """Return the batch on a device."""
        return Batch(
            self.examples,
            [ids.to(device) for ids in self.ids],
            [mask.to(device) for mask in self.masks],
            self.positions.to(device),
            self.seen.to(device),
            self.fed.to(device),
            self.allowed.to(device),
            self.right.to(device),
            self.weights.to(device),
        )


def collate(examples: Sequence[Example], start: int, padding: int) -> Batch:
    """Return the batch of these examples; ``start`` is the decoder's first token."""
    rows = [
        (len(window.tokens), number, row)
        for number, example in enumerate(examples)
        for row, window in enumerate(example.windows)
    ]
    ids, masks, offsets, count = [], [], dict[tuple[int, int], int](), 0
    for chunk in _chunks(sorted(rows)):
        length = _up(chunk[-1][0], LENGTH_STEP)
        block = torch.full((len(chunk), length), padding)
        mask = torch.zeros(block.shape, dtype=torch.long)
        for place, (size, number, row) in enumerate(chunk):
            block[place, :size] = torch.tensor(examples[number].windows[row].tokens)
            mask[place, :size] = 1
            offsets[number, row] = count + place * length
        count += block.numel()
        ids.append(block)
        masks.append(mask)
    views = [_view(view, example.windows, offsets, n) for n, example in enumerate(examples) for view in example.views]
    count = _up(len(views), VIEW_STEP)
    steps = _up(max(len(view.allowed) for view, *_ in views), ANSWER_STEP)
    width = _up(max(len(positions) for _, positions, _ in views), POSITION_STEP)
    positions = torch.zeros(count, width, dtype=torch.long)
    seen = torch.zeros(count, width, dtype=torch.bool)
    fed = torch.full((count, steps), padding)
    fed[:, 0] = start
    allowed = torch.zeros(count, steps, width, dtype=torch.bool)
    right = torch.zeros_like(allowed)
    weights = torch.zeros(count, steps)
    for number, (view, places, moved) in enumerate(views):
        positions[number, : len(places)] = torch.from_numpy(places)
        seen[number, : len(places)] = True
        fed[number, 1 : len(view.tokens) + 1] = torch.tensor(view.tokens, dtype=torch.long)
        weights[number, : len(view.allowed)] = view.weight
        for step, (may, should) in enumerate(zip(view.allowed, view.right, strict=True)):
            allowed[number, step, torch.from_numpy(moved[may])] = True
            right[number, step, torch.from_numpy(moved[should])] = True
    return Batch(len(examples), ids, masks, positions, seen, fed, allowed, right, weights)


def _view(
    view: View, windows: Sequence[Window], offsets: dict[tuple[int, int], int], number: int
) -> tuple[View, Integers, Integers]:
    """Return the view, the tokens it sees, and where each position of the example stands among them."""
    places = [
        np.arange(offsets[number, row], offsets[number, row] + len(window.tokens))
        for row, window in enumerate(windows)
        if view.visible[row]
    ]
    visible = np.repeat(view.visible, [len(window.tokens) for window in windows])
    return view, np.concatenate(places), np.cumsum(visible) - 1


def _up(size: int, step: int) -> int:
    return -(-size // step) * step


def _chunks(rows: list[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    chunk: list[tuple[int, int, int]] = []
    for row in rows:
        if chunk and (len(chunk) + 1) * _up(row[0], LENGTH_STEP) > CHUNK_TOKENS:
            yield chunk
            chunk = []
        chunk.append(row)
    yield chunk


def group(examples: Sequence[Example], batch_tokens: int, generator: random.Random) -> list[list[Example]]:
    """Put examples of like size together, about ``batch_tokens`` tokens a batch; the batches in random order."""

    def size(example: Example) -> int:
        return sum(len(window.tokens) for window in example.windows)

    batches: list[list[Example]] = []
    waiting: list[Example] = []
    tokens = 0
    for example in sorted(examples, key=size):
        if waiting and tokens + size(example) > batch_tokens:
            batches.append(waiting)
            waiting, tokens = [], 0
        waiting.append(example)
        tokens += size(example)
    if waiting:
        batches.append(waiting)
    generator.shuffle(batches)
    return batches
