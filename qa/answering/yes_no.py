"""The sentence that speaks to a yes/no question: shown as evidence, never turned into a yes or a no."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from corpus.text.sentences import sentence_spans
from embeddings.types import Encoder
from qa.question.query import Query
from qa.types import Hit, Prediction


def best_sentence(encoder: Encoder, query: Query, hits: Sequence[Hit]) -> tuple[Prediction | None, float]:
    """Return the sentence of the hits nearest to the question, and its cosine with it; None where none qualifies.

    Its passage or title must hold every name of the question. Of the numbers among these that may be years, every one
    must stand in the sentence itself, or in its title or date: the passage around it may tell of many years.
    """
    spans = [(hit, start, end) for hit in hits for start, end in sentence_spans(hit.passage.heard)]
    # A title that stands in the text as well says nothing that could be evidence.
    spans = [(h, start, end) for h, start, end in spans if h.passage.text[start:end] != h.title]
    if not spans:
        return None, 0.0
    named = {word for name in query.names for word in _words(name)} & set(query.words)
    numbers = {word for word in named if re.fullmatch("[12][0-9]{3}", word)}
    texts = [hit.passage.heard[start:end] for hit, start, end in spans]
    cosines = encoder.encode_passages(texts) @ encoder.encode_questions([query.stand_alone])[0]
    for number in np.argsort(-cosines).tolist():
        hit, start, end = spans[number]
        if named <= _words(f"{hit.heading} {hit.date} {hit.passage.heard}") and numbers <= _words(
            f"{hit.heading} {hit.date} {texts[number]}"
        ):
            return Prediction(hit, start, end, float(cosines[number])), float(cosines[number])
    return None, float(cosines.max())


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
