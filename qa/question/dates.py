"""Dates in questions and of documents: which years a question names, and how a document's date is spoken."""

from __future__ import annotations

import re
from collections.abc import Collection

_YEAR = re.compile(r"\b(?:1\d|20)\d{2}\b")
_MONTHS = (
    "January February March April May June July August September October November December"  # in English on any system
).split()


def years(question: str) -> frozenset[str]:
    """Return the years, from 1000 to 2099, that a question names, in four digits."""
    return frozenset(_YEAR.findall(question))


def spoken_date(date: str) -> str:
    """Return an ISO date as people write it: ``7 June 2017``, ``June 2017`` or ``2017``; "" stays ""."""
    year, *rest = date.split("-")
    month = [_MONTHS[int(rest[0]) - 1]] if rest else []
    day = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*day, *month, year])


def dated_title(title: str, date: str, asked_years: Collection[str]) -> str:
    """Return the title as a reader sees it: with the document's date where the question names a year.

    The text of a report seldom says when it was written, so that only its date can tell it from last year's.
    ``tests/benchmarks/dates.py`` measured where and how to show it.
    """
    return ", ".join(filter(None, (title, spoken_date(date)))) if asked_years else title
