"""The words of a conversation: names, and the words that say what is asked about."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from qa.retrieve import STOP_WORDS

Turn = tuple[str, str]
"""A question asked before, and the text of its answer."""

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


@functools.cache
def weights() -> dict[str, Any]:
    """Return ``weights.json``: for "leans" and "missing" the weights of the features and the sum that counts."""
    found: dict[str, Any] = json.loads((files("qa.followup") / "weights.json").read_text(encoding="utf-8"))
    return found


def weighed(model: str, features: Mapping[str, float]) -> float:
    """Return the log-odds of a model for these features."""
    known = weights()[model]["weights"]
    return sum(float(known.get(name, 0.0)) * value for name, value in features.items() if value)
