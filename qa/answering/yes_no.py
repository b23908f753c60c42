"""The sentence that speaks to a yes/no question: shown as evidence, never turned into a yes or a no."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from corpus.text.sentences import sentence_spans
from embeddings.types import Encoder
from qa.question.words import names, search_words
from qa.types import Hit, Prediction


def best_sentence(encoder: Encoder, question: str, hits: Sequence[Hit]) -> tuple[Prediction | None, float]:
    """Return the sentence of the hits nearest to the question, and its cosine with it; None where none qualifies.

    It must hold every year of the question, or its title or date must, and its passage or title every name.
    """
    spans = [(hit, start, end) for hit in hits for start, end in sentence_spans(hit.passage.text)]
    # A title that stands in the text as well says nothing that could be evidence.
    spans = [(h, start, end) for h, start, end in spans if h.passage.text[start:end] != h.title]
    if not spans:
        return None, 0.0
    named = {word for name in names(question) for word in _words(name)} & set(search_words(question))
    years = {word for word in _words(question) if re.fullmatch("[12][0-9]{3}", word)}
    texts = [hit.passage.text[start:end] for hit, start, end in spans]
    cosines = encoder.encode_passages(texts) @ encoder.encode_questions([question])[0]
    for number in np.argsort(-cosines).tolist():
        hit, start, end = spans[number]
        if named <= _words(f"{hit.title} {hit.date} {hit.passage.text}") and years <= _words(
            f"{hit.title} {hit.date} {texts[number]}"
        ):
            return Prediction(hit, start, end, float(cosines[number])), float(cosines[number])
    return None, float(cosines.max())


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
