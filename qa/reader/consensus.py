"""How far the spans a reader proposes agree with each other.

The most probable span is not the one expected to share most words with the right answer: where "10 June", "on 10
June" and "10 June 2017" each have a little, a single word with a little more would win over all of them. So spans are
weighed by their expected F1 (minimum Bayes risk: Kumar & Byrne 2004, https://aclanthology.org/N04-1022).
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.metrics import normalise_answer, token_f1


def expected_f1(texts: Sequence[str], probabilities: Sequence[float]) -> list[float]:
    """Return for every text the sum over all texts of their probability times the token F1 of the two, 0 to 1."""
    words = [normalise_answer(text).split() for text in texts]
    return [sum(p * token_f1(one, other) for other, p in zip(words, probabilities, strict=True)) for one in words]
