"""Fit the weights by which ``qa.retrieval.search`` ranks: dense and full text, words within one window, pairs of words.

    python -m tests.benchmarks.fit_ranking [--paragraphs 5000] [--questions 300] [--folder FOLDER]

Paragraphs of every field of the training data become a library (SQuAD's by whole articles, about a third of all) and
their questions are asked of it. The weights maximise the probability of a question's own paragraph among the candidates
(softmax; ListNet, Cao et al. 2007, https://doi.org/10.1145/1273496.1273513), every field counting by the square root of
its questions. Prints them, and the recall on the held-out paragraphs before and after. ``--folder`` keeps the libraries
for another time.
"""

from __future__ import annotations

import argparse
import functools
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from corpus.progress import Progress
from qa.evaluation.metrics import mean, recall_at
from qa.library.library import Library
from qa.question.query import Query
from qa.question.words import search_words
from qa.retrieval.fusion import CANDIDATES, weighted_sum
from qa.retrieval.proximity import proximity
from qa.retrieval.search import retrieve_many
from qa.training.data import SENTENCES, Question, TrainingData, load
from qa.training.paragraphs import build_library, source_name
from tests.benchmarks.data import folder, machine

SIGNALS = ("dense", "full text", "window", "pairs")
# Fewer questions than this say little about a field.
LEAST = 40
RIDGE = 1e-3
progress: Progress = functools.partial(tqdm, disable=None)


def drawn(data: TrainingData, count: int, seed: int = 0) -> list[int]:
    """Return the numbers of about ``count`` training paragraphs: a third of SQuAD, the rest as even as can be."""
    generator = random.Random(seed)
    articles: dict[str, list[int]] = defaultdict(list)
    fields: dict[str, list[int]] = defaultdict(list)
    for number, (source, title) in enumerate(zip(data.sources, data.titles, strict=True)):
        if number not in data.held_out and source not in SENTENCES:
            (articles[title] if source == "squad" else fields[source]).append(number)
    names = sorted(articles)
    generator.shuffle(names)
    chosen: list[int] = []
    while names and len(chosen) < count // 3:
        chosen += articles[names.pop()]
    each = (count - len(chosen)) // max(1, len(fields))
    for source in sorted(fields):
        chosen += generator.sample(fields[source], min(each, len(fields[source])))
    return chosen


def asked(data: TrainingData, library: Library, each: int, seed: int = 0) -> list[Question]:
    """Return up to ``each`` questions of every field on the library's paragraphs, four times as many of SQuAD."""
    there = {document.source for document in library.documents()}
    fields: dict[str, list[Question]] = defaultdict(list)
    for question in data.questions:
        if question.answers and source_name(question.context) in there:
            fields[question.source].append(question)
    generator = random.Random(seed)
    counts = {source: each * (4 if source == "squad" else 1) for source in sorted(fields)}
    return [q for source, n in counts.items() for q in generator.sample(fields[source], min(n, len(fields[source])))]


def signals(library: Library, questions: Sequence[Question]) -> list[tuple[str, int, torch.Tensor]]:
    """Return for every question whose own paragraph is a candidate: its field, which one that is, and the signals."""
    vectors = library.encoder.encode_questions([question.text for question in questions])
    table = []
    for question, vector in zip(progress(questions, total=len(questions), desc="Searching"), vectors, strict=True):
        words = search_words(question.text)
        dense, text = library.search_vectors(vector, CANDIDATES), library.search_text(words, CANDIDATES)
        numbers = [number for number, _ in weighted_sum(dense, text)[:CANDIDATES]]
        known = library.passages(numbers)
        own = next((i for i, n in enumerate(numbers) if known[n][3] == source_name(question.context)), None)
        if own is not None:
            meant, said = dict(weighted_sum(dense, text, 1.0)), dict(weighted_sum(dense, text, 0.0))
            near = proximity(words, [(known[number][1], known[number][0].text) for number in numbers])
            rows = [(meant[n], said[n], *shares) for n, shares in zip(numbers, near, strict=True)]
            table.append((question.source, own, torch.tensor(rows)))
    return table


def fit(table: Sequence[tuple[str, int, torch.Tensor]]) -> list[float]:
    """Return the weight of each signal, all together 1."""
    counts: dict[str, int] = defaultdict(int)
    for source, _, _ in table:
        counts[source] += 1
    rows = torch.nn.utils.rnn.pad_sequence([rows for _, _, rows in table], batch_first=True)
    there = torch.arange(rows.shape[1])[None] < torch.tensor([len(rows) for _, _, rows in table])[:, None]
    own = torch.tensor([own for _, own, _ in table])
    share = torch.tensor([counts[source] ** -0.5 for source, _, _ in table])
    weights = torch.zeros(len(SIGNALS), requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        scores = (rows @ weights).masked_fill(~there, -1e9)
        each = torch.nn.functional.cross_entropy(scores, own, reduction="none")
        value = (share * each).sum() / share.sum() + RIDGE * (weights**2).mean()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return (weights.detach() / weights.detach().sum()).tolist()


def recall(library: Library, questions: Sequence[Question], by_proximity: bool) -> str:
    """Return a row of recall@1, 3, 5 and 10: of SQuAD, and the mean of all fields with at least ``LEAST`` questions."""
    fields: dict[str, list[int | None]] = defaultdict(list)
    found = retrieve_many(library, [Query.of(question.text) for question in questions], 10, by_proximity=by_proximity)
    for question, hits in zip(questions, found, strict=True):
        own = source_name(question.context)
        fields[question.source].append(next((hit.rank for hit in hits if hit.source == own), None))
    enough = [ranks for ranks in fields.values() if len(ranks) >= LEAST]
    numbers = [recall_at(k, fields["squad"]) for k in (1, 3, 5, 10)]
    numbers += [mean([recall_at(k, ranks) for ranks in enough]) for k in (1, 3, 5, 10)]
    return " | ".join(f"{100 * number:.1f}" for number in numbers)


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--paragraphs", type=int, default=5000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    data = load(folder())
    with tempfile.TemporaryDirectory() as temporary:
        where = options.folder or Path(temporary)
        fitting = build_library(data, drawn(data, options.paragraphs), where / "fit", progress)
        table = signals(fitting, asked(data, fitting, options.questions))
        weights = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(SIGNALS, fit(table), strict=True))
        print(f"{machine()}\n\n{len(table)} questions on {len(fitting)} paragraphs: {weights}\n")
        held_out = build_library(data, data.held_out, where / "held-out", progress)
        questions = asked(data, held_out, options.questions)
        print("| | SQuAD @1 | @3 | @5 | @10 | all fields @1 | @3 | @5 | @10 |\n|---|---|---|---|---|---|---|---|---|")
        print(f"| fused | {recall(held_out, questions, by_proximity=False)} |")
        print(f"| and ranked by proximity | {recall(held_out, questions, by_proximity=True)} |")


if __name__ == "__main__":
    main()
