"""The words put in where a rule knows their place: for a dangling pronoun, or in the question before.

"Where did she study?" after "Who wrote The Lake?" gets the author's name; "And in 2023?" is the question before with
another year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.question.words import STOP_WORDS, content, dated, names
from qa.types import Turn

_PERSON = {"he", "she", "him", "her", "his", "hers"}
_OWNING = {"his", "hers", "its", "their", "theirs"}
_POINTING = {"this", "that", "these", "those"}
_OPENING = re.compile(
    r"(?i)^\W*(?:(?:and|but|so|or|then|also)\b[\s,]*(?:(?:what|how) about\b)?|(?:what|how) about\b)\s*"
)
_PRONOUN = re.compile(r"(?i)\b(?:he|she|him|hers?|his|its?|they|them|theirs?|there|that|th[eo]se|this)\b(?!['’-])")
_BEFORE_THAT = re.compile(r"\b(?:about|after|at|before|by|did|do|does|during|for|from|has|have|in|is|of|on|to|was) $")
_EMPTY_IT = re.compile(r" (?:takes?|means?) |(?: \w+){0,3} (?:that|whether|when) ")
_EMPTY_THERE = re.compile(r"(?i)\b(?:is|are|was|were|been?) there$|\bthere (?:will |would )?(?:is|are|was|were|be) ")
_WHO = re.compile(r"(?i)\b(?:who|whom|whose|president|minister|leader|singer|author|man|woman|actor|actress|artist)\b")
_WHERE = re.compile(r"(?i)\b(?:where|city|country|place|town|village|region|province|capital)\b")
# "tell me about climate change in africa": the whole of it, where it is short.
_TELL = re.compile(r"(?i)(?:please )?(?:tell me|talk|explain)(?: more)? about ((?:[\w'’-]+ ){0,4}[\w'’-]+)\W*")
_DO = "do|does|did|can|could|will|would|should|must|may|might"
_HELPER = r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would)"


def leans(question: str) -> bool:
    """Whether a question opens as a follow-up does, says next to nothing, or has a pronoun with nothing to mean."""
    nothing = len(question.split()) <= 4 and not content(question)
    return bool(_OPENING.match(question)) or nothing or dangling(question) is not None


def complete(question: str, turns: Sequence[Turn]) -> str:
    """Return a question that leans with what it leans on put in, or unchanged where no rule knows the place."""
    return weave(question, turns)[0]


def weave(question: str, turns: Sequence[Turn]) -> tuple[str, bool]:
    """Do as :func:`complete`, and say whether it is now the question before with one thing exchanged: all is there."""
    if not turns:
        return question, False
    bare = " ".join(_OPENING.sub("", question).split())
    new = _put_in(bare, turns)
    exchanged = "" if new else _exchange(bare, turns[-1][0])
    new = new or exchanged or question
    return (new[:1].upper() + new[1:] if new != question else question), bool(exchanged)


def dangling(question: str) -> re.Match[str] | None:
    """Return the first pronoun that has nothing before it to mean."""
    for match in _PRONOUN.finditer(question):
        word, before, after = match.group().lower(), question[: match.start()], question[match.end() :]
        if any(not dated(name) for name in names(before)):
            return None
        if word in _PERSON:
            return match
        if word in _POINTING:
            empty = not _BEFORE_THAT.search(before)
        elif word == "there":
            empty = bool(_EMPTY_THERE.search(before + word) or _EMPTY_THERE.match(word + after))
        elif word == "it":
            empty = bool(_EMPTY_IT.match(after))
        else:  # "What country has its": the country's own
            owner = re.search(r"(?i)\b(?:what|which|many) (\w+)", before)
            empty = bool(word in _OWNING and owner and content(owner[1]))
        if not empty and len(content(before)) <= 2:
            return match
    return None


def _put_in(question: str, turns: Sequence[Turn]) -> str:
    """Return the question with a name in place of the pronoun that dangles, "" where there is none."""
    if not (match := dangling(question)):
        return ""
    pronoun, before, after = match.group().lower(), question[: match.start()], question[match.end() :]
    noun = re.match(r" (\w+)", after)
    owned = noun is not None and noun[1].lower() not in STOP_WORDS
    who, where = pronoun in _PERSON, pronoun == "there"
    if pronoun in _POINTING:  # "that actor", "this city"
        who, where = bool(noun and _WHO.match(noun[1])), bool(noun and _WHERE.match(noun[1]))
        if noun is None or not (who or where):
            return ""
        after = after[noun.end() :]
    name = _last(turns, _WHO, False) if who else (where and _last(turns, _WHERE, True)) or _thing(turns)
    if not name:
        return ""
    if pronoun == "there" and not re.search(r"\b(?:from|to|in|near) $", before) and not re.match("(?:in|at|on) ", name):
        name = "in " + name
    if pronoun in _OWNING or (pronoun == "her" and owned):
        name += "'" if name.endswith("s") else "'s"
    return before + name + after


def _exchange(new: str, last: str) -> str:
    """Return the question before with the year, name or question word of ``new`` instead of its own, or ""."""
    bare = new.strip(" ?.!")
    if re.fullmatch("when|where|why|how", bare, re.I):
        rest = re.match(rf"(?:(?:when|where|why|how) )?({_HELPER}\b.*)", last, re.I)
        return f"{bare} {rest[1][:1].lower()}{rest[1][1:]}" if rest else ""
    if not (fresh := names(bare)) or not content(last):
        return ""
    before, _, after = bare.partition(fresh[0])
    for old in names(last):
        head, _, tail = last.partition(old)
        # "And in 2023?", "What about Iran?", "And when did Iran join?": the same words around it.
        if dated(old) == dated(fresh[0]) and head.lower().endswith(before.lower()) and tail.startswith(after):
            return head + fresh[0] + tail
    if re.fullmatch("(?:in|at|on|for|from|to|with|by) (?:the )?", before, re.I) and not after:
        return f"{last.rstrip(' ?.!')} {bare[:1].lower()}{bare[1:]}?"
    return ""


def _asked(question: str) -> list[str]:
    """Return the names in a question that are no dates, nor only the first word of a sentence."""
    found = [name for name in names(question) if not dated(name)]
    return [name for name in found if " " in name or re.search(r"[^.?!\s]\s+[\"'“(]?" + re.escape(name), question)]


def _last(turns: Sequence[Turn], asks: re.Pattern[str], placed: bool) -> str:
    """Return the last person or place: what answers who or where, else a name without or with a preposition."""
    for asked, answer in reversed(turns):
        if asks.search(asked) and names(answer) and len(answer.split()) <= 12:
            return answer
        for name in _asked(asked):
            if bool(re.search(r"\b(?:in|at|to|from|with) (?:the )?" + re.escape(name), asked)) == placed:
                return name
    return ""


def _thing(turns: Sequence[Turn]) -> str:
    """Return what was last spoken of.

    The name that answers what or which; else what was spoken of before, where the last question still has it; else
    the first name in that question, or its last words that say something.
    """
    if not turns:
        return ""
    asked, answer = turns[-1]
    if re.match(r"(?:what|which)\b", asked, re.I) and names(answer) == [answer] and not dated(answer):
        return answer
    earlier = _thing(turns[:-1])
    if earlier and earlier.lower() in asked.lower():
        return earlier
    if found := _asked(asked):
        return found[0]
    if told := _TELL.fullmatch(asked):
        return told[1]
    runs: list[list[str]] = [[]]
    # "When does the lease end?": the verb behind "does" comes last and is no part of the thing.
    verb = re.search(rf"(?i)\b(?:{_DO}) (?:the|an?|my|our|your|this|that) (?:[\w'’-]+ )+([\w'’-]+)\W*$", asked)
    for word in re.findall(r"\w[\w'’-]*|[^\w\s]", asked[: verb.start(1)] if verb else asked):
        if content(word) and not word.endswith(("ed", "ly")):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    thing = " ".join(([run for run in runs if run] or [[]])[-1][:3])
    return (f"the {thing}" if thing and f" the {thing}" in asked else thing) or earlier
