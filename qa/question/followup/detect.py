"""Whether a question stands alone, by its wording: a logistic regression (``tests/benchmarks/fit_follow_ups.py``)."""

from __future__ import annotations

import re

from qa.question.followup.rules import dangling
from qa.question.followup.weights import weighed
from qa.question.words import content, names

_HELPER = r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|must|may|might)"
_SIGNS = {
    "opening": r"^\W*(?:(?:and|but|so|or|then|also)\b|(?:what|how) about\b)",
    "person": r"\b(?:he|she|him|her|his|hers)\b",
    "they": r"\b(?:they|them|their|theirs)\b",
    "it": r"\b(?:it|its)\b(?!['’-])",
    "there": r"\bthere\b",
    "this": r"\b(?:this|these|those)\b",
    "that at the end": r"\b(?:that|this|these|those|there|so)\W*$",
    "that after a verb": rf"\b{_HELPER} (?:that|this|these|those)\b",
    "pronoun after a preposition": r"\b(?:of|about|for|from|to|with|by|in|on) (?:them|it|him|her|this|that|th[eo]se)\b",
    "pronoun after a verb": rf"\b{_HELPER} (?:he|she|it|they)\b",
    "other, one": r"\b(?:ones?|others?|another|both|each|same|else|either)\b",
    "then": r"\b(?:then|later|afterwards?|meanwhile|too|next|instead|again|at first|now)\b",
    "the": r"\bthe\b",
    "the at the end": rf"\b{_HELPER} the \w+\W*(?:\w+\W*)?$",
    "a": r"\b(?:an?|any)\b",
    "definition": r"^\W*what (?:is|are|was|were) (?:an? )?[\w-]+\W*$|^\W*what do(?:es)? (?:it )?\w+ mean\b|\bmean to\b",
    "of": r" of ",
    "number": r"\d",
}
_PATTERNS = {name: re.compile(f"(?i){pattern}") for name, pattern in _SIGNS.items()}
# "How long does it take", "Is there a limit": words that point at nothing.
_EMPTY = re.compile(
    r"(?i)\bit(?= (?:takes?|means?)\b|(?: \w+){0,3} (?:that|whether|when|to) )"
    r"|\bthere(?= (?:will |would )?(?:is|are|was|were|be)\b)"
    r"|(?<=\bis )there\b|(?<=\bare )there\b|(?<=\bwas )there\b|(?<=\bwere )there\b|(?<=\bbeen )there\b"
)
_QUESTION_WORD = re.compile(r"(?i)\b(?:who|what|where|when|why|how|which|whose|whom)\b")


def surface(question: str) -> dict[str, float]:
    """Return what of a question's wording tells whether it leans on a conversation."""
    words, said = len(question.split()), len(content(question))
    name = any(re.search(r"\S\s+[\"'“(]?" + re.escape(found), question) for found in names(question))
    bare = _EMPTY.sub("", question)
    found: dict[str, float] = {sign: bool(pattern.search(bare)) for sign, pattern in _PATTERNS.items()}
    found |= {f"at most {most} words": words <= most for most in (3, 5, 7)}
    found |= {f"at most {most} content words": said <= most for most in (0, 1, 2, 3, 4)}
    found |= {
        "bias": 1.0,
        "name": name,
        "short without a name": words <= 7 and not name,
        "dangling pronoun": dangling(question) is not None,
        "no question word": not _QUESTION_WORD.search(question),
        "lower case": question[:1].islower(),
        "no question mark": not question.rstrip().endswith("?"),
    }
    return {sign: float(value) for sign, value in found.items()}


def leaning(question: str) -> float:
    """Return the log-odds that something is missing from a question that was said before."""
    return weighed("leans", surface(question))
