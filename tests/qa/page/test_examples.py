"""Example questions come from the library at hand, and are answered by it."""

from __future__ import annotations

from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.examples import Examples
from qa.reader.copy_reader import CopyReader


def test_the_sample_corpus_has_three_that_are_answered(sample_assistant: Assistant) -> None:
    questions = Examples().of(sample_assistant)
    assert len(questions) == 3
    answers = [sample_assistant.ask(question) for question in questions]
    assert all(not answer.abstained for answer in answers)
    assert len({answer.citations[0].document.id for answer in answers}) == 3, "from three documents"


def test_they_follow_the_documents(library: Library, reader: CopyReader) -> None:
    assistant, examples = Assistant(library, reader=reader), Examples()
    assert examples.of(assistant) == []
    library.add(text="Marta Lind opened the Red Mill bakery on 4 May 1998 in Velden.", title="The bakery")
    (question,) = examples.of(assistant)
    assert "Red Mill" in question
    assert examples.of(assistant) is examples.of(assistant), "not asked again"
    library.remove("The bakery")
    assert examples.of(assistant) == []
