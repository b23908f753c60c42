"""Whether a span is made of whole words: written apart from the decoder's rule, to test it."""

from __future__ import annotations


def cuts_something(text: str, start: int, end: int) -> bool:
    """Whether either end lies inside a word, number or hyphenated word: written apart from the decoder's rule."""
    for at in (start, end):
        around = text[max(0, at - 1) : at + 1]
        if len(around) == 2 and 0 < at < len(text):
            before, after = around[0], around[1]
            if before.isalnum() and after.isalnum():
                return True
            left, right = text[at - 2 : at - 1], text[at + 1 : at + 2]
            if before.isdigit() and after in ".," and right.isdigit():
                return True
            if before in ".," and after.isdigit() and left.isdigit():
                return True
            if before.isalnum() and after == "-" and right.isalnum():
                return True
            if before == "-" and after.isalnum() and left.isalnum():
                return True
    return False
