"""A follow-up question to one that stands alone.

An honest simple method: where a question leans on the conversation (it has a pronoun with nothing in it to mean, or
begins with "And" or "What about"), the names it leans on are put in, taken from the last questions and answers. All
else is left alone. Nothing is invented: every added word stood in the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.retrieve import STOP_WORDS

Turn = tuple[str, str]
"""A question asked before, and the text of its answer."""

_PERSON = {"he", "she", "him", "her", "his", "hers"}
_THING = {"it", "its", "they", "them", "their", "theirs", "this", "that", "these", "those", "one"}
_PLACE = {"there"}
_OPENING = re.compile(
    r"^\s*(?:(?:and|but|so|or|then|also|ok(?:ay)?|well)\b[\s,]*)*(?:what about|how about)?\b", re.IGNORECASE
)
_LEANS = re.compile(r"^\s*(?:and|but|so|or|then|also|what about|how about|what else|who else|where else|why\s*\?|when\s*\?"
                    r"|where\s*\?|who\s*\?|how\s*\?|how come)\b", re.IGNORECASE)
_NAME = re.compile(
    r"(?:[A-Z][\w'’.-]*\w|[A-Z]|\d{4})(?:\s+(?:(?:of|the|de|von|van|and|for|al)\s+)*(?:[A-Z][\w'’.-]*\w|[A-Z]|\d{1,4}))*"
)
_NOT_NAMES = {
    "What", "When", "Where", "Which", "Who", "Whom", "Whose", "Why", "How", "And", "But", "So", "Or", "Did", "Does",
    "Do", "Is", "Are", "Was", "Were", "Has", "Have", "Had", "Can", "Could", "In", "On", "At", "The", "A", "An", "It",
    "He", "She", "They", "His", "Her", "Its", "Their", "To", "From", "For", "By", "With", "Then", "Also", "Name",
    "List", "Tell", "This", "That", "These", "Those", "There", "After", "Before", "During", "Under", "Of", "About", "I",
    "President", "Minister", "Mr", "Mrs", "Ms", "Dr",
}  # fmt: skip
_ASKS_WHO = re.compile(r"\b(?:who|whom|whose)\b|\b(?:which|what)\s+(?:\w+\s+){0,2}(?:president|minister|leader|"
                       r"singer|author|person|man|woman|king|queen|actor|scientist|player|official)\b", re.IGNORECASE)
_ASKS_WHERE = re.compile(r"\bwhere\b|\b(?:which|what) (?:\w+ )?(?:city|country|place|town|state|region|capital)\b",
                         re.IGNORECASE)


def names(text: str) -> list[str]:
    """Return the capitalised names (and years) of a text in their order, without question words and titles."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        while words and words[0] in _NOT_NAMES:
            words.pop(0)
        if words:
            found.append(" ".join(words))
    return list(dict.fromkeys(found))


def leans(question: str) -> bool:
    """Whether the question cannot be understood without what was said before."""
    words = re.findall(r"[\w'’]+", question.lower())
    if _LEANS.search(question):
        return True
    own = names(question)
    pronouns = set(words) & (_PERSON | _THING | _PLACE)
    if set(words) & _PERSON and not any(" " in name or not name.isdigit() for name in own):
        return True
    if pronouns and not own:
        return not _relative_only(question)
    return bool(set(words) & (_PERSON | {"it", "its", "they", "them", "their"})) and len(words) <= 8


def _relative_only(question: str) -> bool:
    """Whether "that", "this" or "there" only joins clauses: "the city that hosts", "is there a"."""
    rest = re.sub(r"\b(?:is|are|was|were|be|been) there\b|\bthere (?:is|are|was|were)\b", " ", question, flags=re.I)
    rest = re.sub(r"\b(?!in |at |on |of |to |from |for |did |does |was |is |do )\w+ that (?=\w+)", " ", rest, flags=re.I)
    return not set(re.findall(r"\w+", rest.lower())) & (_PERSON | _THING | _PLACE)


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Return the question with what it leans on put in, or unchanged where it stands alone.

    ``history``: the turns before, oldest first. A pronoun is replaced by the last name of its kind; where no pronoun
    can be, the names of the last turn are added in brackets.
    """
    if not history or not leans(question):
        return question
    stripped = _OPENING.sub("", question, count=1).strip() or question.strip()
    person, place, thing = _referents(history)
    rewritten, used = stripped, set[str]()
    for pronouns, referent in ((_PERSON, person), (_PLACE, place), (_THING, thing)):
        if referent:
            before = rewritten
            rewritten = _substitute(rewritten, pronouns, referent)
            if rewritten != before:
                used.add(referent)
    last_question, last_answer = history[-1]
    if not used or not _LEANS.search(question):
        context = [] if used else names(last_question) or _content(last_question)
    else:
        context = [name for name in names(last_question) if not name.isdigit()]
    if not used and _LEANS.search(question) and len(search := _content(stripped)) <= 2:
        # "And in 2023?" asks the last question again with one thing exchanged.
        return _exchange(last_question, stripped, search)
    missing = [word for word in context if word.lower() not in rewritten.lower()]
    if not missing:
        return _capitalised(rewritten)
    bare = rewritten.rstrip(" ?.!")
    return _capitalised(f"{bare} ({', '.join(missing)})?")


def _content(text: str) -> list[str]:
    return [word for word in re.findall(r"[\w'’-]+", text) if word.lower() not in STOP_WORDS]


def _referents(history: Sequence[Turn]) -> tuple[str, str, str]:
    """Return the last person, place and thing of the conversation, "" where there is none."""
    person = place = thing = ""
    for question, answer in history:
        asked = [name for name in names(question) if not name.isdigit()]
        answered = [name for name in names(answer) if not name.isdigit()]
        if asked:
            thing = asked[0]
            person = next((name for name in asked if " " in name or len(asked) == 1), asked[0])
            match = re.search(r"\b(?:in|to|at|from)\s+(" + "|".join(map(re.escape, asked)) + r")", question)
            place = match.group(1) if match else place
        else:
            phrase = re.search(r"\b(?:the|this|that)\s+((?:[\w-]+\s+){0,3}[\w-]+)", question.rstrip("?. "))
            thing = phrase.group(0) if phrase and not thing else thing
        if answered and len(answer.split()) <= 8:
            if _ASKS_WHO.search(question):
                person = answer.strip()
            elif _ASKS_WHERE.search(question):
                place = answer.strip()
            elif not asked or re.match(r"\s*(?:what|which)\b", question, re.IGNORECASE):
                thing = answered[0] if len(answered) == 1 else answer.strip()
            place = place or answered[0]
    return person, place or thing, thing


def _substitute(question: str, pronouns: set[str], referent: str) -> str:
    def put(match: re.Match[str]) -> str:
        pronoun = match.group().lower()
        if pronoun in {"his", "its", "their", "hers", "theirs"}:
            return referent + ("'" if referent.endswith("s") else "'s")
        if pronoun == "her":
            following = question[match.end() :].lstrip()
            return referent + "'s" if re.match(r"[a-z]", following) else referent
        if pronoun == "there":
            return f"in {referent}"
        return referent

    words = "|".join(sorted(pronouns - {"this", "that", "these", "those", "one"}, key=len, reverse=True))
    if not words:
        return question
    if pronouns == _PLACE and re.search(r"\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were)\b", question, re.I):
        return question
    return re.sub(rf"\b(?:{words})\b", put, question, count=1, flags=re.IGNORECASE)


def _exchange(last: str, new: str, words: list[str]) -> str:
    """Return the last question with the year or name that ``new`` brings in place of its own."""
    bare = new.strip(" ?.!")
    years, fresh = re.findall(r"\b\d{4}\b", last), re.findall(r"\b\d{4}\b", bare)
    if years and fresh and len(words) == 1:
        return last.replace(years[0], fresh[0], 1)
    return f"{last.rstrip(' ?.!')} ({bare})?"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
