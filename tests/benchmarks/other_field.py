"""Questions from another field altogether: SQuAD's, asked of the sample corpus, where all must be refused.

    python -m tests.benchmarks.other_field [--questions 1000] [--seed 0]

Prints the share refused and every answer that was given, as a few of them may even be right.
"""

from __future__ import annotations

import argparse
import random
import tempfile

from tqdm import tqdm

from qa.assistant import Assistant
from qa.library.default import sample_documents
from qa.library.library import Library
from tests.benchmarks.data import machine, rows, shown


def main() -> None:
    """Print how many were refused."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    questions = rows("squad-v1.1-dev")
    asked = random.Random(options.seed).sample(questions, min(options.questions, len(questions)))
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        library.add_documents(sample_documents())
        assistant = Assistant(library)
        answers = [assistant.ask(row["question"]) for row in tqdm(asked, disable=None, desc="Asking")]
    print(f"{len(asked)} questions, threshold {assistant.policy.threshold}; {machine()}")
    print(f"refused: {shown([float(answer.abstained) for answer in answers])} %")
    for answer in answers:
        if not answer.abstained:
            print(f"{answer.confidence:.2f} {answer.kind} | {answer.question} | {answer.text}")


if __name__ == "__main__":
    main()
