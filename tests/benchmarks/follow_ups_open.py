"""Follow-ups over SQuAD-open: is the paragraph found, is the answer right, and what does it cost other questions?

    python -m tests.benchmarks.follow_ups_open [--half test] [--library FOLDER] [--read] [--curve] [--show 0]

All 2,067 paragraphs of SQuAD 1.1 dev are one library (kept in ``--library``, where one is named). The follow-ups are
those of ``follow_up_dialogues.jsonl``, divided by article: methods are made on ``dev``, ``test`` counts. Every way of
searching is measured on the same questions, beside 2,000 SQuAD questions that stand alone and our changes of topic.
``--read`` reads and answers too, ``--curve`` moves the bar from which on a question counts as a follow-up.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import tempfile
from collections.abc import Callable, Sequence

import numpy as np

from embeddings.sentence_transformer import SentenceEncoder
from embeddings.types import Vectors
from qa.assistant import Assistant
from qa.evaluation.metrics import mean
from qa.library.library import Library
from qa.matching import f1
from qa.question.followup import leans, rules, stand_alone, whole_turns
from qa.question.followup.terms import missing, words
from qa.question.followup.weights import weights
from qa.question.query import Query
from qa.question.words import names, search_words
from qa.retrieval.fusion import CANDIDATES, weighted_sum
from qa.retrieval.search import retrieve_many
from qa.types import Turn
from tests.benchmarks.data import machine, paragraphs, rows
from tests.benchmarks.dialogues import Dialogue, dialogues
from tests.benchmarks.follow_ups import SEED, standing_questions

Rewrite = Callable[[str, Sequence[Turn]], str]


def woven(question: str, history: Sequence[Turn]) -> str:
    """Complete by rules alone, where the rules say that a question leans."""
    return rules.complete(question, whole_turns(history)) if rules.leans(question) else question


def bracketed(question: str, history: Sequence[Turn]) -> str:
    """Add terms in brackets and weave none in."""
    model = weights()["missing"]
    terms = missing(question, whole_turns(history), model["most"], model["bar"]) if leans(question) else []
    return f"{question} ({', '.join(terms)})" if terms else question


def with_last_turn(question: str, history: Sequence[Turn]) -> str:
    """Add the whole question and answer before."""
    return f"{question} ({' '.join(history[-1])})" if leans(question) else question


def always_last_turn(question: str, history: Sequence[Turn]) -> str:
    """Add the whole question and answer before to every question."""
    return f"{question} ({' '.join(history[-1])})"


WAYS: dict[str, Rewrite] = {
    "raw follow-up": lambda question, history: question,
    "rules, woven in": woven,
    "detector, terms in brackets": bracketed,
    "detector, the whole turn before": with_last_turn,
    "always the whole turn before": always_last_turn,
    "shipped: rules, detector, terms": stand_alone,
}


def by_encoder(encoder: SentenceEncoder) -> Rewrite:
    """Choose the terms nearest to question and conversation by the encoder's cosine, as many as are shipped."""

    def rewrite(question: str, history: Sequence[Turn]) -> str:
        turns = whole_turns(history)
        if not leans(question) or not turns:
            return question
        new = rules.complete(question, turns) if rules.leans(question) else question
        terms = missing(new, turns, 100, -100.0)
        if not terms:
            return new
        vectors = encoder.encode_questions([f"{new} {' '.join(turns[-1])}", *terms])
        nearest = np.argsort(-(vectors[1:] @ vectors[0]))[: weights()["missing"]["most"]]
        return f"{new} ({', '.join(terms[number] for number in nearest)})"

    return rewrite


def found(library: Library, asked: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Return the rank of the wanted source for each question, 99 where it is not among the first five."""
    hits = retrieve_many(library, [Query.of(question) for question in asked])
    return [next((h.rank for h in some if h.source == source), 99) for some, source in zip(hits, wanted, strict=True)]


def mixed(library: Library, talks: Sequence[Dialogue], wanted: Sequence[str], share: float) -> list[int]:
    """Do as :func:`found` by searching with a mix of two vectors: the follow-up's, and the question before's."""
    vectors: Vectors = library.encoder.encode_questions([d.follow_up for d in talks])
    before = library.encoder.encode_questions([whole_turns(d.history)[-1][0] for d in talks])
    ranks = []
    for talk, vector, other, source in zip(talks, vectors, before, wanted, strict=True):
        text, both = search_words(talk.follow_up), vector
        if leans(talk.follow_up):
            both = (1 - share) * vector + share * other
            both /= np.linalg.norm(both)
            text += [word for name in names(" ".join(talk.history[-1])) for word in search_words(name)]
        fused = weighted_sum(library.search_vectors(both, CANDIDATES), library.search_text(text, CANDIDATES))
        known = library.passages([number for number, _ in fused[:5]])
        sources = [known[number][3] for number, _ in fused[:5]]
        ranks.append(sources.index(source) + 1 if source in sources else 99)
    return ranks


def shares(ranks: Sequence[int]) -> str:
    """Return recall@1 and recall@5 as cells of a table."""
    return " | ".join(f"{100 * mean([float(rank <= k) for rank in ranks]):.1f}" for k in (1, 5))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument("--library")
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    questions = rows("squad-v1.1-dev")
    documents, gold = paragraphs(questions)
    source = {row["id"]: name for row, name in zip(questions, gold, strict=True)}
    everything = dialogues(questions, options.half)
    talks = [d for d in everything if not d.topic_change]
    changes = [d for d in everything if d.topic_change]
    wanted = [source[d.target["id"]] for d in talks]
    alone = standing_questions()
    print(f"{options.half} articles: {len(talks)} follow-ups, {len(changes)} changes of topic; {machine()}\n")
    with contextlib.ExitStack() as stack:
        folder = options.library or stack.enter_context(tempfile.TemporaryDirectory())
        encoder = SentenceEncoder()
        library = Library(folder, encoder=encoder, max_tokens=2048)
        if not len(library):
            library.add_documents(documents)
        ways = WAYS | {"rules, detector, terms by the encoder": by_encoder(encoder)}
        manual = {d.follow_up: d.rewrite for d in everything}
        ways["manual rewrite"] = lambda question, history: manual.get(question, question)
        raw = ceiling = 0.0
        lines = []
        for name, rewrite in ways.items():
            ranks = found(library, [rewrite(d.follow_up, d.history) for d in talks], wanted)
            far = [rank for rank, d in zip(ranks, talks, strict=True) if d.other_paragraph]
            changed = 0.0
            if "encoder" not in name:  # it changes the same questions as the shipped way, at much expense
                changed = mean([float(rewrite(q, before) != q) for q, before in alone])
            harmed = sum(rewrite(d.follow_up, d.history) != d.follow_up for d in changes)
            score = mean([float(rank <= 5) for rank in ranks])
            raw, ceiling = (score if name == "raw follow-up" else raw), score
            cost = "as shipped" if "encoder" in name else f"{100 * changed:.1f}"
            lines.append((name, ranks, far, score, f"{cost} | {harmed}/{len(changes)}"))
        for share in (0.3, 0.5):
            ranks = mixed(library, talks, wanted, share)
            far = [rank for rank, d in zip(ranks, talks, strict=True) if d.other_paragraph]
            score = mean([float(rank <= 5) for rank in ranks])
            lines.insert(-1, (f"detector, vectors mixed {share}, names in text", ranks, far, score, "0 | -"))
        print("| way | recall@1 | recall@5 | of the distance | in another paragraph | stand-alone changed | topics |")
        print("|---|---|---|---|---|---|---|")
        for name, ranks, far, score, cost in lines:
            way = 100 * (score - raw) / (ceiling - raw)
            print(f"| {name} | {shares(ranks)} | {way:.0f} % | {shares(far).split(' | ')[1]} | {cost} |")
        if options.curve:
            print(
                "\n| bar | follow-ups seen | recall@5 | of the distance | stand-alone changed |\n|---|---|---|---|---|"
            )
            for bar in (99.0, 1.5, 0.5, weights()["leans"]["bar"], -0.6, -1.0, -2.0, -99.0):
                asked = [stand_alone(d.follow_up, d.history, bar) for d in talks]
                score = mean([float(rank <= 5) for rank in found(library, asked, wanted)])
                seen = mean([float(leans(d.follow_up, bar)) for d in talks])
                changed = mean([float(stand_alone(q, before, bar) != q) for q, before in alone])
                way = 100 * (score - raw) / (ceiling - raw)
                print(
                    f"| {bar} | {100 * seen:.1f} | {100 * score:.1f} | {way:.0f} % | {100 * changed:.1f} |", flush=True
                )
        if options.read:
            assistant = Assistant(library)
            threshold = assistant.policy.threshold
            print(f"\n| way | F1, always answering | answered at {threshold} | F1 of these | F1, refusals 0 |")
            print("|---|---|---|---|---|")
            for name in ("raw follow-up", "rules, woven in", "shipped: rules, detector, terms", "manual rewrite"):
                scored = []
                for talk in talks:
                    answer = assistant.ask(ways[name](talk.follow_up, talk.history), threshold=0.0)
                    scored.append((answer.confidence, f1(answer.text, talk.target["answers"])))
                kept = [value for confidence, value in scored if confidence >= threshold]
                cells = (
                    mean([value for _, value in scored]),
                    len(kept) / len(scored),
                    mean(kept),
                    sum(kept) / len(scored),
                )
                print(f"| {name} | " + " | ".join(f"{100 * cell:.1f}" for cell in cells) + " |", flush=True)
    for talk in random.Random(SEED).sample(talks, min(options.show, len(talks))):
        new = stand_alone(talk.follow_up, talk.history)
        lost = sorted(words(talk.rewrite) - words(new))
        print(f"\n{[question for question, _ in talk.history]}\n  {talk.follow_up}\n  {new}\n  lacks {lost}")


if __name__ == "__main__":
    main()
