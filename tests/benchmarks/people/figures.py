"""What answers come to: tables, by kind, by collection, and of where answers were lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qa.evaluation.metrics import percentile, recall_at
from tests.benchmarks.people.lost import STAGES, lost, rank
from tests.benchmarks.people.rows import KINDS, Question
from tests.benchmarks.people.rule import ANSWERABLE, UNANSWERABLE, Outcome, outcome
from tests.benchmarks.people.runs import Said

HEADS: dict[Outcome, str] = {
    "right": "useful and right",
    "incomplete": "incomplete",
    "wrong": "wrong",
    "refused": "refused",
    "hinted": "hinted at",
    "answered": "answered",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what was said to it, and what that is worth by the rule."""

    question: Question
    said: Said
    outcome: Outcome
    lost: str  # "" where it is right or unanswerable

    @property
    def good(self) -> bool:
        """Whether it is as it should be: right, or an unanswerable question refused."""
        return self.outcome == ("right" if self.question.answerable else "refused")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts with a name."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """Return it as Markdown."""
        lines = [self.columns, ("---",) * len(self.columns), *self.rows]
        return f"### {self.name}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def judge(questions: Iterable[Question], answers: Iterable[Said]) -> list[Asked]:
    """Return every question that has an answer, in order, judged by the rule; faulty ones are left out."""
    by_id = {said.id: said for said in answers}
    found = []
    for question in questions:
        said = by_id.get(question.id)
        if said is None or question.faulty:
            continue
        worth = outcome(question, said)
        gone = lost(question, said) if question.answerable and worth != "right" else ""
        found.append(Asked(question, said, worth, gone))
    return found


def tables(asked: Sequence[Asked], open_: bool = True) -> list[Table]:
    """Return all tables; only totals where they are not ``open_``."""
    can = [one for one in asked if one.question.answerable]
    cannot = [one for one in asked if not one.question.answerable]
    found = [_totals(can), _refusals(cannot, open_), _lost(can), _facts(asked, can)]
    if open_ and can:
        kinds = [kind for kind in KINDS if any(one.question.kind == kind for one in can)]
        kinds += sorted({one.question.kind for one in can} - set(kinds))
        found += [
            _outcomes("By kind", "kind", can, ANSWERABLE, kinds, lambda one: one.question.kind),
            _outcomes("By collection", "collection", can, ANSWERABLE, _collections(can), _collection_of),
            _crossed(can, kinds),
        ]
    if open_ and cannot:
        name = "Unanswerable, by collection"
        found.append(_outcomes(name, "collection", cannot, UNANSWERABLE, _collections(cannot), _collection_of))
    return found


def _collection_of(one: Asked) -> str:
    return one.question.collection


def _collections(asked: Sequence[Asked]) -> list[str]:
    return sorted({one.question.collection for one in asked})


def _share(number: int, of: int) -> str:
    return f"{number} ({100 * number / of:.0f} %)" if of else "0"


def _cells(asked: Sequence[Asked], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    counts = Counter(one.outcome for one in asked)
    return (str(len(asked)), *(_share(counts[name], len(asked)) for name in outcomes))


def _totals(can: Sequence[Asked]) -> Table:
    columns = ("answerable", "questions", *(HEADS[name] for name in ANSWERABLE))
    return Table("Answerable questions", columns, (("all", *_cells(can, ANSWERABLE)),))


def _refusals(cannot: Sequence[Asked], open_: bool) -> Table:
    rows = [("all", *_cells(cannot, UNANSWERABLE))]
    if open_:
        near = [one for one in cannot if one.question.near_miss]
        others = [one for one in cannot if not one.question.near_miss]
        rows += [("near misses", *_cells(near, UNANSWERABLE)), ("others", *_cells(others, UNANSWERABLE))]
    columns = ("unanswerable", "questions", *(HEADS[name] for name in UNANSWERABLE))
    return Table("Unanswerable questions", columns, tuple(rows))


def _lost(can: Sequence[Asked]) -> Table:
    names = ANSWERABLE[1:]
    rows = []
    for stage in STAGES:
        here = [one for one in can if one.lost == stage]
        counts = Counter(one.outcome for one in here)
        rows.append((stage, _share(len(here), len(can)), *(str(counts[name]) for name in names)))
    columns = ("where the answer was lost", "answers", *(HEADS[name] for name in names))
    return Table("Where answers were lost", columns, tuple(rows))


def _facts(asked: Sequence[Asked], can: Sequence[Asked]) -> Table:
    sure = [one for one in asked if one.said.certainty == "sure" and one.said.state == "answered"]
    right = sum(one.question.answerable and one.good for one in sure)
    ranks = [rank(one.question, one.said.hits) for one in can]
    times = [one.said.seconds for one in asked]
    recalls = " / ".join(f"{100 * recall_at(k, ranks):.1f}" for k in (1, 5, 20))
    hinted = sum(one.said.state == "hinted" for one in can)
    rows = (
        ("called sure", str(len(sure))),
        ("called sure and right", _share(right, len(sure))),
        ("answerable ones only hinted at", str(hinted)),
        ("recall@1 / 5 / 20 of gold, %", recalls),
        ("time, median / p95", f"{percentile(times, 0.5):.2f} / {percentile(times, 0.95):.2f} s"),
    )
    return Table("Besides", ("", "all"), rows)


def _outcomes(
    name: str,
    by: str,
    asked: Sequence[Asked],
    outcomes: Sequence[Outcome],
    groups: Sequence[str],
    group: Callable[[Asked], str],
) -> Table:
    rows = [(one, *_cells([a for a in asked if group(a) == one], outcomes)) for one in groups]
    return Table(name, (by, "questions", *(HEADS[outcome] for outcome in outcomes)), tuple(rows))


def _crossed(can: Sequence[Asked], kinds: Sequence[str]) -> Table:
    places = _collections(can)
    rows = []
    for kind in kinds:
        cells = []
        for place in places:
            here = [one.good for one in can if one.question.kind == kind and one.question.collection == place]
            cells.append(f"{sum(here)}/{len(here)}" if here else "")
        rows.append((kind, *cells))
    return Table("Useful and right, kinds by collections", ("kind", *places), tuple(rows))
