"""Fifty people at once: is everybody answered or told that it is busy, is anything mixed up, and how long does it take?

    python -m tests.benchmarks.crowd [--people 50] [--seconds 120]

Opens the real page in a process of its own on the sample corpus. Half the people use the page's own event, as a browser
does, and carry their conversation with them; the others use the endpoint ``/ask`` with their history. Everybody asks
one question after another in an order of their own, every third a follow-up that leans on their own last question, and
waits two seconds when told that it is busy. Afterwards every answer is compared with the one that the same question
with that person's history gets alone, in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import ui
from qa.assistant import Assistant
from qa.evaluation.metrics import percentile
from qa.library.default import sample_documents
from qa.library.library import Library
from qa.page import api as endpoints
from qa.page import jobs as work
from qa.question.followup import history_of, stand_alone
from qa.types import Kind, Turn
from tests.benchmarks.data import machine

QUESTIONS = Path(__file__).resolve().parents[1] / "questions.jsonl"
FOLLOW_UPS = ("When was that?", "And where was it?", "Who said so about it?", "How many of them were there?")
PAUSE = 2.0  # seconds after being told that it is busy


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question: ``searched`` and ``text`` are the server's, ``problem`` a sentence instead."""

    person: int
    history: tuple[tuple[str, str], ...]
    question: str
    searched: str
    text: str
    kind: Kind
    problem: str
    seconds: float


class Person:
    """Somebody with a conversation of their own."""

    def __init__(self, number: int, client: httpx.AsyncClient, event: dict[str, Any], questions: Sequence[str]) -> None:
        self.number, self.client, self.event = number, client, event
        self.random = random.Random(number)
        self.questions = self.random.sample(questions, len(questions))
        self.memory: Any = None
        self.asked: list[Asked] = []

    @property
    def in_page(self) -> bool:
        return self.number % 2 == 0

    @property
    def history(self) -> list[Turn]:
        return history_of(one for one in self.asked if not one.problem)

    async def stay(self, until: float) -> None:
        """Ask one question after another until the time is over."""
        while time.monotonic() < until:
            history = self.history
            follows = history and len(self.asked) % 3 == 2
            question = self.random.choice(FOLLOW_UPS) if follows else self.questions[len(self.asked) % 90]
            begin = time.perf_counter()
            searched, text, kind, problem = await (
                self.ask_page(question) if self.in_page else self.ask_endpoint(question)
            )
            seconds = time.perf_counter() - begin
            self.asked.append(Asked(self.number, tuple(history), question, searched, text, kind, problem, seconds))
            if problem:
                await asyncio.sleep(PAUSE)

    async def ask_page(self, question: str) -> tuple[str, str, Kind, str]:
        """Ask as the page in a browser does, and keep what the server gives the browser to keep."""
        output = await self.run(self.event["id"], [question, self.memory, None, [], "", ""])
        if isinstance(output, str):
            return "", "", "span", output
        memory = output[self.event["memory"]]
        turns = memory["conversations"][0]["turns"]
        if turns[-1]["problem"]:
            return "", "", "span", turns[-1]["problem"]
        self.memory = memory
        return turns[-1]["searched"], turns[-1]["text"], turns[-1]["kind"], ""

    async def ask_endpoint(self, question: str) -> tuple[str, str, Kind, str]:
        """Ask as a program does."""
        history = [list(turn) for turn in self.history]
        output = await self.run(self.event["endpoint"], [question, history, None, "", "", None])
        if isinstance(output, str):
            return "", "", "span", output
        answer = output[0]["answer"]
        return output[0]["searched_question"], answer["text"], answer["kind"], ""

    async def run(self, event: int, data: list[Any]) -> list[Any] | str:
        """Send an event to Gradio's queue; return the last values of its outputs, or the error's sentence."""
        session = f"{self.number}-{len(self.asked)}"
        body = {"fn_index": event, "data": data, "session_hash": session}
        joined = await self.client.post("gradio_api/queue/join", json=body)
        joined.raise_for_status()
        values: dict[int, Any] = {}
        async with self.client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {}
                if message.get("msg") in ("process_generating", "process_completed"):
                    if not message["success"]:
                        return str(message["output"].get("error") or "no reason given")
                    for place, value in enumerate(message["output"].get("data") or ()):
                        values[place] = patched(values.get(place), value)
                if message.get("msg") == "process_completed":
                    return [values[place] for place in sorted(values)]
        return "the connection was closed"


def patched(old: Any, new: Any) -> Any:
    """Return an output's value after an update: Gradio sends what is skipped as an update without a value."""
    return old if isinstance(new, dict) and new.get("__type__") == "update" and "value" not in new else new


def events(config: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of the page's asking event and of ``/ask``, and the place of the memory in its outputs."""
    box = next(c["id"] for c in config["components"] if c["props"].get("label") == "Your question")
    asking = next(d for d in config["dependencies"] if [box, "submit"] in [list(t) for t in d["targets"]])
    browser = [c["id"] for c in config["components"] if c["type"] == "browserstate"]
    memory = next(place for place, output in enumerate(asking["outputs"]) if output in browser)
    endpoint = next(d["id"] for d in config["dependencies"] if d["api_name"] == "ask")
    return {"id": asking["id"], "memory": memory, "endpoint": endpoint}


async def crowd(address: str, people: int, seconds: float, questions: Sequence[str]) -> list[Asked]:
    """Let everybody ask for so many seconds; return all that was asked."""
    limits = httpx.Limits(max_connections=4 * people)
    async with httpx.AsyncClient(base_url=address, timeout=300, limits=limits) as client:
        event = events((await client.get("config")).json())
        everybody = [Person(number, client, event, questions) for number in range(people)]
        until = time.monotonic() + seconds
        await asyncio.gather(*(person.stay(until) for person in everybody))
    return [asked for person in everybody for asked in person.asked]


def serve(library: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the page in a process of its own; return it and its address once it answers."""
    port = ui.free_port(ui.HOST, 0)
    command = [sys.executable, "ui.py", "--library", str(library), "--port", str(port)]
    server = subprocess.Popen(command, cwd=Path(__file__).resolve().parents[2], text=True)
    address = f"http://{ui.HOST}:{port}/"
    for _ in range(600):
        try:
            httpx.get(f"{address}config", timeout=5).raise_for_status()
            return server, address
        except httpx.HTTPError:
            time.sleep(0.2)
    server.terminate()
    raise SystemExit("The page did not open within two minutes.")


def mixed_up(assistant: Assistant, asked: Sequence[Asked]) -> list[Asked]:
    """Return the answers that are not what the same question with the same history gets alone."""
    alone: dict[str, str] = {}
    wrong = []
    for one in asked:
        if one.searched != stand_alone(" ".join(one.question.split()), one.history):
            wrong.append(one)
            continue
        if one.searched not in alone:
            alone[one.searched] = assistant.ask(one.question, history=one.history).text
        if alone[one.searched] != one.text:
            wrong.append(one)
    return wrong


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    print(f"{options.people} people for {options.seconds:.0f} s; {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        library.add_documents(sample_documents())
        server, address = serve(Path(folder))
        try:
            begin = time.perf_counter()
            asked = asyncio.run(crowd(address, options.people, options.seconds, questions))
            took = time.perf_counter() - begin
        finally:
            server.terminate()
            server.wait(30)
        answered = [one for one in asked if not one.problem]
        busy = [one for one in asked if one.problem in (work.BUSY, endpoints.BUSY)]
        wrong = mixed_up(Assistant(library), answered)
        library.close()
    other = [one for one in asked if one.problem and one not in busy]
    for one in [*wrong[:5], *other[:5]]:
        print(one)
    seconds = [one.seconds for one in answered]
    without = options.people - len({one.person for one in answered})
    print("| | |\n|---|---|")
    print(f"| answered | {len(answered)} in {took:.0f} s, {len(answered) / took:.1f} a second |")
    print(f"| of them in the page / by `/ask` | {sum(o.person % 2 == 0 for o in answered)} / "
          f"{sum(o.person % 2 for o in answered)} |")  # fmt: skip
    print(f"| follow-ups among them that were completed | {sum(o.searched != o.question for o in answered)} |")
    print(f"| told that it is busy | {len(busy)} |")
    print(f"| neither answered nor told so | {len(other)} |")
    print(f"| mixed up | {len(wrong)} |")
    print(f"| people who got no answer at all | {without} |")
    print(f"| wait for an answer, p50 / p95 | {percentile(seconds, 0.5):.1f} / {percentile(seconds, 0.95):.1f} s |")
    if busy:
        print(f"| wait for being told busy, p95 | {percentile([o.seconds for o in busy], 0.95):.2f} s |")
    sys.exit(bool(wrong or other))


if __name__ == "__main__":
    main()
