"""How near the rewritten follow-ups come to those people wrote, and how often a question is changed for nothing.

    python -m tests.benchmarks.follow_ups [--half test] [--show 0]

The conversations of ``followup-rewrites`` (TREC CAsT 2019-22, mtRAG) are divided in two halves by a fixed seed: rules
are made on ``dev``, the figures that count are those of ``test``. Only content words count, without stop words:

* recall: of the words that the manual rewrite has, how many the question has now ("raw": before);
* of the words that the manual rewrite adds to the question, how many were added;
* precision: of the added words, how many the manual rewrite has too.

Below them the share of changed questions among those that stand alone: 2,000 of SQuAD dev, each with the question and
the answer before it in its article as the conversation.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from qa.question.followup import stand_alone
from qa.question.words import STOP_WORDS, search_words
from qa.types import Turn
from tests.benchmarks.data import rows

SEED = 0
ANSWER = "ANSWER: "
Rewrite = Callable[[str, Sequence[Turn]], str]


def turns(history: Sequence[str]) -> list[Turn]:
    """Return the turns of a history that is a list of questions, some followed by "ANSWER: ..."."""
    found: list[Turn] = []
    for text in history:
        if text.startswith(ANSWER) and found:
            found[-1] = (found[-1][0], text.removeprefix(ANSWER))
        elif not text.startswith(ANSWER):
            found.append((text, ""))
    return found


def conversation(row: dict[str, Any]) -> str:
    """Return the name of the conversation of a row: its id without the number of the turn."""
    return str(row["source"]) + " " + str(row["id"]).split("<::>")[0].split("_")[0]


def half(name: str) -> list[dict[str, Any]]:
    """Return the rows of one half of the conversations that have something before them."""
    everything = rows("followup-rewrites")
    talks = sorted({conversation(row) for row in everything})
    random.Random(SEED).shuffle(talks)
    chosen = set(talks[::2] if name == "dev" else talks[1::2])
    return [row for row in everything if row["history"] and conversation(row) in chosen]


def content(text: str) -> set[str]:
    """Return the words of a text that say something of its subject."""
    return {word for word in search_words(text) if word not in STOP_WORDS and len(word) > 1}


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:6.1f}" if whole else "     -"


def figures(chosen: Iterable[dict[str, Any]], rewrite: Rewrite) -> str:
    """Return one line of a table: recall, recall of what was to add, precision of what was added, changed."""
    kept = wanted = gained = missing = right = added = count = changed = for_nothing = standing = 0
    for row in chosen:
        question, manual = row["question"], row["rewrite"]
        new = rewrite(question, turns(row["history"]))
        before, after, goal = content(question), content(new), content(manual)
        count += 1
        changed += new != question
        kept += len(after & goal)
        wanted += len(goal)
        gained += len((after - before) & goal)
        missing += len(goal - before)
        right += len((after - before) & goal)
        added += len(after - before)
        if goal <= before:
            standing += 1
            for_nothing += new != question
    cells = [(kept, wanted), (gained, missing), (right, added), (changed, count), (for_nothing, standing)]
    return " | ".join(_share(*cell) for cell in cells)


def standing_questions(number: int = 2000) -> list[tuple[str, list[Turn]]]:
    """Return questions of SQuAD dev with the row before them in their article as the conversation."""
    everything = rows("squad-v1.1-dev")
    pairs = [
        (after["question"], [(before["question"], before["answers"][0])])
        for before, after in itertools.pairwise(everything)
        if before["title"] == after["title"]
    ]
    return random.Random(SEED).sample(pairs, number)


def main() -> None:
    """Print the table, and with ``--show`` some rewrites."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    chosen = half(options.half)
    groups = {
        "all": chosen,
        "CAsT": [row for row in chosen if row["source"].startswith("CAsT")],
        "mtRAG": [row for row in chosen if row["source"].startswith("mtRAG")],
    }
    manual = {(row["question"], tuple(turns(row["history"]))): row["rewrite"] for row in chosen}
    ways: dict[str, Rewrite] = {
        "raw": lambda question, history: question,
        "stand_alone": stand_alone,
        "manual": lambda question, history: manual[question, tuple(history)],
    }
    print(f"| {options.half} half, % | recall | of the missing | precision of added | changed | changed for nothing |")
    print("|---|---|---|---|---|---|")
    for group, members in groups.items():
        for way, rewrite in ways.items():
            print(f"| {group} ({len(members)}), {way} | {figures(members, rewrite)} |")
    pairs = standing_questions()
    spoiled = [(question, new) for question, before in pairs if (new := stand_alone(question, before)) != question]
    print(f"\n{len(spoiled)} of {len(pairs)} SQuAD questions changed: {_share(len(spoiled), len(pairs)).strip()} %")
    for row in random.Random(SEED).sample(chosen, min(options.show, len(chosen))):
        before = turns(row["history"])
        new = stand_alone(row["question"], before)
        print(f"\n{[question for question, _ in before[-3:]]}\n  {row['question']}\n  {new}\n  {row['rewrite']}")
    for question, new in spoiled[: options.show]:
        print(f"\n  {question}\n  {new}")


if __name__ == "__main__":
    main()
