"""What of the questions before is handed on with a follow-up, and that every interface hands on the same."""

from __future__ import annotations

import builtins
import json
from typing import Any, get_args

import pytest

from qa.__main__ import main
from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.conversation import from_json
from qa.page.session import Session
from qa.page.tabs.ask import _Handlers
from qa.question.followup import history_of, stand_alone
from qa.reader.copy_reader import CopyReader
from qa.types import Answer, Kind, Turn


def answer(question: str, text: str, kind: Kind) -> Answer:
    return Answer(question, f"{question} (rewritten)", text, (), (), (), 0.5, not text, kind)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_is_handed_on_as_what_it_says_of_the_subject(kind: Kind) -> None:
    text = "Ann; Bo" if kind in ("span", "list", "evidence") else ""
    handed = history_of([answer("Who came\nto Velden?", text, kind)])
    if kind in ("greeting", "language"):
        assert handed == []
    else:
        assert handed == [("Who came to Velden?", text if kind in ("span", "list") else "")]


def test_a_refused_question_is_what_was_last_spoken_of() -> None:
    earlier = [answer("When did Anna Lee fly to Almaty?", "1990", "span"), answer("Who is Bo Falk?", "", "not_found")]
    assert stand_alone("Where was he born?", history_of(earlier)).startswith("Where was Bo Falk born?")


def test_a_sentence_of_evidence_takes_nobodys_place() -> None:
    earlier = [answer("Did the president fly to Almaty?", "President Omarov flew there in May.", "evidence")]
    assert "flew" not in stand_alone("When was he born?", history_of(earlier))


KINDS = {
    "Hello!": "greeting",
    "When did Marta Lind open the Red Mill bakery?": "span",
    "Did she build it up again within a year?": "evidence",
    "Who won the chess championship of 1972?": "not_found",
    "Give me a summary of the documents.": "summary",
    "List all people of Velden.": "list",
    "Who is the librarian of Velden?": "span",
}
IMPOSSIBLE = "?!"
QUESTIONS = [*list(KINDS)[:4], IMPOSSIBLE, *list(KINDS)[4:], "And when did he open it?"]


def test_the_terminal_and_the_page_hand_on_the_same(
    library: Library, reader: CopyReader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library.add(
        text="Marta Lind opened the Red Mill bakery on 4 May 1998 in the town of Velden. It burned down in 2011. "
        "Marta Lind built it up again within a year. Velden has a library. Its librarian is Odo Brandt.",
        title="Velden",
    )
    handed: list[tuple[str, list[Turn]]] = []
    kinds: dict[str, str] = {}
    really = Assistant.ask

    def ask(self: Assistant, question: str, *, history: Any = (), **options: Any) -> Answer:
        handed.append((question, list(history)))
        answer = really(self, question, history=history, **options)
        kinds[question] = answer.kind
        return answer

    monkeypatch.setattr(Assistant, "ask", ask)
    lines = iter([*QUESTIONS, ""])
    monkeypatch.setattr(builtins, "input", lambda _: next(lines))
    assert main(["chat", "--library", str(library.path)]) == 0
    in_terminal = list(handed)
    handed.clear()
    assert {question: kind for question, kind in kinds.items() if question in KINDS} == KINDS

    handlers, memory = _Handlers(Session(Assistant(library, reader=reader))), None
    for question in QUESTIONS:
        *_, shown = handlers.ask(question, memory, None, [], "", "")
        memory = json.loads(json.dumps(shown[-1]))
    assert handed == in_terminal
    assert [question for question, _ in handed] == QUESTIONS
    assert [question for question, _ in handed[-1][1]] == list(KINDS)[1:], "all but the greeting"
    (conversation,) = from_json(memory)
    assert conversation.history(len(QUESTIONS) - 1) == handed[-1][1], "and so does a verdict"
