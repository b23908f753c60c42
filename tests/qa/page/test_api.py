"""What programs ask the page, by Gradio's client and by a real MCP client, of the real server."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import ui
from qa.assistant import Assistant
from qa.page.api import BUSY, mcp_problem
from tests.ui.browser import served

if TYPE_CHECKING:
    from gradio_client import Client

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

THEME = "What was the theme of Expo 2017?"


@pytest.fixture(scope="module")
def client(sample_assistant: Assistant) -> Iterator[Client]:
    from gradio_client import Client

    with served(sample_assistant) as address:
        yield Client(address, verbose=False)


def refused(client: Client, api_name: str, **values: Any) -> str:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError) as error:
        client.predict(**values, api_name=api_name)
    return str(error.value)


def test_only_what_is_meant_for_programs_is_offered(client: Client) -> None:
    offered = client.view_api(print_info=False, return_format="dict")
    assert set(offered["named_endpoints"]) == {"/ask", "/search", "/documents"}
    assert not offered["unnamed_endpoints"]
    names = [parameter["parameter_name"] for parameter in offered["named_endpoints"]["/ask"]["parameters"]]
    assert names == ["question", "history", "documents", "since", "until", "passages"]


def test_a_question_is_answered_as_everywhere(client: Client, sample_assistant: Assistant) -> None:
    told = client.predict(question=THEME, api_name="/ask")
    here = json.loads(json.dumps(sample_assistant.ask(THEME).to_dict()))
    assert told["answer"]["text"] == "Future Energy"
    for name in ("answer", "citations", "also", "disagreeing", "searched_question"):
        assert told[name] == here[name]
    history = [["Who became president after Nazarbayev?", "Kassym-Jomart Tokayev"]]
    follow_up = client.predict(question="And when did he visit Beijing?", history=history, api_name="/ask")
    assert "Tokayev" in follow_up["searched_question"]
    narrowed = client.predict(question=THEME, documents=["sample:dimash.md"], since="2010", api_name="/ask")
    assert narrowed["answer"]["abstained"] and not narrowed["citations"]


def test_passages_and_documents(client: Client, sample_assistant: Assistant) -> None:
    hits = client.predict(question=THEME, k=3, api_name="/search")
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    for hit in hits:
        document = sample_assistant.library.document(hit["document_id"])
        assert document.text[hit["start"] : hit["end"]] == hit["text"]
    listed = client.predict(api_name="/documents")
    assert {d["id"] for d in listed} == {d.id for d in sample_assistant.library.documents()}


@pytest.mark.parametrize(
    "documents", [None, [], ["sample:dimash.md"], ["sample:dimash.md", "sample:expo-2017.md"]], ids=str
)
def test_documents_narrow_as_they_do_in_python(
    client: Client, sample_assistant: Assistant, documents: list[str] | None
) -> None:
    here = sample_assistant.ask(THEME, documents=documents)
    told = client.predict(question=THEME, documents=documents, api_name="/ask")
    assert told["answer"] == json.loads(json.dumps(here.to_dict()["answer"]))
    hits = sample_assistant.search(THEME, documents=documents)
    found = client.predict(question=THEME, documents=documents, api_name="/search")
    assert [hit["passage_id"] for hit in found] == [hit.passage.id for hit in hits]
    assert bool(found) == (documents != []), "no documents are none, not all"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"question": " "}, "The question is empty"),
        ({"question": "x" * 100_000}, "has 100,000 characters"),
        ({"question": "When?", "since": "yesterday"}, "'yesterday' is not a date"),
        ({"question": "When?", "documents": ["none such"]}, "No document is called 'none such'"),
        ({"question": "When?", "passages": 900}, "choose 1 to 50"),
        ({"question": "When?", "history": [["only a question"]]}, "list of pairs"),
        ({"question": "When?", "history": [["Who?", None]]}, "list of pairs"),
        ({"question": "When?", "history": ["No", 5]}, "list of pairs"),
    ],
)
def test_bad_use_is_told_in_our_own_sentence(client: Client, values: dict[str, Any], sentence: str) -> None:
    told = refused(client, "/ask", **values)
    assert sentence in told
    assert "Traceback" not in told


def test_a_fault_of_ours_is_told_without_its_innards(
    client: Client, sample_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(sample_assistant.library, "documents", fail)
    told = refused(client, "/documents")
    assert "Something went wrong" in told and "secret" not in told


def test_too_many_at_once_are_told_that_it_is_busy(
    sample_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    monkeypatch.setattr("qa.page.jobs.AT_ONCE", 1)
    monkeypatch.setattr("qa.page.jobs.WAITING", 1)
    with served(sample_assistant) as address:
        one = Client(address, verbose=False)
        jobs = [one.submit(question=THEME, api_name="/ask") for _ in range(12)]
        outcomes = []
        for job in jobs:
            try:
                outcomes.append(job.result()["answer"]["text"])
            except AppError as error:
                outcomes.append(str(error))
    assert set(outcomes) == {"Future Energy", BUSY}


def test_the_extra_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "citebound[mcp]" in str(mcp_problem())
    assert ui.main(["--mcp"]) == 2
    assert "citebound[mcp]" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(mcp_problem() is not None, reason="the extra [mcp] is not installed")
def test_an_mcp_client_finds_and_calls_the_tools(sample_assistant: Assistant) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def visit(address: str) -> tuple[Any, ...]:
        async with (
            streamablehttp_client(f"{address}gradio_api/mcp/") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            answer = await session.call_tool("ask", {"question": THEME})
            found = await session.call_tool("search", {"question": THEME, "k": 2})
            bad = await session.call_tool("ask", {"question": "x" * 100_000})
            return tools, answer, found, bad

    # In a thread of its own, for Playwright keeps an event loop running in that of the tests.
    with served(sample_assistant, mcp=True) as address, ThreadPoolExecutor(1) as executor:
        tools, answer, found, bad = executor.submit(asyncio.run, visit(address)).result()
    by_name = {tool.name: tool for tool in tools}
    assert set(by_name) == {"ask", "search", "documents"}
    assert "honest refusal" in by_name["ask"].description
    properties = by_name["ask"].inputSchema["properties"]
    assert all(properties[name]["description"] for name in properties)
    assert by_name["ask"].inputSchema["required"] == ["question"]
    assert not answer.isError and "Future Energy" in answer.content[0].text
    assert not found.isError and "Expo 2017" in found.content[0].text
    assert bad.isError and "has 100,000 characters" in bad.content[0].text
