"""SQuAD-open, end to end: index the 2,067 paragraphs of SQuAD 1.1 dev, ask without saying which one.

    python -m tests.benchmarks.squad_open [--questions 1000] [--seed 0] [--reading] [--float32]

Prints the table of fusions, exact match and F1 (always answering, and at the shipped threshold), how often the cited
passage is the gold one, how far ``confidence`` can be trusted, latency, and the time to index beside a bare
``SentenceTransformer.encode`` of the same texts. ``--questions 0`` asks all of them, ``--reading`` leaves out fusions
and indexing, ``--float32`` leaves bfloat16 unused, as on most laptops.
"""

from __future__ import annotations

import argparse
import functools
import random
import tempfile
import time
from collections.abc import Sequence

from tqdm import tqdm

import embeddings.encoder
from corpus.types import titled
from embeddings.encoder import SentenceEncoder
from qa.assistant import Assistant
from qa.library import Library
from qa.metrics import calibration_error, exact_match, f1, holds_answer, percentile, recall_at, risk_coverage
from qa.retrieve import Fusion, dense_alone, reciprocal_rank, retrieve, text_alone, weighted_sum
from tests.benchmarks.data import machine, paragraphs, rows, shown

FUSIONS: dict[str, Fusion] = {
    "dense alone": dense_alone,
    "full text alone (BM25)": text_alone,
    "RRF, k = 5": functools.partial(reciprocal_rank, constant=5),
    "RRF, k = 10": reciprocal_rank,
    "RRF, k = 60": functools.partial(reciprocal_rank, constant=60),
    "weighted sum, dense 0.3": functools.partial(weighted_sum, weight=0.3),
    "weighted sum, dense 0.4 (shipped)": weighted_sum,
    "weighted sum, dense 0.5": functools.partial(weighted_sum, weight=0.5),
    "weighted sum, dense 0.6": functools.partial(weighted_sum, weight=0.6),
}


def fusions(library: Library, asked: Sequence[str], gold: Sequence[str]) -> None:
    """Print recall by fusion."""
    print("| fusion | recall@1 | recall@5 | recall@10 | recall@20 |\n|---|---|---|---|---|")
    for name, fusion in FUSIONS.items():
        ranks: list[int | None] = []
        for question, source in zip(asked, gold, strict=True):
            hits = retrieve(library, question, 20, fusion=fusion)
            ranks.append(next((hit.rank for hit in hits if hit.source == source), None))
        found = " | ".join(f"{100 * recall_at(k, ranks):.1f}" for k in (1, 5, 10, 20))
        print(f"| {name} | {found} |", flush=True)
    print("recall@5 of the last rows has a 95 % interval of about 1.2 points to either side\n")


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reading", action="store_true")
    parser.add_argument("--float32", action="store_true")
    options = parser.parse_args()
    if options.float32:
        embeddings.encoder.fast_bfloat16 = lambda: False
    questions = rows("squad-v1.1-dev")
    documents, gold = paragraphs(questions)
    count = min(options.questions or len(questions), len(questions))
    chosen = random.Random(options.seed).sample(range(len(questions)), count)
    print(f"{len(documents)} paragraphs, {len(chosen)} questions, seed {options.seed}; {machine()}\n")

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
            fusions(library, [questions[number]["question"] for number in chosen], [gold[number] for number in chosen])
        assistant = Assistant(library)
        assistant.ask(questions[0]["question"])
        table = []
        for number in tqdm(chosen, disable=None, desc="Asking"):
            row = questions[number]
            answer = assistant.ask(row["question"], threshold=0.0)
            # A few questions of SQuAD ask for a comparison or a sum, which is refused even here.
            cited = answer.citations[0] if answer.citations else None
            table.append(
                (
                    exact_match(answer.text, row["answers"]),
                    f1(answer.text, row["answers"]),
                    float(cited is not None and cited.document.source == gold[number]),
                    float(cited is not None and holds_answer(cited.passage.text, row["answers"])),
                    answer.confidence,
                    1000 * answer.timings["total"],
                    1000 * answer.timings.get("retrieve", 0.0),
                    1000 * answer.timings.get("read", 0.0),
                )
            )
    exact, overlap, gold_cited, holds, confidence, total, search, read = (list(c) for c in zip(*table, strict=True))
    print("| always answering | |\n|---|---|")
    print(f"| exact match | {shown(exact)} |\n| F1 | {shown(overlap)} |")
    print(f"| cited passage is the gold one | {shown(gold_cited)} |")
    print(f"| cited passage holds a reference answer | {shown(holds)} |")
    for name, values in (("total", total), ("retrieve", search), ("read", read)):
        print(f"| {name} p50 / p95 | {percentile(values, 0.5):.0f} / {percentile(values, 0.95):.0f} ms |")
    for threshold in sorted({0.5, assistant.threshold}):
        kept = [i for i, value in enumerate(confidence) if value >= threshold]
        print(f"\n| at threshold {threshold} | |\n|---|---|\n| answered | {100 * len(kept) / len(confidence):.1f} % |")
        print(f"| F1 of the answered | {shown([overlap[i] for i in kept])} |")
        print(f"| cited passage is the gold one | {shown([gold_cited[i] for i in kept])} |")

    right = [value >= 0.5 for value in overlap]
    print(f"\nexpected calibration error {calibration_error(confidence, right):.3f}: right is F1 >= 0.5")
    print("\n| coverage | F1 | cited passage is the gold one | confidence at least |\n|---|---|---|---|")
    cited_curve = risk_coverage(confidence, gold_cited)
    for (coverage, value, threshold), (_, cited_value, _) in zip(
        risk_coverage(confidence, overlap), cited_curve, strict=True
    ):
        print(f"| {100 * coverage:.0f} % | {100 * value:.1f} | {100 * cited_value:.1f} | {threshold:.2f} |")


if __name__ == "__main__":
    main()
