"""Reading alone: SQuAD 1.1 dev with the gold paragraph and its title given, always answering.

    python -m tests.benchmarks.gold_paragraph [--questions 500] [--seed 3] [--keep FILE]

The default draw is the one that the first checkpoint was measured on; ``--questions 0`` asks all 10,570. ``--keep``
writes every score to a file, and an interrupted run goes on from it.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

from corpus.types import Passage
from qa.evaluation.metrics import mean
from qa.matching import exact_match, f1
from qa.question.query import Query
from qa.reader.copy_reader import CopyReader
from qa.types import Hit
from tests.benchmarks.data import machine, rows, shown
from tests.benchmarks.kept import Row, ask_all


def main() -> None:
    """Print exact match and F1 with their 95 % intervals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    everything = rows("squad-v1.1-dev")
    asked = random.Random(options.seed).sample(everything, min(options.questions or len(everything), len(everything)))
    reader = CopyReader()

    def ask(row: Row) -> Row:
        begin = time.perf_counter()
        passage = Passage(1, "gold", 0, len(row["context"]), row["context"])
        hit = Hit(passage, row["title"].replace("_", " "), "", "gold", 1.0, 1)
        reading = reader.read(Query.of(row["question"]), [hit])
        text = reading.predictions[0].text if reading.predictions else ""
        milliseconds = 1000 * (time.perf_counter() - begin)
        scores = {"exact": exact_match(text, row["answers"]), "f1": f1(text, row["answers"])}
        return {"text": text, **scores, "milliseconds": milliseconds}

    answers = ask_all(asked, ask, options.keep)
    each = mean([answer["milliseconds"] for answer in answers])
    print(f"{len(asked)} questions, seed {options.seed}; {machine()}; {each:.0f} ms a question")
    exact, overlap = ([answer[name] for answer in answers] for name in ("exact", "f1"))
    print(f"exact match {shown(exact)}, F1 {shown(overlap)}")


if __name__ == "__main__":
    main()
