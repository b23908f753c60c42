"""Plain text: one way to write whitespace, undoing hard wraps, and reading dates.

Nothing here knows about files or documents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from statistics import median

_LINE_ENDS = re.compile("\r\n|[\r\v\x1c-\x1e\x85\u2028]")
_PARAGRAPH_ENDS = re.compile("[\f\u2029]")
_SPACES = re.compile("[\t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Controls, format characters nobody sees, lone surrogates and noncharacters. The joiners U+200C and U+200D
# are not here: they are part of the spelling of some scripts and of emoji.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\U000e0001\U000e0020-\U000e007f\ud800-\udfff]"
)
_JOINERS = re.compile("[\u200c\u200d]+")
_JOINED_SCRIPTS = re.compile("[\u0590-\u1dff\u2600-\u27bf\u2e80-\ud7ff\ue000-\U0010ffff]")


def normalise(text: str) -> str:
    """Return ``text`` in the one form every document has; doing it twice changes nothing.

    Composed Unicode (NFC), ``\\n`` for every line end, one plain space for every run of blanks, none at line
    starts and ends, at most one empty line in a row, and no invisible or control characters.
    """
    text = _PARAGRAPH_ENDS.sub("\n\n", _LINE_ENDS.sub("\n", text))
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", _SPACES.sub(" ", text)))
    text = unicodedata.normalize("NFC", _JOINERS.sub(_keep_joiner, text))
    text = re.sub(" {2,}", " ", text)
    text = re.sub("(?<=\n) | (?=\n)", "", text)
    return re.sub("\n{3,}", "\n\n", text).strip()


def _keep_joiner(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    before = start > 0 and _JOINED_SCRIPTS.match(text[start - 1])
    after = end < len(text) and _JOINED_SCRIPTS.match(text[end])
    return match[0] if before and after else ""


# --- lines to paragraphs -----------------------------------------------------------------------------------

SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*$")
_ITEM = re.compile(r"(?:[-*+•‣◦–—]|\(?\d{1,3}[.)]|[a-zA-Z][.)])\s")
_BROKEN = re.compile(r"[^\W\d_][-\u2010]$")
# First parts that are mostly written with a hyphen.
_PREFIXES = frozenset(
    "well self non ex co long short high low mid full half part time on off up down cross all two three four five six "
    "one first second third multi pre post anti semi quasi hard soft open old new real user end built state read"
    "".split()
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def lay_out(text: str) -> str:
    """Return plain text, normalised, with a blank line between paragraphs and hard wraps undone.

    Single line ends are joined where the lines are filled up to one width (text wrapped by a program), become
    paragraph ends where lines are long (a paragraph a line), and stay as they are in lists and poems.
    """
    raw = _PARAGRAPH_ENDS.sub("\n\n", _LINE_ENDS.sub("\n", text)).split("\n")
    lines = [normalise(line) for line in raw]
    indented = [bool(re.match(r"(?:\t| {2,})\S", line)) for line in raw]
    filled = [line for line in lines if line]
    if not filled:
        return ""
    pairs = [index for index in range(len(lines) - 1) if lines[index] and lines[index + 1]]
    width = max(len(lines[index]) for index in pairs) if pairs else 0
    full = {index for index in pairs if _is_full(lines[index], lines[index + 1], 0.85 * width)}
    narrow = 20 if _CJK.search(lines[pairs[0]] if pairs else "") else 40
    wrapped = narrow <= width <= 130 and len(pairs) >= 3 and len(full) >= 0.6 * len(pairs)
    paragraph_lines = not wrapped and median(map(len, filled)) > 100
    written = []
    words: frozenset[str] = frozenset()
    for index, line in enumerate(lines):
        written.append(line)
        if index + 1 == len(lines) or not line or not lines[index + 1]:
            written.append("\n")
            continue
        following = lines[index + 1]
        ends = SENTENCE_END.search(line) is not None
        carries_on = following[0].islower() and not ends
        new = _ITEM.match(following) or (indented[index + 1] and not indented[index])
        if wrapped and not new and (index in full or carries_on):
            if _BROKEN.search(line) and following[0].islower():
                words = words or _words(text)
                written[-1] = joined_at_hyphen(line, following, words)
            else:
                written.append("" if _CJK.match(line[-1]) and _CJK.match(following[0]) else " ")
        elif not wrapped and carries_on and not new and len(pairs) < 3 and 40 <= len(line) <= 100:
            written.append(" ")
        elif paragraph_lines or (wrapped and ends and not _ITEM.match(line) and not _ITEM.match(following)):
            written.append("\n\n")
        else:
            long = not wrapped and max(len(line), len(following)) > 130
            written.append("\n\n" if long else "\n")
    return normalise("".join(written))


def joined_at_hyphen(line: str, following: str, words: Collection[str]) -> str:
    """Return a line that ends in a hyphen, ready to be followed by the next one: the hyphen stays, goes or is spaced.

    ``words``: what else occurs in the text, in lower case, hyphens inside words kept. A word that occurs with its
    hyphen keeps it; one that occurs without, or of which nothing is known, was only broken at the line's end.
    """
    left = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*(?=[-\u2010]$)", line)
    right = re.match(r"[^\W_]+(?:-[^\W_]+)*", following)
    if not left or not right or right[0] in {"and", "or", "to", "nor", "but"}:
        return f"{line} "
    first, second = left[0].lower(), right[0].lower()
    suffix = second in {"est", "er", "ers", "ly", "ing", "ed", "ness", "ty"}
    if f"{first}-{second}" in words or (first + second not in words and first in _PREFIXES and not suffix):
        return line
    return line[:-1]


def _words(text: str) -> frozenset[str]:
    """Return the words of a text in lower case, hyphens inside them kept, without those broken at a line's end."""
    return frozenset(re.findall(r"[^\W_]+(?:-[^\W_]+)*(?!-?\n)\b(?!-)", text.lower()))


def _is_full(line: str, following: str, width: float) -> bool:
    """Tell whether the first word of the following line would not have fitted on this one."""
    first = 1 if _CJK.match(following[0]) else len(following.split(" ", 1)[0])
    return len(line) + 1 + first > width


# --- dates -------------------------------------------------------------------------------------------------


def other_script(text: str) -> bool:
    """Whether most letters of the text belong to another script than the Latin one."""
    letters = [c for c in text if c.isalpha()]
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    return bool(letters) and 2 * latin < len(letters)
