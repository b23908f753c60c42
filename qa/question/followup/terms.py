"""Which words of the conversation are missing from a question: names, and runs of words that say something.

Every candidate is weighed by a logistic regression, fitted by ``tests/benchmarks/fit_follow_ups.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.question.followup.detect import surface
from qa.question.followup.weights import weighed
from qa.question.words import STOP_WORDS, content, search_words
from qa.types import Turn

_INSIDE = set("of the de von van for al du la".split())  # "Bank of China"
_LINKING = set(
    "above across against along also among around below between currently during even immediately only over per "
    "since through throughout toward towards under until upon via well within without".split()
)
_WHO = re.compile(r"(?i)\b(?:who|whom|whose|president|leader|singer|author|man|woman|actor|actress|artist)\b")
_ASKED = {"who": _WHO, "what": re.compile(r"(?i)(?:what|which)\b"), "where": re.compile(r"(?i)where\b")}
_ADVERBIAL = re.compile(r"(?i)(?:when|why|how)\b")


def missing(question: str, turns: Sequence[Turn], most: int, least: float) -> list[str]:
    """Return up to ``most`` terms of the conversation that the question lacks, those weighing more than ``least``."""
    ranked = sorted(((weighed("missing", found), term) for term, found in candidates(question, turns)), reverse=True)
    chosen: list[str] = []
    have = words(question)
    for weight, term in ranked[:most]:
        if weight > least and not words(term) <= have:
            chosen.append(term)
            have |= words(term)
    return chosen


def words(text: str) -> set[str]:
    """Return the words of a text, in lower case, that say something."""
    return {word for word in search_words(text) if word not in STOP_WORDS and len(word) > 1}


def candidates(question: str, turns: Sequence[Turn]) -> list[tuple[str, dict[str, float]]]:
    """Return the terms of the turns (oldest first) that the question lacks, each with what speaks for it."""
    said, wording = words(question), surface(question)
    sure = weighed("leans", wording)
    told = [words(f"{asked} {answer}") for asked, answer in turns]
    found: dict[frozenset[str], tuple[str, dict[str, float]]] = {}
    for age, (asked, answer) in enumerate(reversed(turns)):
        for text, answers in ((asked, False), (answer, True)):
            terms = _terms(text)
            for number, term in enumerate(terms):
                key = frozenset(words(term))
                if not key or key <= said or key in found:
                    continue
                features = _features(term, text, asked if answers else "", age)
                features |= {
                    "how surely the question leans": max(-2.0, min(4.0, sure)),
                    "the question before was answered": float(bool(turns[-1][1])),
                    "last": float(not answers and number == len(terms) - 1),
                    "only": float(len(terms) == 1),
                    "first turn": float(age == len(turns) - 1 > 0 and not answers),
                    "share of turns": sum(bool(key & turn) for turn in told) / len(told) if len(told) > 1 else 0.5,
                    "in several turns": float(sum(bool(key & turn) for turn in told) > 1),
                }
                found[key] = (term, features | _agreement(wording, features))
    return list(found.values())


def _features(term: str, text: str, asked: str, age: int) -> dict[str, float]:
    """Return what a term tells by itself; ``asked``: the question where the text is its answer."""
    side, when = ("answer", "question")[not asked], ("last", "previous", "old")[min(age, 2)]
    name, number = any(word[:1].isupper() for word in term.split()), term[:1].isdigit() or term[:1] in "$€£"
    found: dict[str, float] = {f"{when} {side}": True, f"{side}: name": name, f"{side}: number": number}
    found |= {f"answer to {kind}": bool(asked and pattern.search(asked)) for kind, pattern in _ASKED.items()}
    found |= {
        "bias": True,
        "words": min(len(term.split()), 4) / 4,
        "in a long answer": bool(asked) and len(text.split()) > 4,
        "answer to when, why, how": bool(asked and _ADVERBIAL.match(asked)),
        "verb": not asked and not name and term.endswith(("ed", "ing")),
        "common": not asked and not name,
        "name": name,
    }
    return {sign: float(value) for sign, value in found.items()}


def _agreement(wording: dict[str, float], features: dict[str, float]) -> dict[str, float]:
    """Return how term and question go together: pairs of their features."""
    pairs = [
        (sign, kind)
        for sign in ("person", "it", "they", "there", "opening")
        for kind in ("question: name", "answer: name", "common")
    ]
    pairs += [("person", "answer to who"), ("it", "answer to what"), ("name", "name")]
    pairs += [(f"at most {most} content words", "last question") for most in (0, 1)]
    pairs += [("that at the end", "last question")]
    return {f"{sign} & {kind}": wording[sign] * features.get(kind, 0.0) for sign, kind in pairs}


def _terms(text: str) -> list[str]:
    """Return the names and the runs of common words in a text."""
    tokens = re.findall(r"[$€£]?\w[\w'’.,-]*\w|\w|[^\w\s]", text)
    runs: list[tuple[bool, list[str]]] = []
    together = False
    for number, token in enumerate(tokens):
        following = next((word for word in tokens[number + 1 : number + 3] if word.lower() not in _INSIDE), "")
        name = token[:1].isupper() or token[:1].isdigit()
        if token.lower() in _INSIDE and together and runs[-1][0] and following[:1].isupper():
            runs[-1][1].append(token)
        elif not _says(token):
            together = False
        elif together and runs[-1][0] == name:
            runs[-1][1].append(token)
        else:
            runs.append((name, [token]))
            together = True
    return [" ".join(run) for _, run in runs]


def _says(token: str) -> bool:
    low = token.lower()
    return bool(content(token)) and low not in _LINKING and not (token.islower() and low.endswith("ly"))
