"""Choose the abstention threshold on questions that the reader was not trained on and that measure nothing else.

    python -m tests.benchmarks.threshold [--questions 800] [--seed 0]

The SQuAD questions of ``reader-train-more`` (train articles, never read by the checkpoint) are asked over a library
of all paragraphs of ``reader-train`` and ``reader-train-more`` from SQuAD: once as they are, and once with the gold
paragraph left out of the hits, so that nothing there answers. The best threshold has the highest mean of "answered
rightly" (F1 of at least 0.5) among the first and "refused" among the second.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable

from corpus.types import LibraryError
from qa.assistant import Assistant
from qa.library import Library
from qa.metrics import f1, holds_answer, mean
from qa.retrieve import retrieve
from qa.types import Hit, Reading
from tests.benchmarks.data import machine, paragraphs, rows

RULES: dict[str, Callable[[Reading], float]] = {
    "p(span) / (p(span) + p(none))": lambda reading: reading.confidence(reading.predictions[0]),
    "1 - p(none)": lambda reading: 1 - reading.no_answer,
    "p(span)": lambda reading: reading.predictions[0].probability,
}


def main() -> None:
    """Print balanced accuracy by threshold for three readings of the same probabilities."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=800)
    parser.add_argument("--paragraphs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    asked = [r for r in rows("reader-train-more") if r["source"] == "squad" and r["question"] != r["question"].lower()]
    asked = generator.sample(asked, min(options.questions, len(asked)))
    others = [r for r in rows("reader-train") if r["source"] == "squad"]
    own = {r["context"] for r in asked}
    contexts = {r["context"]: r for r in others if r["context"] not in own}
    some = generator.sample(list(contexts.values()), min(options.paragraphs, len(contexts)))
    documents, gold = paragraphs(asked + some)
    print(f"{len(documents)} paragraphs, {len(asked)} questions; {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder, max_tokens=2048)
        library.add_documents(documents)
        reader = Assistant(library).reader
        answered: list[tuple[Reading, float]] = []
        unanswered: list[Reading] = []
        for row, source in zip(asked, gold, strict=False):
            references = [a["text"] for a in row["answers"]]
            hits = retrieve(library, row["question"], 12)
            with_gold = reader.read(row["question"], hits[:5])
            if with_gold.predictions:
                answered.append((with_gold, f1(with_gold.predictions[0].text, references)))
            rest: list[Hit] = [h for h in hits if h.source != source and not holds_answer(h.passage.text, references)]
            without = reader.read(row["question"], rest[:5])
            if without.predictions:
                unanswered.append(without)
    for name, rule in RULES.items():
        print(
            f"\n{name}\n| threshold | answered rightly | answered | refused rightly | balanced |\n|---|---|---|---|---|"
        )
        for step in range(1, 20):
            threshold = step / 20
            said = [rule(r) >= threshold for r, _ in answered]
            right = mean([float(s and o >= 0.5) for s, (_, o) in zip(said, answered, strict=True)])
            refused = mean([float(rule(r) < threshold) for r in unanswered])
            print(
                f"| {threshold:.2f} | {100 * right:.1f} | {100 * mean([float(s) for s in said]):.1f} "
                f"| {100 * refused:.1f} | {50 * (right + refused):.1f} |"
            )


if __name__ == "__main__":
    try:
        main()
    except LibraryError as error:
        raise SystemExit(str(error)) from None
