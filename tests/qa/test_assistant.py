from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from contextlib import closing

import pytest

import qa
from corpus.errors import LibraryError
from qa.answering import Policy
from qa.assistant import Assistant
from qa.library.default import default_path
from qa.library.library import Library
from qa.question import Query
from qa.question.intent import QuestionError
from qa.reader.copy_reader import CopyReader
from qa.types import Answer, Hit, Prediction, Reading
from qa.wording import plain


def exact(answer: Answer) -> None:
    """Every citation is cut from its document, and the answer from its citations."""
    for citation in (*answer.citations, *answer.also, *answer.disagreeing):
        text, passage = citation.document.text, citation.passage
        assert text[citation.start : citation.end] == citation.quote
        assert passage.start <= citation.start < citation.end <= passage.end
        assert citation.sentence_start <= citation.start
        assert citation.end <= citation.sentence_end
        assert citation.quote in citation.sentence
    assert answer.text == "; ".join(c.quote for c in answer.citations)
    assert answer.abstained == (not answer.citations)
    numbers = [c.number for c in (*answer.citations, *answer.also, *answer.disagreeing)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_question_is_answered_with_an_exact_citation(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("When was Nazarbayev's successor Tokayev in Beijing for his first state visit?")
    exact(answer)
    answer = sample_assistant.ask("What was the theme of Expo 2017?")
    exact(answer)
    assert answer.kind == "span"
    assert "Future Energy" in answer.text
    assert answer.citations[0].document.source == "sample:expo-2017.md"
    assert answer.citations[0].sentence.endswith((".", "”", '"'))
    assert 0 < answer.confidence <= 1
    assert len(answer.hits) == 5
    assert set(answer.timings) == {"retrieve", "read", "cite", "total"}
    assert answer.timings["total"] >= answer.timings["read"] > 0


def test_stages_are_told_as_they_begin(sample_assistant: Assistant) -> None:
    def stages(question: str) -> list[str]:
        told: list[str] = []
        sample_assistant.ask(question, on_stage=told.append)
        return told

    assert stages("What was the theme of Expo 2017?") == ["searching", "reading", "citing"]
    assert stages("Did Nazarbayev resign in 2019?") == ["searching", "reading", "citing"]
    assert stages("List all cities of Kazakhstan")[:2] == ["searching", "reading"]
    assert stages("Who painted the ceiling of the Sistine Chapel?") == ["searching", "reading"]
    assert stages("hello") == []


@pytest.mark.parametrize("stop", ["searching", "reading", "citing"])
def test_the_work_can_be_stopped_at_every_stage(sample_assistant: Assistant, stop: str) -> None:
    class Stopped(Exception):
        pass

    def on_stage(stage: str) -> None:
        if stage == stop:
            raise Stopped

    with pytest.raises(Stopped):
        sample_assistant.ask("What was the theme of Expo 2017?", on_stage=on_stage)
    assert not sample_assistant.ask("What was the theme of Expo 2017?").abstained


def test_confidence_in_words(sample_assistant: Assistant) -> None:
    said = [Policy(0.5, (0.85, 0.7)).certainty_of(confidence) for confidence in (1.0, 0.85, 0.84, 0.7, 0.69)]
    assert said == ["sure", "sure", "fairly sure", "fairly sure", "not sure"]
    assert not Policy(0.5).certainty_of(1.0)
    answer = sample_assistant.ask("What was the theme of Expo 2017?")
    assert answer.certainty == sample_assistant.policy.certainty_of(answer.confidence) != ""
    for question in ("Who painted the ceiling of the Sistine Chapel?", "Did Kazakhstan host Expo 2017?"):
        assert not sample_assistant.ask(question).certainty, "its figure means something else"


def test_what_is_not_there_is_refused(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Who painted the ceiling of the Sistine Chapel?")
    exact(answer)
    assert answer.abstained
    assert answer.kind == "not_found"
    assert answer.text == ""
    assert answer.hits, "what came closest is still shown"


def test_always_answering_can_be_asked_for(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Who painted the ceiling of the Sistine Chapel?", threshold=0.0)
    exact(answer)
    assert not answer.abstained


def test_to_dict_is_the_promised_json(sample_assistant: Assistant) -> None:
    shape = json.loads(json.dumps(sample_assistant.ask("What was the theme of Expo 2017?").to_dict()))
    assert set(shape) == {"question", "searched_question", "answer", "citations", "also", "disagreeing", "timings_ms"}
    assert {"text", "abstained", "confidence"} <= set(shape["answer"])
    assert set(shape["citations"][0]) == {
        "number", "title", "source", "date", "start", "end", "quote", "sentence", "passage_id", "unread_since",
    }  # fmt: skip


def test_yes_no_questions_get_a_sentence_and_no_verdict(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Did Nazarbayev resign in 2019?")
    exact(answer)
    assert answer.kind == "evidence"
    assert "19 March 2019" in answer.text
    assert not answer.text.lower().startswith(("yes", "no,"))
    assert sample_assistant.ask("Is Germany a member of the SCO?").abstained


def test_lists_get_several_cited_spans(library: Library, reader: CopyReader) -> None:
    for city, year in (("Almaty", 2015), ("Aktobe", 2018), ("Taraz", 2021)):
        library.add(text=f"A new library was opened in {city} in {year}.", title=f"Library of {city}")
    answer = Assistant(library, reader=reader).ask("List all cities where a new library was opened.")
    exact(answer)
    assert answer.kind == "list"
    assert len({c.quote for c in answer.citations} & {"Almaty", "Aktobe", "Taraz"}) >= 2
    assert len(answer.citations) == len({c.quote for c in answer.citations})


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("hello", "greeting"),
        ("Summarise the documents", "summary"),
        ("Compare the visits of 2013 and 2017", "comparison"),
        ("2 + 2", "arithmetic"),
        ("Сколько человек посетило выставку?", "language"),
    ],
)
def test_what_a_span_cannot_answer_is_said_at_once(sample_assistant: Assistant, question: str, kind: str) -> None:
    answer = sample_assistant.ask(question)
    assert answer.abstained
    assert answer.kind == kind
    assert not answer.hits


def test_also_lists_only_passages_that_answer_by_themselves(library: Library, reader: CopyReader) -> None:
    library.add(text="The bridge at Khorgos was opened in 2013 by the minister.", title="Bridge")
    library.add(text="In 2013 the bridge at Khorgos was opened with a concert.", title="Concert")
    library.add(text="Wheat exports through Khorgos reached a record in 2013.", title="Wheat")
    library.add(text="In 2013 a singer from Aktobe visited Khorgos and liked the bridge.", title="Singer")
    answer = Assistant(library, reader=reader).ask("When was the bridge at Khorgos opened?")
    exact(answer)
    assert answer.text == "2013"
    cited = {answer.citations[0].document.title, *(c.document.title for c in answer.also)}
    assert {hit.title for hit in answer.hits} == {"Bridge", "Concert", "Wheat", "Singer"}
    assert cited == {"Bridge", "Concert"}


def test_documents_that_disagree_are_both_cited(library: Library, reader: CopyReader) -> None:
    library.add(text="The new bridge at Khorgos was opened in 2013.", title="Bridge at Khorgos", date="2014-02-01")
    library.add(text="The new bridge at Khorgos was opened in 2015.", title="The Khorgos bridge", date="2016-03-01")
    library.add(text="Wheat exports through Khorgos reached a record in 2018.", title="Wheat")
    assistant = Assistant(library, reader=reader)
    answer = assistant.ask("When was the new bridge at Khorgos opened?")
    exact(answer)
    (other,) = answer.disagreeing
    assert {answer.text, other.quote} == {"2013", "2015"}
    assert {answer.citations[0].document.date, other.document.date} == {"2014-02-01", "2016-03-01"}
    assert answer.to_dict()["disagreeing"][0]["quote"] == other.quote
    shown = plain(answer)
    assert "Your documents disagree" in shown and f"{other.document.date}: {other.quote} [{other.number}]" in shown
    narrowed = assistant.ask("When was the new bridge at Khorgos opened?", since="2016")
    assert narrowed.text == "2015" and not narrowed.disagreeing


def test_a_follow_up_is_searched_and_read_with_what_it_leans_on(sample_assistant: Assistant) -> None:
    history = [("Who became president after Nazarbayev?", "Kassym-Jomart Tokayev")]
    answer = sample_assistant.ask("And when did he visit Beijing?", history=history)
    exact(answer)
    assert "Tokayev" in answer.searched_question
    assert answer.question == "And when did he visit Beijing?"
    assert any("Tokayev" in hit.passage.text for hit in answer.hits)


def test_a_question_that_stands_alone_is_not_changed(sample_assistant: Assistant) -> None:
    question = "What was the theme of Expo 2017?"
    answer = sample_assistant.ask(question, history=[("Who sang in Almaty?", "Dimash Kudaibergen")])
    assert answer.searched_question == question


def test_documents_and_dates_narrow_where_it_looks(sample_assistant: Assistant) -> None:
    question = "How large was the trade between China and Kazakhstan?"
    for narrow in ({"documents": "trade-2022.md"}, {"since": "2024-01-20", "until": "2024-02"}):
        answer = sample_assistant.ask(question, **narrow)  # type: ignore[arg-type]
        sources = {hit.source for hit in answer.hits}
        assert sources == ({"sample:trade-2022.md"} if "documents" in narrow else {"sample:trade-2024.md"})
    assert sample_assistant.ask(question, until="1999").abstained
    with pytest.raises(LibraryError, match="No document"):
        sample_assistant.ask(question, documents="not-there.md")


@pytest.mark.parametrize("question", ["", "   ", "?!", "x" * 100_000])
def test_what_cannot_be_asked_is_refused_in_a_sentence(sample_assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError) as error:
        sample_assistant.ask(question)
    assert "\n" not in str(error.value)
    with pytest.raises(QuestionError):
        sample_assistant.search(question)


def test_passages_must_be_a_sensible_number(sample_assistant: Assistant) -> None:
    for number in (0, -1, 10_000):
        with pytest.raises(QuestionError, match="number of passages"):
            sample_assistant.ask("When?", passages=number)
    assert len(sample_assistant.ask("When was the expo?", passages=8).hits) == 8


def test_search_returns_passages_alone(sample_assistant: Assistant) -> None:
    hits = sample_assistant.search("Khorgos dry port", k=3)
    assert len(hits) == 3
    assert {hit.source for hit in hits} == {"sample:khorgos.html"}


def test_an_empty_library_says_so(library: Library, reader: CopyReader) -> None:
    answer = Assistant(library, reader=reader).ask("When was the expo?")
    assert answer.kind == "empty_library"


def test_ask_many_keeps_the_order(sample_assistant: Assistant) -> None:
    questions = ["What was the theme of Expo 2017?", "hello", "Who painted the Sistine Chapel?"]
    assert [a.question for a in sample_assistant.ask_many(questions)] == questions


def test_ask_many_narrows_every_question(sample_assistant: Assistant) -> None:
    questions = ["What was the theme of Expo 2017?", "How many countries took part?"]
    answers = sample_assistant.ask_many(questions, documents=iter(["expo-2017.md"]), passages=2, threshold=0.0)
    assert [len(answer.hits) for answer in answers] == [2, 2]
    assert {hit.source for answer in answers for hit in answer.hits} == {"sample:expo-2017.md"}


@pytest.mark.slow
def test_two_threads_may_ask_at_once(sample_assistant: Assistant) -> None:
    questions = ["What was the theme of Expo 2017?", "When did Nazarbayev resign?", "Did Nazarbayev resign in 2019?"]
    alone = {q: sample_assistant.ask(q).text for q in questions}
    wrong: list[tuple[str, str]] = []

    def work(question: str) -> None:
        for _ in range(4):
            text = sample_assistant.ask(question).text
            if text != alone[question]:
                wrong.append((question, text))

    threads = [threading.Thread(target=work, args=[q]) for q in questions * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_open_assistant_notices_a_new_document(library: Library, reader: CopyReader) -> None:
    assistant = Assistant(library, reader=reader)
    other = Library(library.path, encoder=library.encoder)
    other.add(text="The lighthouse of Aktau was built in 1974.", title="Aktau")
    assert assistant.ask("When was the lighthouse of Aktau built?").text == "1974"
    other.remove("Aktau")
    assert assistant.ask("When was the lighthouse of Aktau built?").abstained
    other.close()


def test_a_document_removed_while_it_is_read_is_not_cited(library: Library) -> None:
    library.add(text="The lighthouse of Aktau was built in 1974.", title="Aktau")

    class SlowReader:
        """Reads while somebody else removes what it reads."""

        threshold = 0.5
        certainty: tuple[float, float] | None = None

        def read(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> Reading:
            library.remove("Aktau")
            return Reading((Prediction(hits[0], 0, 3, 0.9),), 0.1)

        def read_each(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> list[Reading]:
            return [Reading((), 1.0) for _ in hits]

    answer = Assistant(library, reader=SlowReader()).ask("When was it built in Aktau?")
    assert answer.abstained


@pytest.fixture
def new_default(samples_made: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the functions of the package open the default library of this test, which is a new one."""
    monkeypatch.setattr(qa, "_library", None)
    monkeypatch.setattr(qa, "_assistant", None)


def test_answers_come_from_the_samples_until_there_are_own_documents(new_default: None) -> None:
    answer = qa.ask("What was the theme of Expo 2017?")
    assert "Future Energy" in answer.text and answer.citations[0].document.source == "sample:expo-2017.md"
    assert {hit.source[:7] for hit in qa.search("Khorgos", k=2)} == {"sample:"}
    assert len(qa.ask_many(["hello", "thanks"])) == 2
    with closing(Library(default_path(), encoder=qa._default_assistant().library.encoder)) as elsewhere:
        elsewhere.add(text="The lighthouse of Aktau was built in 1974.", title="Aktau")
    assert qa.ask("When was the lighthouse of Aktau built?").text == "1974"
    assert qa.ask("What was the theme of Expo 2017?").abstained
    assert {hit.source for hit in qa.search("Expo 2017")} == {"text:Aktau"}
    qa._default_assistant().library.close()


def test_searching_loads_no_reader(new_default: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: object = None) -> object:
        raise AssertionError("the reader is not needed")

    monkeypatch.setattr("qa.assistant.load_reader", load)
    assert qa.search("Khorgos", k=2)
    with pytest.raises(qa.QuestionError, match="number of passages"):
        qa.search("Khorgos", k=0)
    with pytest.raises(AssertionError):
        qa.ask("What was the theme of Expo 2017?")
