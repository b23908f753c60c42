"""The sentence that speaks to a yes/no question: shown as evidence, never turned into a yes or a no."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from corpus.split import sentence_spans
from embeddings.encoder import Encoder
from qa.followup import names
from qa.retrieve import search_words
from qa.types import Hit, Prediction

# Below this cosine a sentence is hardly ever about what was asked (tests/benchmarks/yes_no.py).
MIN_COSINE = 0.55


def best_sentence(encoder: Encoder, question: str, hits: Sequence[Hit]) -> tuple[Prediction | None, float]:
    """Return the sentence of the hits nearest to the question, and its cosine with it.

    A sentence counts only where it, or its title, has every name and year of the question; None where none does.
    """
    spans = [(hit, start, end) for hit in hits for start, end in sentence_spans(hit.passage.text)]
    if not spans:
        return None, 0.0
    wanted = {word.lower() for name in names(question) for word in re.findall(r"\w+", name)}
    wanted &= set(search_words(question))
    texts = [hit.passage.text[start:end] for hit, start, end in spans]
    cosines = encoder.encode_passages(texts) @ encoder.encode_questions([question])[0]
    for number in np.argsort(-cosines).tolist():
        hit, start, end = spans[number]
        if wanted <= set(re.findall(r"\w+", f"{hit.title} {texts[number]}".lower())):
            return Prediction(hit, start, end, float(cosines[number])), float(cosines[number])
    return None, float(cosines.max())
