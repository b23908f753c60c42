"""SQuAD-open, end to end: index the 2,067 paragraphs of SQuAD 1.1 dev, ask without saying which one.

    python -m tests.benchmarks.squad_open [--questions 1000] [--seed 0] [--reading] [--float32] [--keep FILE]

Prints the table of fusions, exact match and F1 (always answering, and at the shipped threshold), how often the cited
passage is the gold one, how far ``confidence`` can be trusted, latency, and the time to index beside a bare
``SentenceTransformer.encode`` of the same texts. ``--questions 0`` asks all of them, ``--reading`` leaves out fusions
and indexing, ``--float32`` leaves bfloat16 unused, as on most laptops. ``--keep`` writes every answer to a file, and an
interrupted run goes on from it.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import embeddings.runtime
from corpus.types import titled
from embeddings.sentence_transformer import SentenceEncoder
from qa.assistant import Assistant
from qa.evaluation.metrics import calibration_error, percentile, recall_at, risk_coverage
from qa.library.library import Library
from qa.matching import exact_match, f1, holds_answer
from qa.question.query import Query
from qa.retrieval.fusion import Fusion, dense_alone, reciprocal_rank, text_alone, weighted_sum
from qa.retrieval.search import retrieve_many
from qa.training.evaluate import ACCEPTABLE_F1
from tests.benchmarks.data import machine, paragraphs, rows, shown
from tests.benchmarks.kept import Row, ask_all

FUSIONS: dict[str, Fusion] = {
    "dense alone": dense_alone,
    "full text alone (BM25)": text_alone,
    "RRF, k = 5": functools.partial(reciprocal_rank, constant=5),
    "RRF, k = 10": reciprocal_rank,
    "RRF, k = 60": functools.partial(reciprocal_rank, constant=60),
    "weighted sum, dense 0.3": functools.partial(weighted_sum, weight=0.3),
    "weighted sum, dense 0.4": functools.partial(weighted_sum, weight=0.4),
    "weighted sum, dense 0.55 (shipped)": weighted_sum,
}


def fusions(library: Library, asked: Sequence[str], gold: Sequence[str]) -> None:
    """Print recall by fusion."""
    queries = [Query.of(question) for question in asked]
    print("| fusion | recall@1 | recall@5 | recall@10 | recall@20 |\n|---|---|---|---|---|")
    for (name, fusion), again in itertools.product(FUSIONS.items(), (False, True)):
        found = retrieve_many(library, queries, 20, fusion=fusion, by_proximity=again)
        ranks = [
            next((hit.rank for hit in hits if hit.source == source), None)
            for hits, source in zip(found, gold, strict=True)
        ]
        recalls = " | ".join(f"{100 * recall_at(k, ranks):.1f}" for k in (1, 5, 10, 20))
        print(f"| {name}{', ranked by proximity' if again else ''} | {recalls} |", flush=True)
    print("recall@5 of the last rows has a 95 % interval of about 1.2 points to either side\n")


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reading", action="store_true")
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if options.float32:
        embeddings.runtime.fast_bfloat16 = lambda: False
    questions = rows("squad-v1.1-dev")
    documents, sources = paragraphs(questions)
    gold = {row["id"]: source for row, source in zip(questions, sources, strict=True)}
    asked = random.Random(options.seed).sample(questions, min(options.questions or len(questions), len(questions)))
    print(f"{len(documents)} paragraphs, {len(asked)} questions, seed {options.seed}; {machine()}\n")

    encoder = SentenceEncoder()
    texts = [titled(d.title, d.text) for d in documents]
    encoder.encode_passages(texts[:64])  # the first call pays for what later ones find ready
    with tempfile.TemporaryDirectory() as folder:
        # One passage a paragraph, as SQuAD-open is defined: the longest has far more than the usual 256 tokens.
        library = Library(folder, encoder=encoder, max_tokens=2048)
        begin = time.perf_counter()
        library.add_documents(documents)
        indexing = time.perf_counter() - begin
        if not options.reading:
            begin = time.perf_counter()
            encoder._model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
            bare = time.perf_counter() - begin
            print(f"indexing {indexing:.1f} s; bare SentenceTransformer.encode {bare:.1f} s; {indexing / bare:.2f}")
            print(f"{len(library)} passages\n")
            fusions(library, [row["question"] for row in asked], [gold[row["id"]] for row in asked])
        assistant = Assistant(library)
        assistant.ask(questions[0]["question"])

        def ask(row: Row) -> Row:
            answer = assistant.ask(row["question"], threshold=0.0)
            # A few questions of SQuAD ask for a comparison or a sum, which is refused even here.
            cited = answer.citations[0] if answer.citations else None
            return {
                "text": answer.text,
                "exact": exact_match(answer.text, row["answers"]),
                "f1": f1(answer.text, row["answers"]),
                "gold": float(cited is not None and cited.document.source == gold[row["id"]]),
                "holds": float(cited is not None and holds_answer(cited.passage.text, row["answers"])),
                "found": float(any(hit.source == gold[row["id"]] for hit in answer.hits)),
                "confidence": answer.confidence,
                **{name: 1000 * answer.timings.get(name, 0.0) for name in ("total", "retrieve", "read")},
            }

        answers = ask_all(asked, ask, options.keep)

    def column(name: str) -> list[float]:
        return [answer[name] for answer in answers]

    exact, overlap, gold_cited, confidence = (column(name) for name in ("exact", "f1", "gold", "confidence"))
    print("| always answering | |\n|---|---|")
    print(f"| exact match | {shown(exact)} |\n| F1 | {shown(overlap)} |")
    print(f"| cited passage is the gold one | {shown(gold_cited)} |")
    print(f"| gold passage among those read | {shown(column('found'))} |")
    print(f"| cited passage holds a reference answer | {shown(column('holds'))} |")
    for name in ("total", "retrieve", "read"):
        values = column(name)
        print(f"| {name} p50 / p95 | {percentile(values, 0.5):.0f} / {percentile(values, 0.95):.0f} ms |")
    for threshold in sorted({0.5, assistant.policy.threshold}):
        kept = [i for i, value in enumerate(confidence) if value >= threshold]
        print(f"\n| at threshold {threshold} | |\n|---|---|\n| answered | {100 * len(kept) / len(confidence):.1f} % |")
        print(f"| F1 of the answered | {shown([overlap[i] for i in kept])} |")
        print(f"| cited passage is the gold one | {shown([gold_cited[i] for i in kept])} |")

    acceptable = [value >= ACCEPTABLE_F1 for value in overlap]
    error = calibration_error(confidence, acceptable)
    print(f"\nexpected calibration error {error:.3f}: acceptable is F1 >= {ACCEPTABLE_F1}")
    print("\n| coverage | F1 | cited passage is the gold one | confidence at least |\n|---|---|---|---|")
    cited_curve = risk_coverage(confidence, gold_cited)
    for (coverage, value, threshold), (_, cited_value, _) in zip(
        risk_coverage(confidence, overlap), cited_curve, strict=True
    ):
        print(f"| {100 * coverage:.0f} % | {100 * value:.1f} | {100 * cited_value:.1f} | {threshold:.2f} |")


if __name__ == "__main__":
    main()
