"""A title for a text that brings none: its first line, or its first words."""

from __future__ import annotations

import re

from corpus.text.sentences import sentence_spans

_DATELINE = re.compile(
    r"[A-Z][A-Z .'’-]{2,30}(?:,\s[A-Z][a-z]+\.?(?:\s\d{1,2})?)?(?:\s\([^)]{2,40}\))?\s(?:--|–|—|-)\s"
)


def title_line(text: str) -> str:
    """Return the first line if it can be a title: short, not a sentence, and with text below it."""
    first, _, rest = text.partition("\n")
    goes_on = first.endswith((".", ",", ";", ":", "。"))
    return first if len(first) < 120 and rest and not goes_on and re.search(r"\w", first) else ""


def first_words(text: str) -> str:
    """Return the first sentence without the place a news text opens with, cut to some 80 letters."""
    line = next((line for line in text.splitlines() if re.search(r"\w", line)), "")[:2000]
    if match := _DATELINE.match(line):
        line = line[match.end() :]
    spans = sentence_spans(line)
    sentence = line[spans[0][0] : spans[0][1]] if spans else ""
    if len(sentence) <= 90:
        return sentence.removesuffix(".")
    cut = sentence.rfind(" ", 50, 80)
    return sentence[: cut if cut > 0 else 79].rstrip(" ,;:–—-") + "…"
