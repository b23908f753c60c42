"""Whether two answers may mean the same in other words: numbers, dates and names.

Only what surely differs is told apart; in doubt two answers mean the same.
"""

from __future__ import annotations

import re

from corpus.text.dates import parse_date
from corpus.text.layout import normalise
from qa.matching import normalise_answer

_LONGEST = 8  # words: longer answers are clauses, which say the same in too many ways

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()

_TENS = {name: 10 * n for n, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}

_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()

_WORDS = {name: n for names in (_SMALL, _ORDINALS) for n, name in enumerate(names)} | _TENS

_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?s?|[^\W\d_]+")

# Words beside a name that do not change who or what is meant.
_FILLING = frozenset(
    "a an the of in on at by from to and or for with its his her their mr mrs ms dr sir lord president king queen st "
    "saint prince princess general minister professor".split()
)


def same_meaning(one: str, other: str) -> bool:
    """Whether two answers may mean the same: numbers, dates and names in other words; in doubt, True."""
    one, other = normalise(one), normalise(other)
    words, others = normalise_answer(one).split(), normalise_answer(other).split()
    if set(words) <= set(others) or set(others) <= set(words):
        return True
    if max(len(words), len(others)) > _LONGEST:
        return True
    date, another = parse_date(one), parse_date(other)
    if date and another:
        return date.startswith(another) or another.startswith(date)
    numbers, more = _numbers(one), _numbers(other)
    if bool(numbers) != bool(more) or ("centur" in one.lower()) != ("centur" in other.lower()):
        return True  # a year and a name, say: another kind of answer rather than a contradiction
    if numbers:
        if (units := _units(one)) and (others_units := _units(other)) and not units & others_units:
            return True  # minutes and seasons cannot be compared
        few, many = sorted((numbers, more), key=len)
        months, others_months = _months(one), _months(other)
        apart = bool(months and others_months) and not months & others_months
        return not apart and all(any(_near(a, b) for b in many) for a in few)
    return _same_name(one, other)


def _numbers(text: str) -> list[tuple[float, float]]:
    """Return the numbers in a text, each with how far off it may be because it was rounded."""
    found: list[tuple[float, float]] = []
    before = ""
    for token in _TOKEN.findall(text.lower()):
        if token[0].isdigit():
            found.append(_figure(token))
        elif token in _SCALES and found and before not in _SCALES:
            value, slack = found[-1]
            # "4 million" is rounded although 4 is not.
            found[-1] = (value * _SCALES[token], (slack or (0.0 if token == "hundred" else 0.5)) * _SCALES[token])
        elif token in _WORDS:
            value = float(_WORDS[token])
            if before in _TENS and 0 < value < 10:
                found[-1] = (found[-1][0] + value, 0.0)
            else:
                found.append((value, 0.0))
        before = token
    return found


def _figure(token: str) -> tuple[float, float]:
    bare = token.replace(",", "").rstrip("s")
    value, (whole, _, decimals) = float(bare), bare.partition(".")
    if decimals:
        return value, 0.5 * 10.0 ** -len(decimals)
    if token.endswith("s"):  # the 1990s
        return value + 4.5, 4.5
    year = len(token) == 4 and 1000 <= value <= 2100
    zeros = len(whole) - len(whole.rstrip("0"))
    return value, 0.5 * 10.0**zeros if value >= 1000 and not year else 0.0


def _near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) <= max(one[1], other[1])


def _months(text: str) -> set[str]:
    return {word[:3] for word in re.findall(r"[a-z]{3,}", text.lower()) if word[:3] in _MONTHS}


def _units(text: str) -> set[str]:
    """Return what a number counts: its first letters, for "metre" and "metres"."""
    words = set(re.findall(r"[^\W\d_]{3,}", text.lower())) - _FILLING - _SCALES.keys() - _WORDS.keys()
    return {word[:4] for word in words if word[:3] not in _MONTHS}


def _same_name(one: str, other: str) -> bool:
    names = [[w for w in re.findall(r"[^\W_]+", text) if w.lower() not in _FILLING] for text in (one, other)]
    few, many = sorted(names, key=len)
    if not few or not all(word[0].isupper() for word in few + many):
        return True  # descriptions may all be right
    initials = ["".join(word[0] for word in name).lower() for name in names]
    bare = [re.sub(r"[\W_]", "", text).lower() for text in (one, other)]
    if initials[0] == bare[1] or initials[1] == bare[0] or bare[0] in bare[1] or bare[1] in bare[0]:
        return True
    if few[-1].lower() == many[-1].lower():  # a family name, mostly
        return True
    return all(any(_same_word(a.lower(), b.lower()) for b in many) for a in few)


def _same_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) == 1:  # an initial
        return long.startswith(short)
    return short == long or (len(short) >= 5 and long.startswith(short[:-2]) and short[:5] == long[:5])
