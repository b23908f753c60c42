from __future__ import annotations

from pathlib import Path

from corpus.types import make_document
from qa.library.library import Library
from qa.training import negatives
from qa.training.data import Question
from qa.training.paragraphs import context_number, source_name

TEXTS = ["The mill burned down in 1911.", "The harbour was dredged in 1954.", "A choir sang in the mill in 1911."]


def question(number: int, text: str, source: str = "squad") -> Question:
    return Question(number, source, 0, text, ())


ASKED = [question(4, "When did the mill burn down?"), question(9, "When was the harbour dredged?")]


def filled(library: Library) -> Library:
    library.add_documents([make_document(source_name(n), "", "", text) for n, text in enumerate(TEXTS)])
    return library


def test_a_paragraph_is_known_by_its_number() -> None:
    assert [context_number(source_name(n)) for n in (0, 17)] == [0, 17]


def test_every_question_gets_the_paragraphs_that_are_found_best_first(quick: Library, tmp_path: Path) -> None:
    negatives.find(filled(quick), ASKED, tmp_path / "found.jsonl", batch=1)
    found = negatives.load(tmp_path / "found.jsonl")
    assert list(found) == [4, 9]
    assert found[4][0] == 0 and found[9][0] == 1
    assert all(sorted(numbers) == [0, 1, 2] for numbers in found.values())


def test_an_interrupted_search_goes_on_and_single_sentences_are_not_searched(quick: Library, tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    negatives.find(filled(quick), ASKED[:1], path)
    before = path.read_bytes()
    negatives.find(quick, [*ASKED, question(12, "What burned?", "qamr")], path)
    assert path.read_bytes().startswith(before) and len(path.read_bytes()) > len(before)
    assert list(negatives.load(path)) == [4, 9]
