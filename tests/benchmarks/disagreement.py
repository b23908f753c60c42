"""Documents that contradict each other: how often the alarm is false, how often it is missed, and what it costs.

    python -m tests.benchmarks.disagreement [--questions 500] [--seed 0]

First 40 pairs of short dated passages written for this (``disagreement.jsonl``), all in one library: 20 pairs
contradict each other and 20 do not. Then SQuAD-open, whose paragraphs hardly ever contradict each other: what share of
the answers is flagged all the same, and the latency with and without looking for contradictions, in turns.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from corpus.types import make_document
from qa.assistant import Assistant
from qa.evaluation.metrics import percentile
from qa.library.library import Library
from qa.types import Answer
from tests.benchmarks.data import machine, paragraphs, rows, shown

PAIRS = Path(__file__).with_name("disagreement.jsonl")


def flagged(answer: Answer) -> str:
    """Return both sides of a contradiction, for reading."""
    sides = (answer.citations[0], *answer.disagreeing)
    return " | ".join(f"{side.quote!r} ({side.document.title})" for side in sides)


def own_pairs() -> None:
    """Ask the question of each pair and count right and false alarms."""
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        library.add_documents(
            [
                make_document(f"pair:{number}-{side}", passage["title"], passage["date"], passage["text"])
                for number, pair in enumerate(pairs)
                for side, passage in enumerate(pair["passages"])
            ]
        )
        assistant = Assistant(library)
        counts = {True: [0, 0], False: [0, 0]}  # of pairs that do and do not contradict: answered, flagged
        for pair in pairs:
            answer = assistant.ask(pair["question"])
            counts[pair["disagree"]][0] += not answer.abstained
            counts[pair["disagree"]][1] += bool(answer.disagreeing)
            if bool(answer.disagreeing) != pair["disagree"]:
                told = "refused" if answer.abstained else flagged(answer)
                print(f"{'missed' if pair['disagree'] else 'false alarm'}: {pair['question']} {told}")
        library.close()
    print("\n| pairs | answered | flagged |\n|---|---|---|")
    for name, contradict in (("20 that contradict each other", True), ("20 that do not", False)):
        print(f"| {name} | {counts[contradict][0]} | {counts[contradict][1]} |")


def squad_open(count: int, seed: int) -> None:
    """Ask SQuAD-open with and without looking for contradictions, in turns."""
    questions = rows("squad-v1.1-dev")
    documents, _ = paragraphs(questions)
    chosen = random.Random(seed).sample(range(len(questions)), min(count, len(questions)))
    alarms: list[float] = []
    with_it: list[float] = []
    without: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder, max_tokens=2048)
        library.add_documents(documents)
        looking = Assistant(library)
        # Nothing comes to so large a share: no passage is a rival.
        blind = Assistant(library, reader=looking.reader, policy=replace(looking.policy, rival=math.inf))
        looking.ask(questions[0]["question"])
        for place, number in enumerate(tqdm(chosen, disable=None, desc="Asking")):
            question = questions[number]["question"]
            # The second of two readings finds memory warm: take turns in being second.
            for look in (place % 2 == 0, place % 2 == 1):
                answer = (looking if look else blind).ask(question)
                (with_it if look else without).append(1000 * answer.timings["total"])
                if look and not answer.abstained:
                    alarms.append(float(bool(answer.disagreeing)))
                    if answer.disagreeing:
                        print(f"flagged: {question} {flagged(answer)}")
        library.close()
    p50, p95 = (percentile(with_it, share) / percentile(without, share) for share in (0.5, 0.95))
    print(f"\n| SQuAD-open, {len(chosen)} questions, seed {seed} | |\n|---|---|\n| answered | {len(alarms)} |")
    print(f"| flagged of the answered | {shown(alarms)} % |")
    print(f"| latency with / without, p50 and p95 | {p50:.2f} and {p95:.2f} |")
    print(f"| mean latency with / without | {sum(with_it) / sum(without):.3f} |")


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(f"{machine()}\n")
    own_pairs()
    if options.questions:
        squad_open(options.questions, options.seed)


if __name__ == "__main__":
    main()
