"""A sheet for somebody who judges answers without knowing whose they are, and what their verdicts come to.

    python -m tests.benchmarks.people.judge sheet RUN.jsonl [PEER.jsonl ...] --questions FILE --out SHEET.jsonl
        [--key KEY.json] [--seed 0] [--limit N]
    python -m tests.benchmarks.people.judge score VERDICTS.jsonl --key KEY.json

The sheet has the questions that all of the runs have answers to, in random order: question, references, gold and note,
and what each system showed, under letters dealt anew for every question, without names, confidences and times. Equal
answers share a letter. Nothing of an answer is left out: ``‖`` stands where it passes the words that count. Refusals
and hints at unanswerable questions need no judge and are in the key alone. RUBRIC.md says how to judge, and what to
write.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.people import runs
from tests.benchmarks.people.figures import HEADS, Table
from tests.benchmarks.people.rows import HALVES, KINDS, UNANSWERABLE, Question, read
from tests.benchmarks.people.rule import ANSWERABLE, Outcome, outcome
from tests.benchmarks.people.rule import UNANSWERABLE as REFUSABLE
from tests.benchmarks.people.runs import Said

VERDICTS: dict[bool, tuple[Outcome, ...]] = {True: ANSWERABLE, False: ("refused", "answered")}
MARK = "‖"

Row = dict[str, Any]


def sheet(
    questions: Iterable[Question], systems: Mapping[str, Mapping[str, Said]], seed: int, limit: int | None = None
) -> tuple[list[Row], Row]:
    """Return the rows of the sheet, and the key to them.

    ``systems``: by name, each its answers by question. ``limit``: no more than so many questions, drawn by the seed.
    """
    deal = random.Random(seed)
    shared = [q for q in questions if not q.faulty and all(q.id in answers for answers in systems.values())]
    deal.shuffle(shared)
    rows, keys = [], []
    for question in shared[:limit]:
        said = {name: answers[question.id] for name, answers in systems.items()}
        mechanical = {name: outcome(question, one) for name, one in said.items()}
        known = {name: one for name, one in mechanical.items() if one in ("refused", "hinted")}
        texts: dict[str, list[str]] = {}
        for name, one in said.items():
            if name not in known:
                texts.setdefault(one.readable, []).append(name)
        dealt = list(texts.items())
        deal.shuffle(dealt)
        letters = dict(zip(string.ascii_uppercase, dealt, strict=False))
        keys.append(
            {
                "id": question.id,
                "kind": question.kind,
                "answerable": question.answerable,
                "letters": {letter: names for letter, (_, names) in letters.items()},
                "known": known,
                "rule": mechanical,
            }
        )
        if letters:
            shown = {letter: marked(text, question.limit) for letter, (text, _) in letters.items()}
            rows.append(_row(question, shown))
    return rows, {"seed": seed, "systems": list(systems), "questions": keys}


def _row(question: Question, answers: Mapping[str, str]) -> Row:
    return {
        "id": question.id,
        "kind": question.kind,
        **({"history": question.history} if question.history else {}),
        "question": question.question,
        "references": question.answers,
        "all_needed": question.every,
        "gold": question.gold,
        "note": question.note,
        "words_that_count": question.limit,
        "answers": answers,
    }


def marked(text: str, limit: int) -> str:
    """Return the text with a mark behind its first ``limit`` words, where it goes on."""
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    if len(ends) <= limit:
        return text
    cut = ends[limit - 1]
    return f"{text[:cut]} {MARK}{text[cut:]}"


def outcomes(verdicts: Iterable[Row], key: Row) -> dict[str, dict[str, Outcome]]:
    """Return by system and question what the judge says, and for what needs no judge, the key.

    Raises:
        SystemExit: a verdict is none, or a letter has none; the message names it.
    """
    given = {row["id"]: row["verdicts"] for row in verdicts}
    if unknown := set(given) - {row["id"] for row in key["questions"]}:
        raise SystemExit(f"The key does not know {min(unknown)}: these verdicts belong to another sheet.")
    found: dict[str, dict[str, Outcome]] = {name: {} for name in key["systems"]}
    for row in key["questions"]:
        for name, known in row["known"].items():
            found[name][row["id"]] = known
        for letter, names in row["letters"].items():
            verdict = given.get(row["id"], {}).get(letter)
            allowed = VERDICTS[row["answerable"]]
            if verdict not in allowed:
                what = "has no verdict" if verdict is None else f"is judged {verdict!r}"
                raise SystemExit(f"Answer {letter} to {row['id']} {what}: write one of {', '.join(allowed)}.")
            for name in names:
                found[name][row["id"]] = verdict
    return found


def tables(found: Mapping[str, Mapping[str, Outcome]], key: Row) -> list[Table]:
    """Return the tables of systems and kinds, and of how far rule and judge agree."""
    kinds = {row["id"]: row["kind"] for row in key["questions"]}
    order = [kind for kind in KINDS if kind in kinds.values()]
    can = ("all answerable", *order)
    rows = []
    for kind in can:
        for name, by_id in found.items():
            here = [
                verdict
                for one, verdict in by_id.items()
                if kinds[one] != UNANSWERABLE and kind in ("all answerable", kinds[one])
            ]
            rows.append((kind, name, str(len(here)), *_shares(here, ANSWERABLE)))
    refusals = []
    for name, by_id in found.items():
        here = [verdict for one, verdict in by_id.items() if kinds[one] == UNANSWERABLE]
        refusals.append((name, str(len(here)), *_shares(here, REFUSABLE)))
    head = ("kind", "system", "questions", *(HEADS[name] for name in ANSWERABLE))
    return [
        Table("As judged", head, tuple(rows)),
        Table("Unanswerable", ("system", "questions", *(HEADS[name] for name in REFUSABLE)), tuple(refusals)),
        _agreement(found, key),
    ]


def _shares(verdicts: Sequence[Outcome], names: Sequence[Outcome]) -> tuple[str, ...]:
    counts = Counter(verdicts)
    return tuple(f"{counts[n]} ({100 * counts[n] / len(verdicts):.0f} %)" if verdicts else "0" for n in names)


def _agreement(found: Mapping[str, Mapping[str, Outcome]], key: Row) -> Table:
    rows = []
    for name in ("all", *key["systems"]):
        pairs: list[tuple[str, str]] = []
        for row in key["questions"]:
            if not row["answerable"]:
                continue
            # Equal answers have one verdict: it counts once.
            one_each = [names for names in row["letters"].values() if name == "all" or name in names]
            pairs += [(row["rule"][names[0]], found[names[0]][row["id"]]) for names in one_each]
        right = [(str(rule == "right"), str(judge == "right")) for rule, judge in pairs]
        rows.append((name, str(len(pairs)), *_agreed(right), *_agreed(pairs)))
    columns = ("system", "answers judged", "right or not: agree", "kappa", "all outcomes: agree", "kappa")
    return Table("Rule and judge", columns, tuple(rows))


def _agreed(pairs: Sequence[tuple[str, str]]) -> tuple[str, str]:
    if not pairs:
        return "–", "–"
    return f"{100 * sum(a == b for a, b in pairs) / len(pairs):.0f} %", f"{kappa(pairs):.2f}"


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa of two judges' verdicts (Cohen 1960); 1.0 where both only ever say one and the same."""
    number = len(pairs)
    agreed = sum(one == other for one, other in pairs) / number
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[name] * second[name] for name in first) / number**2
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a sheet, or print what verdicts come to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.people.judge")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("sheet", help="make a sheet and its key")
    make.add_argument("runs", type=Path, nargs="+", metavar="RUN.jsonl")
    make.add_argument("--questions", type=Path, default=HALVES["seen"], metavar="FILE")
    make.add_argument("--out", type=Path, required=True, metavar="SHEET.jsonl")
    make.add_argument("--key", type=Path, metavar="KEY.json", help="not for the judge (default: SHEET-key.json)")
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--limit", type=int, metavar="N", help="no more than so many questions")
    score = commands.add_parser("score", help="print what verdicts come to")
    score.add_argument("verdicts", type=Path)
    score.add_argument("--key", type=Path, required=True, metavar="KEY.json")
    options = parser.parse_args(arguments)
    if options.command == "sheet":
        _make(options)
        return
    key = json.loads(options.key.read_text(encoding="utf-8"))
    lines = options.verdicts.read_text(encoding="utf-8").split("\n")
    found = outcomes([json.loads(line) for line in lines if line.strip()], key)
    print("\n\n".join(table.markdown() for table in tables(found, key)))


def _make(options: argparse.Namespace) -> None:
    systems: dict[str, dict[str, Said]] = {}
    for path in options.runs:
        answers = runs.read(path)
        name = answers[0].system
        if name in systems:
            raise SystemExit(f"{path} holds answers of {name}, as another of the runs does: name one of each system.")
        systems[name] = {said.id: said for said in answers}
    rows, key = sheet(read(options.questions), systems, options.seed, options.limit)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    options.out.write_text(text, encoding="utf-8", newline="\n")
    place = options.key or options.out.with_name(f"{options.out.stem}-key.json")
    place.write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    answers_shown = sum(len(row["answers"]) for row in rows)
    print(
        f"{len(rows)} questions with {answers_shown} answers to judge are in {options.out}; of {len(key['questions'])} "
        f"questions that all {len(systems)} systems were asked. The key is in {place}."
    )


if __name__ == "__main__":
    main()
