from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from qa.__main__ import main
from qa.evaluation.draft import draft_questions, save_drafts, write_drafts
from qa.evaluation.question_set import QuestionSetError, load_questions
from qa.library.library import Library
from tests.fakes import HashEncoder

TEXT = """The lighthouse of Aktau was built in 1974 by the port.
The railway museum of Almaty opened on 3 May 2004.
On 7 June 2017, Xi Jinping visited Astana.
In Almaty, there are five theatre schools.
The Aktau ferry carried 1,200 containers in all.
The Nur Alem ball is 100 metres high.
The theme of Expo 2017 is “Future Energy”.
The opera of Almaty was designed by Saule Omarova.
Zhang Hanhui, ambassador to Kazakhstan, was there.
“The steppe belongs to those who ride across it slowly,” said Dina Akhmetova.
The festival of Taraz was held in Shymkent.
"""


@pytest.fixture
def drafted(tmp_path: Path) -> Library:
    library = Library(tmp_path / "library", encoder=HashEncoder())
    library.add(text=TEXT, title="Notes")
    return library


def test_each_template_asks_for_what_its_sentence_says(drafted: Library) -> None:
    asked = {draft.question: draft.answer for draft in draft_questions(drafted, 50)}
    assert asked == {
        "When was the lighthouse of Aktau built?": "1974",
        "When did the railway museum of Almaty open?": "3 May 2004",
        "When did Xi Jinping visit Astana?": "7 June 2017",
        "How many theatre schools are there in Almaty?": "five",
        "How many containers did the Aktau ferry carry?": "1,200",
        "How high is the Nur Alem ball?": "100 metres",
        "What is the theme of Expo 2017?": "Future Energy",
        "Who designed the opera of Almaty?": "Saule Omarova",
        "Who is the ambassador to Kazakhstan?": "Zhang Hanhui",
        "Who said “The steppe belongs to those who ride across it slowly”?": "Dina Akhmetova",
        "Where was the festival of Taraz held?": "Shymkent",
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "It was built in 1974 by the people of the port.",  # who knows what
        "The work of the year was done in 1974.",  # nothing has a name
        "Aktau was a fishing village from 1974 to 1980.",  # half of a span of time
        "He visited Astana on 7 June 2017 with his wife.",
        "The opera which Almaty built was opened in 1941.",  # a clause in the subject
        "Astana won in 2012.",  # too short
    ],
)
def test_what_means_nothing_alone_is_not_asked(tmp_path: Path, sentence: str) -> None:
    library = Library(tmp_path / "library", encoder=HashEncoder())
    library.add(text=sentence, title="Notes")
    assert draft_questions(library, 50) == []


def test_drafts_of_the_sample_corpus_are_a_question_set(sample_library: Library, tmp_path: Path) -> None:
    drafts = draft_questions(sample_library, 12)
    assert len(drafts) == 12
    assert len({draft.source for draft in drafts}) >= 8, "spread over the documents"
    texts = {d.source: sample_library.document(d.id).text for d in sample_library.documents()}
    for draft in drafts:
        assert draft.answer in texts[draft.source]
        assert draft.sentence in texts[draft.source]
        assert draft.answer not in draft.question
    file = tmp_path / "drafts.jsonl"
    save_drafts(drafts, file)
    questions = load_questions(file).questions
    assert all(question.draft for question in questions)
    assert [q.answers for q in questions] == [(d.answer,) for d in drafts]


def test_a_file_that_is_there_is_not_overwritten(drafted: Library, tmp_path: Path) -> None:
    drafts = draft_questions(drafted, 3)
    assert len(drafts) == 3
    file = tmp_path / "drafts.jsonl"
    file.write_text("hours of corrections")
    with pytest.raises(QuestionSetError, match="will not be overwritten"):
        save_drafts(drafts, file)
    assert file.read_text() == "hours of corrections"
    with pytest.raises(QuestionSetError, match="cannot be written"):
        save_drafts(drafts, tmp_path / "no folder" / "drafts.jsonl")


def test_nothing_to_draft_from(tmp_path: Path, drafted: Library) -> None:
    with pytest.raises(LibraryError, match="is empty"):
        draft_questions(Library(tmp_path / "bare", encoder=HashEncoder()), 5)
    with pytest.raises(QuestionSetError, match="at least 1"):
        draft_questions(drafted, 0)
    assert write_drafts([]) == ""


def test_from_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.sentence_transformer.SentenceEncoder", HashEncoder)
    library = str(tmp_path / "library")
    Library(library, encoder=HashEncoder()).add(text=TEXT, title="Notes")
    assert main(["draft-questions", "--library", library, "-n", "4"]) == 0
    output = capsys.readouterr()
    lines = [json.loads(line) for line in output.out.splitlines()]
    assert len(lines) == 4 and all(line["draft"] is True for line in lines)
    assert "4 drafts" in output.err and '"draft"' in output.err
    file = tmp_path / "set.jsonl"
    assert main(["draft-questions", "--library", library, "--output", str(file)]) == 0
    assert "11 drafts written to" in capsys.readouterr().err
    assert main(["draft-questions", "--library", library, "--output", str(file)]) == 2
    assert "not be overwritten" in capsys.readouterr().err
    assert main(["draft-questions", "--library", library, "-n", "0"]) == 2
    assert main(["draft-questions", "--library", str(tmp_path / "nowhere")]) == 2
