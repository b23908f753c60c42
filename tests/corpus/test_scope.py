"""Scopes: ISO dates as people give them, and the SQL condition against a table of dates."""

from __future__ import annotations

import datetime
import sqlite3

import pytest

from corpus.errors import LibraryError
from corpus.scope import Scope, iso_date


@pytest.mark.parametrize(
    ("given", "iso"),
    [
        ("2017", "2017"),
        ("2017-06", "2017-06"),
        (" 2017-06-07\n", "2017-06-07"),
        ("2016-02-29", "2016-02-29"),
        ("", ""),
        ("  ", ""),
        (datetime.date(2017, 6, 7), "2017-06-07"),
        (datetime.datetime(2017, 6, 7, 23, 59), "2017-06-07"),
    ],
)
def test_dates(given: str | datetime.date, iso: str) -> None:
    assert iso_date(given) == iso


@pytest.mark.parametrize(
    "given",
    [
        *("17", "2017-6", "2017-06-7", "2017-", "2017/06/07", "20170607", "2017-06-07T10:00", "-2017"),
        *("0000", "2017-00", "2017-13", "2017-06-31", "2017-02-29", "7 June 2017", "yesterday", "' OR 1 --"),
    ],
)
def test_no_dates(given: str) -> None:
    with pytest.raises(LibraryError, match="is not a date: write it as 2017, 2017-06 or 2017-06-07") as caught:
        iso_date(given)
    assert repr(given) in str(caught.value)


@pytest.mark.parametrize(
    ("scope", "everything"),
    [
        (Scope(), True),
        (Scope(None, "", ""), True),
        (Scope(()), False),
        (Scope(("a",)), False),
        (Scope(since="2017"), False),
        (Scope(until="2017"), False),
    ],
)
def test_everything(scope: Scope, everything: bool) -> None:
    assert scope.everything == everything


# A document of this table is called by its date, but for the two without one.
DATED = "2016-12-31 2017 2017-05 2017-05-31 2017-06 2017-06-07 2017-06-30 2017-07-01 2018".split()
UNDATED = ["none", "no 'date'"]


def selected(scope: Scope) -> list[str]:
    condition, values = scope.where()
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE TABLE documents (id TEXT, date TEXT)")
        rows = [(date, date) for date in DATED] + [(name, "") for name in UNDATED]
        database.executemany("INSERT INTO documents VALUES (?, ?)", rows)
        found = database.execute(f"SELECT id FROM documents WHERE {condition} ORDER BY rowid", values)
        return [name for (name,) in found]
    finally:
        database.close()


@pytest.mark.parametrize(
    ("since", "until", "left_out"),
    [
        ("2017", "", {"2016-12-31"}),
        ("2018", "", set(DATED) - {"2018"}),
        ("", "2017", {"2018"}),
        ("", "2016", set(DATED) - {"2016-12-31"}),
        ("2017", "2017", {"2016-12-31", "2018"}),
        # A document of 2017 may be one of June, and one of June one of the 7th.
        ("2017-06", "2017-06", {"2016-12-31", "2017-05", "2017-05-31", "2017-07-01", "2018"}),
        ("2017-06-08", "", {"2016-12-31", "2017-05", "2017-05-31", "2017-06-07"}),
        ("2017-06-07", "2017-06-07", set(DATED) - {"2017", "2017-06", "2017-06-07"}),
        ("", "2017-05-30", {"2017-05-31", "2017-06", "2017-06-07", "2017-06-30", "2017-07-01", "2018"}),
        ("2019", "", set(DATED)),
        ("2018", "2016", set(DATED)),
    ],
)
def test_a_span_of_dates_leaves_out_others_and_the_undated(since: str, until: str, left_out: set[str]) -> None:
    assert selected(Scope(None, since, until)) == [date for date in DATED if date not in left_out]


def test_documents() -> None:
    assert selected(Scope()) == DATED + UNDATED
    assert selected(Scope(())) == []
    assert selected(Scope(("2018", "none", "unknown"))) == ["2018", "none"]
    assert selected(Scope(("no 'date'", "' OR 1 --"))) == ["no 'date'"]
    assert selected(Scope(("2018", "2017", "none"), since="2017-12")) == ["2017", "2018"]


def test_digits_of_other_scripts_are_no_date() -> None:
    with pytest.raises(LibraryError, match="not a date"):
        iso_date("２０１７")
