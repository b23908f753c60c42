"""What kind of answer a question wants, judged by its wording.

A span can be a name, a number or a clause. Questions that want something else are told apart here, so that each gets
one honest behaviour. The rules err on the side of ``span``: a question misjudged as one is still answered or refused.
"""

from __future__ import annotations

import re
from typing import Literal

from corpus.errors import CiteboundError
from corpus.text.layout import other_script

Intent = Literal["span", "list", "evidence", "summary", "comparison", "arithmetic", "greeting", "language"]
"""What kind of answer a question wants; all but the first three are more than a quotation can give."""

MAX_CHARACTERS = 1000
MAX_PASSAGES = 50

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)"
    r"|thanks?(?: you)?(?: (?:so|very) much)?"
    r"|thx|bye|goodbye|ok(?:ay)?|cool|great|nice|test|help|how are you(?: doing)?(?: today)?|what'?s up"
    r"|who are you|what are you|what can you do|what do you do|how do you work)"
    r"(?:[ ,]+(?:there|all|everyone|bot|citebound|friend))?[\s!.?,]*",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\b(?:summari[sz]e|sum up|give (?:me )?(?:a|an|the) (?:\w+ )?(?:summary|overview|outline|synopsis)"
    r"|tl;?dr|what (?:is|are) (?:this|these|the) (?:document|article|text|file|librar)\w* about"
    r"|(?:the )?(?:key|main) (?:points|takeaways|ideas) (?:of|in|from))\b"
    r"|^(?:please )?(?:write|draft|compose|translate|explain everything|tell me everything)\b",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"^(?:please )?(?:compare|contrast)\b|\bpros and cons\b|\bversus\b|\bvs\b"
    r"|^what (?:is|are|was|were) the (?:main |key )?(?:differences?|similarit(?:y|ies)) between\b",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"(?:[\d\s.,+*/×÷^()=-]*\d\s*[+*/×÷^-]\s*\d[\d\s.,+*/×÷^()=-]*"
    r"|\d[\d.,]*\s*(?:plus|minus|times|divided by)\s*\d[\d.,]*)",
    re.IGNORECASE,
)
_ARITHMETIC = re.compile(
    r"^(?:please )?(?:calculate|compute|add up|subtract|multiply|divide|count)\b"
    r"|\bhow (?:many|much) (?:more|less|fewer|larger|smaller|bigger|higher|lower|longer|older)\b.*\bthan\b"
    r"|^how many (?:documents|articles|files|passages)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"^(?:please )?(?:list|enumerate|name (?:all|every|each|the|some|two|three|four|five|several|as many)"
    r"|give (?:me )?(?:all|every|a list|the list)|show (?:me )?(?:all|every|a list)"
    r"|(?:what|which|who) (?:are|were) all\b|tell me all|find all)",
    re.IGNORECASE,
)
_AUXILIARY = (
    "is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
    "|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|can't|couldn't|won't|wouldn't|shouldn't"
)
_YES_NO = re.compile(rf"^(?:(?:and|but|so|or|then|well|ok)[, ]+)*(?:{_AUXILIARY})\s+\S", re.IGNORECASE)
_REQUEST = re.compile(r"^(?:can|could|would|will) (?:you|i)\b|^(?:do|did|have) you\b", re.IGNORECASE)
_CHOICE = re.compile(r"\b(?:who|what|when|where|which|how|why)\b", re.IGNORECASE)


class QuestionError(CiteboundError):
    """A question that cannot be asked; the message says why and what to do."""


def intent_of(question: str) -> Intent:
    """Return what the question asks for."""
    question = " ".join(question.split())
    if other_script(question):
        return "language"
    bare = question.rstrip(" ?!.=")
    sum_asked = re.sub(r"^(?:what(?:'s| is)|how much is|calculate|compute)\s+", "", bare, flags=re.IGNORECASE)
    if _GREETING.fullmatch(question):
        return "greeting"
    if _SUM.fullmatch(sum_asked) or _ARITHMETIC.search(question):
        return "arithmetic"
    if _SUMMARY.search(question):
        return "summary"
    if _COMPARISON.search(question):
        return "comparison"
    if _LIST.search(question):
        return "list"
    if _REQUEST.search(question):
        # "Can you tell me when ...?" asks for the rest of it.
        return "span"
    if _YES_NO.search(question) and not _CHOICE.search(question):
        return "evidence"
    return "span"


def problem(question: str) -> str | None:
    """Return one sentence about a question that cannot be asked at all, or None."""
    if not question.strip():
        return "The question is empty: type a question about your documents."
    if len(question) > MAX_CHARACTERS:
        return (
            f"The question has {len(question):,} characters, and at most {MAX_CHARACTERS:,} are read: "
            "ask one question at a time."
        )
    if not any(c.isalnum() for c in question):
        return "The question has no words: type a question about your documents."
    return None


def check(question: str, passages: int) -> None:
    """Make sure that a question can be asked, or searched for, and that so many passages can be found for it.

    Raises:
        QuestionError: it is empty or far too long, or they are too few or too many.
    """
    wrong = problem(question)
    if wrong:
        raise QuestionError(wrong)
    if not 1 <= passages <= MAX_PASSAGES:
        raise QuestionError(f"The number of passages is {passages}: choose 1 to {MAX_PASSAGES}.")
