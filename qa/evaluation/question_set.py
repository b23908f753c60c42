"""Question sets: files of questions with their reference answers, read and checked.

A set is JSON lines, ``{"question", "answers": [...]}`` and, if wanted, ``id source history tags xfail draft``; or CSV
with the columns ``question``, ``answers`` (separated by ``|``) and, if wanted, ``source id tags xfail draft``. The
first line may be ``{"floors": {"f1": 0.8}}``: what the set as a whole must reach. Errors name the file and the line.
"""

from __future__ import annotations

import csv
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import CiteboundError
from qa.evaluation.figures import shown
from qa.question.intent import problem

if TYPE_CHECKING:
    from qa.types import Turn

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv")
_SLUG = 60  # characters
_TAG = re.compile(r"[A-Za-z0-9][\w.+-]*")
# Marks that pytest or its plugins act upon: a tag of that name would do what nobody meant.
_TAKEN = frozenset({"skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings", "tryfirst", "trylast"})


class QuestionSetError(CiteboundError):
    """A question set that cannot be used; the message names the file, the line, and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its reference answers; if there are none, it should be refused.

    ``xfail``: why it is expected to be answered wrongly. ``draft``: nobody has confirmed the reference yet. ``line``:
    where it stands in its file, from 1.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    source: str = ""
    history: tuple[Turn, ...] = ()
    tags: tuple[str, ...] = ()
    xfail: str = ""
    draft: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file, and the minimum that each figure of the whole set must reach."""

    path: Path
    questions: tuple[Question, ...]
    floors: Mapping[str, float] = field(default_factory=dict)


def load_questions(path: Path) -> QuestionSet:
    """Read a question set: CSV if the file ends in ``.csv``, otherwise JSON lines.

    Raises:
        QuestionSetError: the file cannot be read or a line is wrong; the message says where and how to correct it.
    """
    text = _read(path)
    lines = text.split("\n")
    floors: dict[str, float] = {}
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if (
        lines[first].lstrip().startswith("{")
        and '"floors"' in lines[first]
        and "question" not in (row := _json(path, first + 1, lines[first]))
    ):
        floors = _floors(path, first + 1, row)
        lines[first] = ""
    rows = _csv_rows(path, lines) if path.suffix.lower() == ".csv" else _json_rows(path, lines)
    questions = _named(path, [_question(path, number, row) for number, row in rows])
    if not questions:
        raise QuestionSetError(
            f'The question set {path} is empty: write {{"question": "…", "answers": []}} on each line.'
        )
    return QuestionSet(path, questions, floors)


def check_floor(name: str, value: object) -> tuple[str, float]:
    """Return the name of a figure and the minimum it must reach.

    Raises:
        ValueError: no figure has that name, or the value is not a number from 0 to 1; the message says which.
    """
    names = [figure.name for figure in shown("floor")]
    if name not in names:
        raise ValueError(f"no figure is called {name!r}: choose one of {', '.join(names)}.")
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not math.isfinite(number):
        raise ValueError(f"the floor for {name} is {json.dumps(value, ensure_ascii=False)}, which is not a number.")
    if not 0 <= number <= 1:
        raise ValueError(f"the floor for {name} is {number}, but floors must be from 0 to 1: write 0.8 for 80 %.")
    return name, float(number)


def slug(question: str) -> str:
    """Return the question as a short id, ``when-was-the-sco-founded``; "" where it has no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", question.lower()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    taken = ""
    for word in words:
        if taken and len(taken) + 1 + len(word) > _SLUG:
            break
        taken = f"{taken}-{word}" if taken else word[:_SLUG]
    return taken


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise QuestionSetError(f"The question set {path} cannot be read: {error.strerror}.") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:1000]:
        raise QuestionSetError(f"The question set {path} is in UTF-16: save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise QuestionSetError(f"The question set {path} is not UTF-8 (line {line}): save it as UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _json(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise QuestionSetError(f"{path}, line {number} is not valid JSON: write one object per line.") from None


def _json_rows(path: Path, lines: list[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _json(path, number, line)


def _csv_rows(path: Path, lines: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    head = next((line for line in lines if line.strip()), "")
    # Spreadsheets write ";" where the comma is the decimal sign.
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    names: list[str] = []
    number = 0
    while True:
        before = reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            message = f"{path}, line {before + 1} is not valid CSV ({error}): check the quotation marks."
            raise QuestionSetError(message) from None
        if cells is None:
            return
        number = before + 1
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = [cell.strip().lower() for cell in cells]
            if missing := [name for name in ("question", "answers") if name not in names]:
                needed = " and ".join(f'"{name}"' for name in missing)
                raise QuestionSetError(
                    f"{path}, line {number}: the first line must name the columns; it lacks {needed}."
                )
            continue
        if len(cells) > len(names):
            raise QuestionSetError(
                f"{path}, line {number} has {len(cells)} columns, but the first line has {len(names)}: "
                "put quotation marks around any text that contains the separator."
            )
        yield number, _from_cells(dict(zip(names, cells, strict=False)))


def _from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    for name in ("answers", "tags"):
        row[name] = [part.strip() for part in row.get(name, "").split("|") if part.strip()]
    row.setdefault("question", "")
    row.pop("history", None)  # no column of a table
    if "draft" in row:
        row["draft"] = row["draft"].lower() in ("true", "yes", "1", "x")
    return row


def _floors(path: Path, number: int, row: Any) -> dict[str, float]:
    floors = row.get("floors") if isinstance(row, dict) else None
    if not isinstance(floors, dict):
        raise QuestionSetError(f'{path}, line {number}: "floors" must be an object such as {{"f1": 0.8}}.')
    try:
        return dict(check_floor(name, value) for name, value in floors.items())
    except ValueError as error:
        raise QuestionSetError(f"{path}, line {number}: {error}") from None


def _question(path: Path, number: int, row: Any) -> Question:
    wrong = _wrong(row)
    if wrong:
        raise QuestionSetError(f"{path}, line {number}: {wrong}")
    return Question(
        id=str(row.get("id") or "").strip(),
        question=" ".join(row["question"].split()),
        answers=tuple(row["answers"]),
        source=row.get("source") or "",
        history=tuple((turn[0], turn[1]) for turn in row.get("history") or ()),
        tags=tuple(dict.fromkeys(row.get("tags") or ())),
        xfail=row.get("xfail") or "",
        draft=row.get("draft") or False,
        line=number,
    )


def _wrong(row: Any) -> str | None:
    if isinstance(row, dict) and "floors" in row and "question" not in row:
        return '"floors" may stand only in the first line, and only once.'
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        return 'it needs a "question", written as a string.'
    if re.search("[\ud800-\udfff]", json.dumps(row, ensure_ascii=False)):
        return "it contains half a character (\\ud800 to \\udfff): type the character itself."
    unaskable = problem(row["question"])
    if unaskable:
        return unaskable
    answers = row.get("answers")
    if not isinstance(answers, list) or not all(isinstance(a, str) and a.strip() for a in answers):
        return 'it needs "answers", a list of strings; an empty list means that the question should be refused.'
    history = row.get("history") or []
    if not isinstance(history, list) or not all(
        isinstance(turn, list) and len(turn) == 2 and all(isinstance(said, str) for said in turn) for turn in history
    ):
        return '"history" must be a list of pairs [question, answer].'
    if not isinstance(row.get("source") or "", str):
        return '"source" must be a string, such as a file name.'
    return _wrong_marks(row)


def _wrong_marks(row: Mapping[str, Any]) -> str | None:
    identity = row.get("id", "")
    if not isinstance(identity, str | int) or isinstance(identity, bool) or re.search(r"::|[\n\r]", str(identity)):
        return '"id" must be a short string on one line, without "::".'
    tags = row.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) and _TAG.fullmatch(tag) for tag in tags):
        return '"tags" must be a list of single words, such as "date" or "follow-up".'
    if taken := _TAKEN.intersection(tags):
        return f'the tag "{min(taken)}" has a meaning of its own in pytest: choose another word.'
    if not isinstance(row.get("xfail") or "", str):
        return '"xfail" must be a string: the reason why the question is expected to fail.'
    if not isinstance(row.get("draft") or False, bool):
        return '"draft" must be true or false.'
    return None


def _named(path: Path, questions: list[Question]) -> tuple[Question, ...]:
    """Give questions without an id one made from their words; refuse an id that is used twice."""
    lines: dict[str, int] = {}
    for question in questions:
        if question.id and question.id in lines:
            raise QuestionSetError(
                f"{path}, line {question.line}: the id {question.id!r} is already used in line "
                f"{lines[question.id]}: give each question its own."
            )
        if question.id:
            lines[question.id] = question.line
    named = []
    for question in questions:
        identity = question.id
        if not identity:
            bare = slug(question.question) or f"line-{question.line}"
            identity, count = bare, 1
            while identity in lines:
                count += 1
                identity = f"{bare}-{count}"
            lines[identity] = question.line
        named.append(replace(question, id=identity))
    return tuple(named)
