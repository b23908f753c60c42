"""The page: what it shows, and that it works, keeps to itself and cannot be hijacked in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ui
from corpus.types import LibraryError
from embeddings.encoder import SentenceEncoder
from qa.assistant import Assistant
from qa.library import Library
from qa.reader.read import CopyReader
from ui import Turn, examples, free_port, header, messages, respond, sources

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Event loops that Gradio leaves open and pandas calls it makes: not ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio"),
]

HACK = "window.hacked=(window.hacked||0)+1"
HOSTILE = (
    f'The harbour master is called <script>{HACK}</script> Ottoline Marsh <img src="x" onerror="{HACK}"> '
    f"&lt;b&gt; **bold** [link](javascript:alert) `code` ${{{HACK}}} {{{{{HACK}}}}} $$x^2$$ </article></section>\n\n"
    f'# Heading\n\n<svg onload="{HACK}"></svg> - item\n\n1. one\n\nThe harbour was built in 1887.'
)


@pytest.fixture(scope="module")
def assistant(
    tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder, reader: CopyReader
) -> Iterator[Assistant]:
    library = Library(tmp_path_factory.mktemp("page"), encoder=encoder)
    library.add(
        text="Marta Lind opened the Red Mill bakery on 4 May 1998 in the town of Velden. It burned down in 2011, "
        "and she built it up again within a year. The bakery sells about 900 loaves of rye bread a day.",
        title="The Red Mill bakery",
        date="2019-03-02",
    )
    library.add(
        text="The town of Velden has a library with 12,000 books. It is open from Tuesday to Saturday.",
        title="Velden's library",
    )
    library.add(text=HOSTILE, title=f'Harbour <script>{HACK}</script><img src=x onerror="{HACK}">')
    yield Assistant(library, reader=reader)
    library.close()


class TestRespond:
    def test_an_answer_with_its_source(self, assistant: Assistant) -> None:
        turn = respond(assistant, "When did Marta Lind open the bakery?", ())
        assert "4 May 1998" in turn.text
        assert re.search(r'4 May 1998<sup class="cb-number">1</sup>', turn.reply)
        assert re.search(r"<mark>[^<]*4 May 1998</mark>", turn.sources)
        assert "rye bread" in turn.sources, "the passage is shown whole"

    def test_a_follow_up_says_what_was_searched_for(self, assistant: Assistant) -> None:
        first = respond(assistant, "Who opened the Red Mill bakery?", ())
        assert first.text == "Marta Lind"
        second = respond(assistant, "When did she open it?", (first,))
        assert "Searched for: When did Marta Lind open" in second.reply
        assert "1998" in second.text

    def test_only_answered_turns_are_history(self, assistant: Assistant) -> None:
        class Spy:
            def ask(self, question: str, **options: object) -> object:
                self.options = options
                return assistant.ask(question)

        spy = Spy()
        turns = (Turn("Who?", "", "", ""), Turn("Where is the bakery?", "Velden", "", ""), Turn("", "", "", ""))
        respond(spy, "Who opened the Red Mill bakery?", turns)  # type: ignore[arg-type]
        assert spy.options == {"history": [("Where is the bakery?", "Velden")]}

    def test_what_is_not_there_is_said_and_the_closest_is_no_answer(self, assistant: Assistant) -> None:
        turn = respond(assistant, "Who won the chess championship of 1972?", ())
        assert turn.text == ""
        assert "The documents do not say" in turn.reply
        assert "not an answer" in turn.sources
        assert "<mark>" not in turn.sources

    @pytest.mark.parametrize("question", ["", "  \n", "?!", "why " * 1000])
    def test_a_question_that_cannot_be_asked_is_answered_with_a_sentence(
        self, assistant: Assistant, question: str
    ) -> None:
        turn = respond(assistant, question, ())
        assert "The question" in turn.reply
        assert turn.text == turn.sources == ""
        assert len(messages([turn])[0]["content"]) < 1500

    def test_a_library_that_fails_is_answered_with_a_sentence(self) -> None:
        class Broken:
            def ask(self, question: str, **options: object) -> object:
                raise LibraryError("The <library> is gone.")

        turn = respond(Broken(), "Who?", ())  # type: ignore[arg-type]
        assert "The &#60;library&#62; is gone" in turn.reply

    def test_a_greeting_is_greeted(self, assistant: Assistant) -> None:
        turn = respond(assistant, "hello", ())
        assert "Hello!" in turn.reply.replace("&#33;", "!")
        assert turn.sources == ""


class TestPieces:
    def test_messages_alternate_and_show_what_is_being_asked(self) -> None:
        turns = [Turn("a?", "x", "<p>x</p>", "")]
        assert [m["role"] for m in messages(turns, asked="b?")] == ["user", "assistant", "user", "assistant"]
        assert "Reading your documents" in messages(turns, asked="b?")[-1]["content"]
        assert messages(()) == []

    def test_the_question_is_escaped(self) -> None:
        assert "<b>" not in messages([Turn("<b>**x**", "", "", "")])[0]["content"]
        assert "*" not in messages((), asked="**x**")[0]["content"]

    def test_sources_of_the_last_turn_or_a_hint(self) -> None:
        assert "appear here" in sources(())
        assert "appear here" in sources([Turn("a", "x", "", "<p>old</p>"), Turn("b", "", "", "")])
        assert "<p>new</p>" in sources([Turn("a", "x", "", "<p>old</p>"), Turn("b", "", "", "<p>new</p>")])

    def test_header_counts(self) -> None:
        assert "1 document in" in header(1)
        assert "1,200 documents in" in header(1200)

    def test_examples_only_where_the_samples_are(self, assistant: Assistant, sample_assistant: Assistant) -> None:
        assert examples(assistant) == []
        questions = examples(sample_assistant)
        assert len(questions) >= 3
        for question in questions:
            turn = respond(sample_assistant, question, ())
            assert turn.text, question
            # The shown example is answered from the document it was written for.
            source = next(name for name, known in ui._EXAMPLES.items() if known == question)
            assert source.removeprefix("sample:") in turn.sources.replace("&#46;", ".").replace("&#45;", "-")


class TestCommand:
    def test_a_port_that_is_taken_is_passed_over(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert port < free_port("127.0.0.1", port) < port + 10

    def test_no_free_port_is_an_error(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(ui, "PORTS_TRIED", 1)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert ui.main(["--port", str(port)]) == 2
        said = f"port {port} of 127.0.0.1: it and the ones after it are in use. Try --port or --host.\n"
        assert capsys.readouterr().err == f"The page cannot use {said}"

    def test_a_host_that_is_not_this_machine(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert ui.main(["--host", "192.0.2.1"]) == 2
        assert capsys.readouterr().err.startswith("The page cannot use port 7860 of 192.0.2.1: ")

    def test_no_library_there(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert ui.main(["--library", str(tmp_path / "typo"), "--port", "0"]) == 2
        assert "There is no library at" in capsys.readouterr().err
        assert not (tmp_path / "typo").exists(), "nothing is made where a name was mistyped"

    @pytest.mark.parametrize("port", ["x", "-1", "65536", "1.5"])
    def test_what_is_no_port(self, port: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            ui.main([f"--port={port}"])
        assert "is no port" in capsys.readouterr().err


def test_nothing_of_the_page_can_be_called_from_outside(assistant: Assistant) -> None:
    api = ui.build(assistant).get_api_info()
    assert api == {"named_endpoints": {}, "unnamed_endpoints": {}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        reason = "there is no chromium on this machine: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    quiet = ("background-networking", "component-update", "sync")
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", *(f"--disable-{what}" for what in quiet)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    page = ui.serve(assistant, "127.0.0.1", free_port("127.0.0.1", 0))
    yield page.local_url
    page.close(verbose=False)


class Visit:
    """One browser tab on the page, and everything it asked the network for."""

    def __init__(self, browser: Browser, address: str, width: int = 1280, dark: bool = False) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
        )
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)
        self.page.get_by_label("Your question").wait_for()

    def ask(self, question: str) -> str:
        """Ask as a person does, and return what the last message says once it is there."""
        answers = self.page.locator(".cb-answer")
        before = answers.count()
        self.page.get_by_label("Your question").fill(question)
        self.page.get_by_label("Your question").press("Enter")
        return self.reply(before)

    def reply(self, before: int = 0) -> str:
        self.page.wait_for_function(
            "before => { const all = document.querySelectorAll('.cb-answer');"
            " return all.length > before && !all[all.length - 1].textContent.includes('Reading your documents'); }",
            arg=before,
            timeout=60_000,
        )
        return self.page.locator(".cb-answer").last.inner_text()

    @property
    def sources(self) -> str:
        return self.page.locator(".cb-sources").inner_text()

    @property
    def marks(self) -> list[str]:
        return self.page.locator(".cb-sources mark").all_inner_texts()

    def overflow(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    visit = Visit(browser, address)
    yield visit
    visit.context.close()
    outside = [url for url in visit.requests if not url.startswith((address, "data:", "blob:"))]
    assert not outside, "the page asks nobody but itself"
    assert not visit.errors


@pytest.mark.browser
class TestInTheBrowser:
    def test_an_answer_its_source_and_a_follow_up(self, visit: Visit) -> None:
        reply = visit.ask("Who opened the Red Mill bakery?")
        assert reply.startswith("Marta Lind")
        assert "The Red Mill bakery, 2019-03-02" in reply
        assert visit.marks == ["Marta Lind"]
        assert "900 loaves" in visit.sources
        assert visit.page.get_by_label("Your question").input_value() == ""

        reply = visit.ask("When did she open it?")
        assert "1998" in reply
        assert "Searched for: When did Marta Lind open" in reply
        assert "1998" in visit.marks[0]
        assert visit.page.locator(".cb-answer").count() == 2, "the first answer is still there"

        visit.page.get_by_role("button", name="New conversation").click()
        visit.page.get_by_text("The passages an answer is quoted from appear here").wait_for()
        assert visit.page.locator(".cb-answer").count() == 0
        assert "Searched for" not in visit.ask("When did she open it?"), "nothing is remembered"

    def test_what_is_not_there(self, visit: Visit) -> None:
        assert visit.ask("Who won the chess championship of 1972?").startswith("The documents do not say.")
        assert "Closest passages, not an answer:" in visit.sources
        assert visit.marks == []

    def test_a_hostile_document_is_only_text(self, visit: Visit) -> None:
        for question in (
            "When was the harbour built?",
            "Who is the harbour master?",
            f'<img src=x onerror="{HACK}"> $$x$$ **who** is the harbour master ${{{HACK}}}?',
        ):
            visit.ask(question)
            passages = visit.page.locator(".cb-passage p").all_inner_texts()
            assert any(" ".join(passage.split()) in " ".join(HOSTILE.split()) for passage in passages)
            assert f"Harbour <script>{HACK}</script><img src=x" in visit.sources, "the title is text as well"
            for selector in ("img", "script", "svg", "h1", "b", "strong", "em", "a", "code", "ol", ".katex"):
                for part in (".cb-sources", ".cb-answer", ".cb-asked"):
                    assert visit.page.locator(f"{part} {selector}").count() == 0, (part, selector)
            assert visit.page.evaluate("window.hacked") is None

    def test_a_question_that_cannot_be_asked(self, visit: Visit) -> None:
        assert "has no words" in visit.ask("?!")
        assert visit.ask("Who opened the Red Mill bakery?").startswith("Marta Lind"), "and it goes on"

    def test_another_tab_is_another_conversation(self, visit: Visit, browser: Browser, address: str) -> None:
        visit.ask("Who opened the Red Mill bakery?")
        other = Visit(browser, address)
        assert "Searched for" not in other.ask("When did she open it?")
        assert other.page.locator(".cb-answer").count() == 1
        other.context.close()

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    @pytest.mark.parametrize("width", [380, 768, 1280])
    def test_it_fits_and_can_be_read(self, browser: Browser, address: str, width: int, dark: bool) -> None:
        visit = Visit(browser, address, width=width, dark=dark)
        visit.ask("Who opened the Red Mill bakery?")
        assert visit.overflow() <= 0
        for selector in (".cb-header p", ".cb-said", ".cb-note", ".cb-place", ".cb-passage p", ".cb-sources mark"):
            contrast = visit.page.locator(selector).first.evaluate(CONTRAST)
            assert contrast >= 4.5, f"{selector} has a contrast of {contrast:.1f}"
        visit.context.close()


@pytest.mark.browser
def test_an_example_is_asked_with_one_click(browser: Browser, sample_assistant: Assistant) -> None:
    page = ui.serve(sample_assistant, "127.0.0.1", free_port("127.0.0.1", 0))
    try:
        visit = Visit(browser, page.local_url)
        visit.page.get_by_role("button", name="How many visitors came to Expo 2017?").click()
        assert "four million" in visit.reply()
        assert visit.page.locator(".cb-asked").inner_text() == "How many visitors came to Expo 2017?"
        visit.context.close()
    finally:
        page.close(verbose=False)


# The contrast of an element's text with the first opaque background behind it, as WCAG 2 defines it.
CONTRAST = """
element => {
  const parse = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  let behind = element, back = [0, 0, 0, 0];
  while (behind && (back = parse(getComputedStyle(behind).backgroundColor)).length === 4 && back[3] < 1)
    behind = behind.parentElement;
  const [a, b] = [light(parse(getComputedStyle(element).color)), light(back)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
"""
