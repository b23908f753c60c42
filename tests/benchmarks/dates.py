"""Whether a date in the row lets the reader choose between documents that differ only in date and answer.

    python -m tests.benchmarks.dates [--questions 300] [--seed 0]

Made of held-out training paragraphs: the same paragraph twice, once with its answer exchanged for that of another
question of the same kind, each with a date of its own, and the question asked "in" one of the two years. Both are
read, in random order. Without a date nothing but luck tells them apart.

And whether retrieval should prefer the documents of a year that the question names: the same paragraph in the versions
of eight years, among other dated paragraphs; and, for the harm it does, questions whose year is not their document's.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import unittest.mock
from collections.abc import Callable, Sequence
from dataclasses import replace

from tqdm import tqdm

from corpus.types import Passage, make_document
from qa.library.library import Library
from qa.matching import f1, normalise_answer
from qa.question.dates import spoken_date, years
from qa.question.query import Query
from qa.reader.copy_reader import CopyReader
from qa.retrieval.rerank import prefer_years
from qa.retrieval.search import retrieve
from qa.training.data import TrainingData, load
from qa.types import Hit
from tests.benchmarks.data import folder, machine, shown

WAYS: dict[str, Callable[[Hit], str]] = {
    "no date": lambda hit: hit.title,
    "title, 7 June 2017": lambda hit: ", ".join(filter(None, (hit.title, spoken_date(hit.date)))),
    "title (2017-06-07)": lambda hit: f"{hit.title} ({hit.date})".strip(),
    "title (2017)": lambda hit: f"{hit.title} ({hit.date[:4]})".strip(),
}


def pairs(data: TrainingData, count: int, seed: int, months: bool) -> list[tuple[str, list[Hit], str, str]]:
    """Return (question with a year or month, its two hits in random order, the answer of that year, the other one)."""
    generator = random.Random(seed)
    pools: dict[bool, list[str]] = {True: [], False: []}
    usable = []
    for question in data.held_out_questions():
        answer = question.answers[0][0] if question.answers else ""
        if question.source in ("squad", "nq", "tydiqa") and 1 <= len(answer.split()) <= 4 and len(answer) > 2:
            pools[answer.isdigit()].append(answer)
            text = " ".join(data.contexts[question.context].split())
            dated = re.search(r"\b(?:1|2)\d{3}\b", question.text) or answer.isdigit()
            if not dated and answer in text and len(text) < 1200:
                usable.append((question.text, data.titles[question.context], text, answer))
    made = []
    for number, (words, title, text, answer) in enumerate(generator.sample(usable, count)):
        other = answer
        while normalise_answer(other) == normalise_answer(answer) or other in text:
            other = generator.choice(pools[answer.isdigit()])
        years = [generator.randint(1995, 2024)] * 2 if months else generator.sample(range(1995, 2025), 2)
        dates = [
            f"{year}-{month:02d}-{generator.randint(1, 28):02d}"
            for year, month in zip(years, generator.sample(range(1, 13), 2), strict=True)
        ]
        texts = [text, text.replace(answer, other)]
        order = [0, 1] if generator.random() < 0.5 else [1, 0]
        hits = [
            Hit(Passage(2 * number + one, "", 0, len(texts[one]), texts[one]), title, dates[one], "", 1.0, rank)
            for rank, one in enumerate(order, 1)
        ]
        wanted = generator.randint(0, 1)
        when = spoken_date(dates[wanted]).split(" ", 1)[1] if months else dates[wanted][:4]
        asked = f"{words.rstrip(' ?')} in {when}?"
        made.append((asked, hits, (answer, other)[wanted], (answer, other)[1 - wanted]))
    return made


def strangers(data: TrainingData, count: int, seed: int) -> list[tuple[str, Hit, list[str]]]:
    """Return (question that names a year, its paragraph with a date that has nothing to do with it, references)."""
    generator = random.Random(seed)
    usable = [q for q in data.held_out_questions() if q.answers and years(q.text)]
    made = []
    for question in generator.sample(usable, min(count, len(usable))):
        text = " ".join(data.contexts[question.context].split())
        date = f"{generator.randint(1995, 2024)}-{generator.randint(1, 12):02d}-{generator.randint(1, 28):02d}"
        hit = Hit(Passage(0, "", 0, len(text), text), data.titles[question.context], date, "", 1.0, 1)
        made.append((question.text, hit, [answer for answer, _ in question.answers]))
    return made


def main() -> None:
    """Print how often the answer of the right year, and of the other, is given, by what the row says of the date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = load(folder())
    reader = CopyReader()
    print(f"{options.questions} questions, seed {options.seed}; {machine()}")
    for months in (False, True):
        choose(reader, pairs(data, options.questions, options.seed, months), "month" if months else "year")
    print("\nQuestions that name a year, on their own paragraph, which has another date:\n")
    print("| the row says | F1 | confidence |\n|---|---|---|")
    for name, way in WAYS.items():
        overlap, sure = [], []
        for question, hit, references in strangers(data, options.questions, options.seed):
            reading = reader.read(Query.of(question), [replace(hit, title=way(hit), date="")])
            overlap.append(f1(reading.predictions[0].text, references))
            sure.append(reading.confidence(reading.predictions[0]))
        print(f"| {name} | {shown(overlap)} | {shown(sure)} |", flush=True)
    search(data, options.questions, options.seed)


def search(data: TrainingData, count: int, seed: int) -> None:
    """Print how often the right version, and a paragraph of another year, is among the first five, by the bonus."""
    generator = random.Random(seed)
    versions, asked = [], []
    for question, hits, _, _ in pairs(data, count // 4, seed, months=False):
        of_years = generator.sample(range(1995, 2025), 8)
        text = min(hit.passage.text for hit in hits)
        versions += [
            make_document(f"{question}{y}", hits[0].title, f"{y}-03-01", f"{text} ({y % 7})") for y in of_years
        ]
        asked.append((re.sub(r"\d{4}\?$", f"{of_years[0]}?", question), f"{question}{of_years[0]}"))
    others = [
        make_document(f"{number}", hit.title, hit.date, hit.passage.text)
        for number, (_, hit, _) in enumerate(strangers(data, 4 * count, seed))
    ]
    unrelated = [(question, f"{number}") for number, (question, _, _) in enumerate(strangers(data, 4 * count, seed))]
    with tempfile.TemporaryDirectory() as library_folder:
        library = Library(library_folder, max_tokens=2048, progress=tqdm)
        library.add_documents([*versions, *others], progress=tqdm)
        print("\n| bonus for the year | right version in the first 5 | one of another date | among many of the year |")
        print("|---|---|---|---|")
        for bonus in (0.0, 0.05, 0.1, 0.2, 0.3, 0.4):
            with unittest.mock.patch("qa.retrieval.rerank.YEAR_BONUS", bonus):
                found = [
                    [float(is_found(library, text, source)) for text, source in these] for these in (asked, unrelated)
                ]
                crowded = [float(among_the_year(library, text, source)) for text, source in unrelated]
            print(f"| {bonus} | {shown(found[0])} | {shown(found[1])} | {shown(crowded)} |", flush=True)
        library.close()


def is_found(library: Library, question: str, source: str) -> bool:
    """Whether a passage of the source is among the first five."""
    return source in {hit.source for hit in retrieve(library, Query.of(question), 5)}


def among_the_year(library: Library, question: str, source: str) -> bool:
    """Whether the paragraph is found where every second other one, but not it, is of the year that is asked for."""
    with unittest.mock.patch("qa.retrieval.rerank.YEAR_BONUS", 0.0):
        hits = retrieve(library, Query.of(question), 50)
    (year, *_) = years(question)
    dates = {hit.passage.id: year for hit in hits if hit.source != source and hit.passage.id % 2}
    ranked = prefer_years([(hit.passage.id, hit.score) for hit in hits], dates, {year})
    return source in {hit.source for hit in hits if hit.passage.id in {number for number, _ in ranked[:5]}}


def choose(reader: CopyReader, made: Sequence[tuple[str, list[Hit], str, str]], when: str) -> None:
    """Print the table of one kind of question, which names a ``when``."""
    print(
        f"\n| the row says | answer of the right {when} | of the other {when} | right of the two |\n|---|---|---|---|"
    )
    for name, way in WAYS.items():
        right, wrong = [], []
        for question, hits, answer, other in tqdm(made, disable=None, desc=name):
            predictions = reader.read(
                Query.of(question), [replace(hit, title=way(hit), date="") for hit in hits]
            ).predictions
            given = normalise_answer(predictions[0].text) if predictions else ""
            right.append(float(given == normalise_answer(answer)))
            wrong.append(float(given == normalise_answer(other)))
        decided = [r for r, w in zip(right, wrong, strict=True) if r or w]
        print(f"| {name} | {shown(right)} | {shown(wrong)} | {shown(decided)} |", flush=True)


if __name__ == "__main__":
    main()
