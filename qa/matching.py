"""qa.matching: SAY WHAT THIS IS FOR."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_PUNCTUATION = str.maketrans("", "", string.punctuation + "‘’‚‛“”„‟«»‹›‐‑‒–—…")


def normalise_answer(text: str) -> str:
    """Return the text in lower case without punctuation, articles and extra spaces, as SQuAD compares answers."""
    text = text.lower().translate(_PUNCTUATION)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(answer: str, references: Sequence[str]) -> float:
    """Return 1.0 where the normalised answer equals a reference, else 0.0. No references: only "" is right."""
    if not references:
        return float(not answer)
    return float(any(normalise_answer(answer) == normalise_answer(reference) for reference in references))


def f1(answer: str, references: Sequence[str]) -> float:
    """Return the best token F1 of the answer with a reference, 0 to 1. No references: only "" is right."""
    if not references:
        return float(not answer)
    return max(token_f1(normalise_answer(answer).split(), normalise_answer(r).split()) for r in references)


def token_f1(answer: Sequence[str], reference: Sequence[str]) -> float:
    """Return the F1 of two lists of normalised words, 0 to 1."""
    if not answer or not reference:
        return float(answer == reference)
    shared = sum((Counter(answer) & Counter(reference)).values())
    return 2 * shared / (len(answer) + len(reference))


def holds_answer(text: str, references: Sequence[str]) -> bool:
    """Whether a reference stands in the text, as whole words after SQuAD's normalisation."""
    padded = f" {normalise_answer(text)} "
    return any(f" {found} " in padded for found in map(normalise_answer, references) if found)
