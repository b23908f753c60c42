"""When two answers are the same: SQuAD's normalisation, exact match and token F1, and what is called right.

No model is asked here, and nothing is guessed: only words are compared.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

RIGHT_F1 = 0.6
"""The least token F1 with a reference at which an answer is called right: see :func:`is_right`."""

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


def is_right(answer: str, references: Sequence[str]) -> bool:
    """Whether the words of an answer are right: F1 of at least :data:`RIGHT_F1`; without references, only "" is.

    This is the one meaning of "right" wherever answers are judged; a report asks besides that the answer is cited from
    the source that the question names. The confidence was fitted to something more lenient, which therefore has
    another name: ``qa.training.evaluate.is_acceptable``.
    """
    return f1(answer, references) >= RIGHT_F1


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
