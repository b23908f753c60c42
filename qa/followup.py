"""A follow-up question to one that stands alone.

An honest simple method: where a question leans on the conversation (a pronoun with nothing before it to mean, "And in
2023?", "Why?"), the words it leans on are put in. All else is left alone, and nothing is invented: every added word
stood in the conversation, but for the "in" that is part of "there".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.retrieve import STOP_WORDS

Turn = tuple[str, str]
"""A question asked before, and the text of its answer."""

LOOK_BACK = 5  # turns
LONG = 300  # a question before with more characters is passed over
SHORT = 80  # an answer with more characters is no name

_PERSON = {"he", "she", "him", "her", "his", "hers"}
_OWNING = {"his", "hers", "its", "their", "theirs"}
_POINTING = {"this", "that", "these", "those"}
_NOT_NAMES = STOP_WORDS | set("describe dr explain give list minister mr mrs ms name okay president tell well".split())
# Words that ask rather than say what is asked about.
_ASKING = set(
    "affect begin begun best better big call called cause caused causes come common compare describe different "
    "difference effect effects example examples explain get give good happen happened help important know kind kinds "
    "like live long made main make makes mean more most much name need old show some start started take takes talk "
    "tell treated type types used work works".split()
)
_NAME = re.compile(
    r"(?:[A-Z][\w.-]*\w|[A-Z]|\b\d{4}\b)"
    r"(?:\s+(?:(?:of|the|de|von|van|and|for|al)\s+)*(?:[A-Z][\w.-]*\w|[A-Z]|\d{1,4}\b))*"
)
_OPENING = re.compile(
    r"(?i)^\W*(?:(?:and|but|so|or|then|also)\b[\s,]*(?:(?:what|how) about\b)?|(?:what|how) about\b)\s*"
)
_PRONOUN = re.compile(r"(?i)\b(?:he|she|him|hers?|his|its?|they|them|theirs?|there|that|th[eo]se|this)\b(?!['’-])")
_BEFORE_THAT = re.compile(r"\b(?:about|after|at|before|by|did|do|does|during|for|from|has|have|in|is|of|on|to|was) $")
_EMPTY_IT = re.compile(r" (?:takes?|means?) |(?: \w+){0,3} (?:that|whether|when) ")
_EMPTY_THERE = re.compile(r"(?i)\b(?:is|are|was|were|been?) there$|\bthere (?:will |would )?(?:is|are|was|were|be) ")
_WHO = re.compile(r"(?i)\b(?:who|whom|whose|president|minister|leader|singer|author|man|woman|actor|actress|artist)\b")
_WHERE = re.compile(r"(?i)\b(?:where|city|country|place|town|village|region|province|capital)\b")
_DO = "do|does|did|can|could|will|would|should|must|may|might"
_HELPER = r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would)"


def names(text: str) -> list[str]:
    """Return the capitalised names (and years) of a text in their order, without question words and titles."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        while words and words[0].lower() in _NOT_NAMES and (len(words[0]) == 1 or not words[0].isupper()):
            words.pop(0)
        if words:
            found.append(" ".join(words))
    return list(dict.fromkeys(found))


def leans(question: str) -> bool:
    """Whether the question cannot be understood without what was said before."""
    count = len(question.split())
    if _OPENING.match(question) or (count <= 4 and not _content(question)) or _dangling(question):
        return True
    return count <= 5 and " the " in question and not names(question)


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Return the question with what it leans on put in, or unchanged where it stands alone.

    ``history``: the turns before, oldest first. Each of the last ones is made to stand alone in its turn, so that a
    name is found again that was said some questions ago.
    """
    turns: list[Turn] = []
    for said, answer in history[-LOOK_BACK:] if leans(question) else ():
        if (asked := " ".join(said[: LONG + 1].split())) and len(said) <= LONG:
            whole = _rewrite(asked, turns)
            turns.append((whole if len(whole) <= LONG else asked, answer.strip(" .") if len(answer) <= SHORT else ""))
    return _rewrite(question, turns)


def _rewrite(question: str, turns: Sequence[Turn]) -> str:
    if not turns or not leans(question):
        return question
    bare = " ".join(_OPENING.sub("", question).split())
    new = _put_in(bare, turns) or _exchange(bare, turns[-1][0])
    if not new and len(_content(bare)) <= 2 and (thing := _thing(turns)) and thing.lower() not in bare.lower():
        new = f"{bare.rstrip(' ?.!')} ({thing})?"
    return new[:1].upper() + new[1:] if new else question


def _content(text: str) -> list[str]:
    """Return the words that say what is asked about."""
    words = re.findall(r"\w[\w'’-]*", text)
    return [word for word in words if re.split("['’]", word.lower())[0] not in STOP_WORDS | _ASKING]


def _dangling(question: str) -> re.Match[str] | None:
    """Return the first pronoun that has nothing before it to mean."""
    for match in _PRONOUN.finditer(question):
        word, before, after = match.group().lower(), question[: match.start()], question[match.end() :]
        if any(not _dated(name) for name in names(before)):
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
            empty = bool(word in _OWNING and owner and _content(owner[1]))
        if not empty and len(_content(before)) <= 2:
            return match
    return None


def _put_in(question: str, turns: Sequence[Turn]) -> str:
    """Return the question with a name in place of the pronoun that dangles, "" where there is none."""
    if not (match := _dangling(question)):
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
    if not (fresh := names(bare)) or not _content(last):
        return ""
    before, _, after = bare.partition(fresh[0])
    for old in names(last):
        head, _, tail = last.partition(old)
        # "And in 2023?", "What about Iran?", "And when did Iran join?": the same words around it.
        if _dated(old) == _dated(fresh[0]) and head.lower().endswith(before.lower()) and tail.startswith(after):
            return head + fresh[0] + tail
    if re.fullmatch("(?:in|at|on|for|from|to|with|by) (?:the )?", before, re.I) and not after:
        return f"{last.rstrip(' ?.!')} {bare[:1].lower()}{bare[1:]}?"
    return ""


def _dated(name: str) -> bool:
    return name[-4:].isdigit()


def _asked(question: str) -> list[str]:
    """Return the names in a question that are no dates, nor only the first word of a sentence."""
    found = [name for name in names(question) if not _dated(name)]
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
    if re.match(r"(?:what|which)\b", asked, re.I) and names(answer) == [answer] and not _dated(answer):
        return answer
    earlier = _thing(turns[:-1])
    if earlier and earlier.lower() in asked.lower():
        return earlier
    if found := _asked(asked):
        return found[0]
    runs: list[list[str]] = [[]]
    # "When does the lease end?": the verb behind "does" comes last and is no part of the thing.
    verb = re.search(rf"(?i)\b(?:{_DO}) (?:the|an?|my|our|your|this|that) (?:[\w'’-]+ )+([\w'’-]+)\W*$", asked)
    for word in re.findall(r"\w[\w'’-]*|[^\w\s]", asked[: verb.start(1)] if verb else asked):
        if _content(word) and not word.endswith(("ed", "ly")):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    thing = " ".join(([run for run in runs if run] or [[]])[-1][:3])
    return (f"the {thing}" if thing and f" the {thing}" in asked else thing) or earlier
