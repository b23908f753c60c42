"""Where documents contradict each other: answers from different documents that cannot both be right.

Crying wolf is worse than silence here: a doubt about two answers, such as one in other words, counts as agreement.
Nothing is read here; the spans come from readings of each passage alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.answering.policy import Policy
from qa.answering.same_meaning import same_meaning
from qa.matching import normalise_answer
from qa.types import Hit, Prediction, Reading


def rivals(reading: Reading, best: Prediction, share: float) -> list[Hit]:
    """Return the hits of other documents that seriously compete with the best span of a reading of all hits.

    ``share``: how much of the best span's probability a rival's spans come to, together, at least.
    """
    shares: dict[int, float] = {}
    hits: dict[int, Hit] = {}
    for prediction in reading.predictions:
        passage = prediction.hit.passage
        if passage.document_id != best.hit.passage.document_id and not same_meaning(prediction.text, best.text):
            shares[passage.id] = shares.get(passage.id, 0.0) + prediction.probability
            hits[passage.id] = prediction.hit
    return [hit for number, hit in hits.items() if shares[number] >= share * best.probability]


def contradicting(
    best: Prediction, rival: Sequence[Hit], alone: Mapping[int, Reading], policy: Policy
) -> list[Prediction]:
    """Return what the rivals answer instead, one span a document.

    ``alone``: the readings of single passages by passage id, the one with the best span among them. Every passage must
    answer firmly by itself (``policy``), and neither may hold the other's answer: one that tells both knows better.
    """
    own = _firm(alone[best.hit.passage.id], policy)
    if own is None or not same_meaning(own.text, best.text):
        return []
    found: dict[str, Prediction] = {}
    for hit in rival:
        other = _firm(alone[hit.passage.id], policy)
        if other is None or same_meaning(other.text, best.text):
            continue
        if not _holds(hit, best.text) and not _holds(best.hit, other.text):
            found.setdefault(hit.passage.document_id, other)
    return list(found.values())


def _firm(reading: Reading, policy: Policy) -> Prediction | None:
    best = reading.predictions[0] if reading.predictions else None
    if best is None or reading.confidence(best) < policy.threshold or reading.preference(best) < policy.alone:
        return None
    return best


def _holds(hit: Hit, answer: str) -> bool:
    return f" {normalise_answer(answer)} " in f" {normalise_answer(hit.passage.heard)} "
