"""The training data: questions with their paragraphs, and which of them are held out.

Reads the files that ``../shared/data/README.md`` of the project describes: one JSON object a line, gzip. Held-out
paragraphs are never trained on: they choose checkpoints, the calibration and the threshold. SQuAD's two dev files
are not read here at all.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Questions about single sentences: a passage is made of several of them, and no search is made for them.
SENTENCES = ("qamr", "qadiscourse")
# One article, or one paragraph of a source without articles, in this many is held out.
HELD_OUT_SHARE = 20


@dataclass(frozen=True, slots=True)
class Question:
    """A question about paragraph ``context`` (a number in :attr:`TrainingData.contexts`; -1 where it is not known).

    ``answers``: pairs (text, where it begins in the paragraph); none for a question that nothing answers.
    """

    number: int
    source: str
    context: int
    text: str
    answers: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class TrainingData:
    """All questions and paragraphs of the data folder. ``titles`` are empty where a paragraph has none of its own."""

    contexts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    held_out: set[int] = field(default_factory=set)
    contexts_of_first_file: int = 0

    def training(self) -> list[Question]:
        """Return the questions to train on."""
        return [question for question in self.questions if question.context not in self.held_out]

    def held_out_questions(self) -> list[Question]:
        """Return the questions whose paragraph is held out."""
        return [question for question in self.questions if question.context in self.held_out]


FILES = ("reader-train", "reader-train-more", "squad-v2.0-train-unanswerable")


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each data file, by its name.

    Raises:
        OSError: a file is not there.
    """
    return {name: hashlib.sha256((folder / f"{name}.jsonl.gz").read_bytes()).hexdigest() for name in FILES}


def load(folder: Path) -> TrainingData:
    """Read the three training files (``FILES``) of a folder.

    Raises:
        OSError: a file is not there.
    """
    data = TrainingData()
    numbers: dict[str, int] = {}
    for name in FILES[:2]:
        for row in _rows(folder / f"{name}.jsonl.gz"):
            text = row["context"]
            title = row["title"].replace("_", " ").strip()
            title = title if len(title) < 60 else ""
            if text not in numbers:
                numbers[text] = len(numbers)
                data.contexts.append(text)
                data.titles.append(title)
                data.sources.append(row["source"])
                # No reader before this one has seen the SQuAD paragraphs of the second file: the cleanest to judge by.
                new = name == "reader-train-more" and row["source"] == "squad"
                if new or _drawn(title if row["source"] == "squad" and title else text):
                    data.held_out.add(numbers[text])
            elif title and not data.titles[numbers[text]]:
                data.titles[numbers[text]] = title
            answers = tuple((a["text"], a["start"]) for a in row["answers"])
            if answers:
                number = len(data.questions)
                data.questions.append(Question(number, row["source"], numbers[text], row["question"], answers))
        data.contexts_of_first_file = data.contexts_of_first_file or len(data.contexts)
    for row in _rows(folder / f"{FILES[2]}.jsonl.gz"):
        context = numbers.get(row["context"] or "", -1)
        data.questions.append(Question(len(data.questions), "unanswerable", context, row["question"], ()))
    return data


def _drawn(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % HELD_OUT_SHARE == 0


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
