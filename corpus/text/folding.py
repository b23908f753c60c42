"""Text as full-text search hears it: ligatures taken apart, and one word for what is written in several ways."""

from __future__ import annotations

import re
import unicodedata

# C#, C++, F#, .NET, Node.js: signs that a search for words would drop.
_SIGNED = re.compile(r"(?<![\w.])(?:[A-Za-z]{1,3}(?:\+\+|\#)|\.[A-Z][A-Za-z]{1,9})(?![\w+#])")
# AX-1027, AX1027, W-8BEN-E, AX-20/B: letters and digits, with marks between or not.
_CODE = re.compile(r"(?<![\w.])(?=[\w/.-]*\d)(?=[\w/.-]*[A-Za-z])[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*(?![\w])")
# 2.1.13, v2.13.1
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+){1,4})(?![\w]|\.\d)")
# IT, WHO, MAY, AND: capitals where the sentence around them has none.
_ACRONYM = re.compile(r"(?<![\w'’])[A-Z]{2,6}(?:(?=['’]s\b)|(?![\w'’]))")


def folded(text: str) -> str:
    """Return text with ligatures, full-width letters and the like written plainly (Unicode's NFKC), accents kept."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def aliases(text: str) -> list[str]:
    """Return words that stand for what a search for plain words cannot tell apart, in order, each once.

    ``C#`` gives ``xcsharp``, ``2.1.13`` ``xv2x1x13``, ``AX-1027`` and ``AX1027`` both ``xax1027``, and ``IT``
    gives ``xit`` where the text is not all in capitals. They meet only where a question gives the same.
    """
    found: dict[str, None] = {}
    for match in _SIGNED.finditer(text):
        name = match[0].lower().replace("#", "sharp").replace("+", "plus").replace(".", "dot")
        found[f"x{name}"] = None
    for match in _VERSION.finditer(text):
        found[f"xv{match[1].replace('.', 'x')}"] = None
    for match in _CODE.finditer(text):
        if len(match[0]) >= 3 and not _VERSION.fullmatch(match[0]):
            found[f"x{re.sub(r'[^a-z0-9]', '', match[0].lower())}"] = None
    if re.search(r"[a-z]{2}", text):
        for match in _ACRONYM.finditer(text):
            found[f"x{match[0].lower()}"] = None
    return list(found)


def searchable(text: str) -> str:
    """Return text as a full-text index takes it: folded, its aliases at the end."""
    plain = folded(text)
    extra = aliases(plain)
    return f"{plain}\n{' '.join(extra)}" if extra else plain
