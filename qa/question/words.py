"""The words of a question: which to search for, which are names, and which say what is asked about."""

from __future__ import annotations

import re

# Words that say nothing of a passage's subject; searching for them costs time and finds noise.
STOP_WORDS = frozenset(
    "a about an and any are as at be been but by can could did do does for from had has have he her his how i if in is"
    " it its many may me might much must my no not of on or our shall she should some such than that the their them"
    " then there these they this those to was we were what when where which who whom whose why will with would you your"
    "".split()
)

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


def search_words(question: str) -> list[str]:
    """Return the question's words without stop words, each once; all of them where only stop words are left."""
    words = list(dict.fromkeys(re.findall(r"\w+", question.lower())))
    return [word for word in words if word not in STOP_WORDS] or words


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


def content(text: str) -> list[str]:
    """Return the words that say what is asked about."""
    words = re.findall(r"\w[\w'’-]*", text)
    return [word for word in words if re.split("['’]", word.lower())[0] not in STOP_WORDS | _ASKING]


def dated(name: str) -> bool:
    """Whether a name ends in a number, as a year or a date does."""
    return name[-4:].isdigit()
