"""Written dates to ISO dates."""

from __future__ import annotations

import re
from datetime import date

from corpus.text.layout import normalise

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)


_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>[12]\d{3})"


_CLOCK = r"\d{1,2}[:.]\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?(?:\s*(?:z|[a-z]{3,4}|[+-]\d{2}:?\d{2}))?"


_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\s+)?"


_FORMS = [
    re.compile(rf"(?:{_CLOCK}\s*[,|]?\s+)?{_WEEKDAY}(?:{form})(?:\s*(?:[,t|]|at|-|–)?\s*{_CLOCK})?", re.I)
    for form in (
        rf"{_YEAR}(?:(?P<gap>[-/.])(?P<month>\d{{1,2}})(?:(?P=gap){_DAY})?)?",
        rf"{_YEAR}年(?:\s*(?P<month>\d{{1,2}})月(?:\s*(?P<day>\d{{1,2}})日)?)?",
        rf"{_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}",
        rf"{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_MONTH},?\s+{_YEAR}",
        r"(?P<year>[12]\d{3})(?P<month>[01]\d)(?P<day>[0-3]\d)",
    )
]


_SLASHES = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/([12]\d{{3}})(?:,?\s+{_CLOCK})?", re.I)


_LABEL = (
    r"(?:(?:first\s+|last\s+|originally\s+)?(?:published|posted|updated|modified|created|issued|released|written)"
    r"|(?:publication|release|issue)\s+date|dated?)"
)


_DATE_LABEL = re.compile(rf"{_LABEL}(?:\s+(?:on|at))?\s*:?\s+(?P<date>.+)", re.IGNORECASE)


def parse_date(text: str) -> str:
    """Return a written date as ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``; ``""`` if all of ``text`` is not one.

    A time of day and a weekday beside it are passed over. ``03/04/2019`` gives only its year, because the
    order of day and month cannot be known.
    """
    text = " ".join(text.split())
    if len(text) > 60:
        return ""
    if match := _SLASHES.fullmatch(text):
        first, second, year = (int(group) for group in match.groups())
        if first > 12:
            return _iso(year, second, first)
        return _iso(year, first, second) if second > 12 or first == second else _iso(year, None, None)
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _iso_of(match)
    return ""


def date_line(line: str) -> str:
    """Return the ISO date of a line that is a date and no more, except for a label such as ``Published:``."""
    line = normalise(line) if len(line) <= 200 else ""
    if match := _DATE_LABEL.fullmatch(line):
        return parse_date(match["date"].rstrip("."))
    # A year alone may as well be a title or a heading.
    return "" if re.fullmatch(r"\d{4}", line) else parse_date(line)


def _iso(year: int, month: int | None, day: int | None) -> str:
    try:
        full = date(year, month or 1, day or 1).isoformat()
    except ValueError:
        return ""
    return full if day else full[:7] if month else full[:4]


_WITHIN = [
    re.compile(rf"(?<![^\W_])(?<![/.-])(?:{form})(?![^\W_]|/|-\d|\.\d)", re.I)
    for form in (
        r"(?P<year>[12]\d{3})(?P<gap>[-/._])(?P<month>\d{1,2})(?P=gap)(?P<day>\d{1,2})",
        r"(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)",
        rf"{_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}",
        rf"{_DAY}(?:\s+of)?[\s_-]+{_MONTH},?[\s_-]+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_MONTH},?[\s_-]+{_YEAR}",
        r"(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])",
    )
]


def date_within(text: str) -> str:
    """Return the ISO date of the one day, or month, that a title or a file's name holds; "" for none or several."""
    text = " ".join(text.split())[:300]
    for form in _WITHIN:
        found = {_iso_of(match) for match in form.finditer(text)} - {""}
        if len(found) == 1:
            return found.pop()
        if found:
            return ""
    return ""


_DATED = re.compile(
    r"\b(?:minutes|meeting|agenda|letter|newsletter|report|bulletin|memo(?:randum)?|notes?|stand-?up|release|version|edition|"
    r"issue|update|digest|journal|log|statement|invoice|notice|circular|press release|price list|timetable|schedule|"
    r"review|summary)\b",
    re.IGNORECASE,
)


def headline_date(line: str) -> str:
    """Return the date in a title or first heading, where it is that of the document and not of what it is about.

    "Minutes of 14 June 2023" were written then, "Battle of Hastings, 14 October 1066" was not.
    """
    return date_within(line) if len(line) <= 120 and _DATED.search(line) and not re.search(r"[.!?]$", line) else ""


def _iso_of(match: re.Match[str]) -> str:
    found = match.groupdict()
    month, day = found.get("month"), found.get("day")
    if name := found.get("name"):
        month = str(_MONTHS.index(name[:3].lower()) + 1)
    return _iso(int(found["year"]), int(month) if month else None, int(day) if day else None)
