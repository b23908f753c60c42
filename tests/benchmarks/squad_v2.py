"""SQuAD 2.0, end to end: index its 1,204 dev paragraphs, ask without saying which one, at the shipped threshold.

    python -m tests.benchmarks.squad_v2 [--questions 2000] [--seed 0] [--keep FILE]

Half of the questions have no answer in their paragraph. An answerable question counts where the answer has an F1 of at
least 0.5, an unanswerable one where it is refused. ``--questions 0`` asks all 11,873. ``--keep`` writes every answer to
a file, and an interrupted run goes on from it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

from qa.assistant import Assistant
from qa.library.library import Library
from qa.matching import f1
from qa.training.evaluate import ACCEPTABLE_F1
from tests.benchmarks.data import machine, paragraphs, rows, shown
from tests.benchmarks.kept import Row, ask_all


def main() -> None:
    """Print what was answered acceptably (F1) and refused rightly, at the shipped threshold and at others."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    questions = rows("squad-v2.0-dev")
    documents, _ = paragraphs(questions)
    asked = random.Random(options.seed).sample(questions, min(options.questions or len(questions), len(questions)))
    print(f"{len(documents)} paragraphs, {len(asked)} questions, seed {options.seed}; {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder, max_tokens=2048)
        library.add_documents(documents)
        assistant = Assistant(library)

        def ask(row: Row) -> Row:
            answer = assistant.ask(row["question"], threshold=0.0)
            # What no threshold would answer (a comparison, say) is refused at any.
            sure = -1.0 if answer.abstained else answer.confidence
            return {"text": answer.text, "confidence": sure, "f1": f1(answer.text, row["answers"])}

        answers = ask_all(asked, ask, options.keep)
    print("| threshold | overall | answerable, answered acceptably | answerable, answered | unanswerable, refused |")
    print("|---|---|---|---|---|")
    for threshold in sorted({0.3, 0.4, 0.5, 0.6, assistant.policy.threshold}):
        both = [(row, answer) for row, answer in zip(asked, answers, strict=True)]
        can = [(a["confidence"] >= threshold, a["f1"] >= ACCEPTABLE_F1) for row, a in both if row["answers"]]
        cannot = [float(a["confidence"] < threshold) for row, a in both if not row["answers"]]
        good = [float(said and passes) for said, passes in can]
        name = f"**{threshold:.2f}** (shipped)" if threshold == assistant.policy.threshold else f"{threshold:.2f}"
        columns = (good + cannot, good, [float(said) for said, _ in can], cannot)
        print(f"| {name} | " + " | ".join(map(shown, columns)) + " |")


if __name__ == "__main__":
    main()
