"""The page and its command: it works in a real browser, keeps to itself and cannot be hijacked."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import pytest

import ui
from embeddings.sentence_transformer import SentenceEncoder
from qa.assistant import Assistant
from qa.library.library import Library
from qa.reader.copy_reader import CopyReader
from tests.ui.browser import Visit, served
from ui import free_port, header

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


def test_the_header_counts(assistant: Assistant, library: Library) -> None:
    assert "3 documents" in header(assistant.library)
    assert "0 documents" in header(library)
    library.add(text="One.", title="One")
    assert "1 document<" in header(library)


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
        said = (
            f"port {port} on 127.0.0.1: it and the ports after it are in use. Choose another with --port or --host.\n"
        )
        assert capsys.readouterr().err == f"The page cannot use {said}"

    def test_a_host_that_is_not_this_machine(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert ui.main(["--host", "192.0.2.1"]) == 2
        assert capsys.readouterr().err.startswith("The page cannot use port 7860 on 192.0.2.1: ")

    def test_no_library_there(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert ui.main(["--library", str(tmp_path / "typo"), "--port", "0"]) == 2
        assert "There is no library at" in capsys.readouterr().err
        assert not (tmp_path / "typo").exists(), "nothing is made where a name was mistyped"

    def test_a_home_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert ui.main(["--library", "~nobody-of-this-name/library", "--port", "0"]) == 2
        assert capsys.readouterr().err == "~nobody-of-this-name/library cannot be used: there is no such home folder.\n"

    def test_it_serves_on_the_next_free_port_and_warns_where_anyone_may_read(
        self, library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        answered: list[int] = []

        def visited(page: gr.Blocks) -> None:
            address = str(page.local_url)
            with urllib.request.urlopen(address.replace("0.0.0.0", "127.0.0.1")) as reply:
                answered.append(reply.status)
            page.close(verbose=False)

        library.add(text="The lease ends in May 2027.", title="Lease")
        monkeypatch.setattr(gr.Blocks, "block_thread", visited)
        caplog.set_level("INFO", "ui")
        with socket.create_server(("0.0.0.0", 0)) as taken:
            port = taken.getsockname()[1]
            words = ["--library", str(library.path), "--host", "0.0.0.0", "--port", str(port)]
            assert ui.main(words) == 0
            assert f"Port {port} is in use: using" in caplog.text
            assert "Anyone who can reach this machine" in caplog.text
            caplog.clear()
            assert ui.main([*words, "--auth", "ada:enigma"]) == 0
        assert "Anyone" not in caplog.text and "Citebound is running at" in caplog.text
        assert answered == [200, 200]

    @pytest.mark.parametrize("auth", ["ada", "ada:", ":enigma", ":"])
    def test_half_a_login_is_none(self, auth: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            ui.main([f"--auth={auth}"])
        assert "write it as user:password" in capsys.readouterr().err

    @pytest.mark.parametrize("port", ["x", "-1", "65536", "1.5"])
    def test_what_is_no_port(self, port: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            ui.main([f"--port={port}"])
        assert "is not a port" in capsys.readouterr().err


def test_only_what_is_for_programs_can_be_called_from_outside(assistant: Assistant) -> None:
    api = ui.build(assistant).get_api_info()
    assert set(api["named_endpoints"]) == {"/ask", "/search", "/documents"}
    assert api["unnamed_endpoints"] == {}


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with served(assistant) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    visit = Visit(browser, address)
    yield visit
    visit.close()


@pytest.mark.browser
class TestChat:
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
        assert visit.answers == 2, "the first answer is still there"

        visit.press("New conversation")
        visit.page.get_by_text("The passages quoted in an answer appear here").wait_for()
        assert visit.answers == 0
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
            if visit.page.locator(".cb-answer").last.locator(".cb-number").count():
                visit.page.locator(".cb-answer").last.locator(".cb-number").first.click()
                visit.page.get_by_role("heading", name="Reading").wait_for()
            for selector in (
                "img",
                "script",
                "svg",
                "h1",
                "b",
                "strong",
                "em",
                "a[href^=javascript]",
                "code",
                ".katex",
            ):
                for part in (".cb-sources", ".cb-answer", ".cb-asked"):
                    assert visit.page.locator(f"{part} {selector}").count() == 0, (part, selector)
            assert visit.page.evaluate("window.hacked") is None

    def test_a_question_that_cannot_be_asked(self, visit: Visit) -> None:
        assert "has no words" in visit.ask("?!")
        assert visit.ask("Who opened the Red Mill bakery?").startswith("Marta Lind"), "and it goes on"

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    @pytest.mark.parametrize("width", [380, 768, 1280])
    def test_it_fits_and_can_be_read(self, browser: Browser, address: str, width: int, dark: bool) -> None:
        visit = Visit(browser, address, width=width, dark=dark)
        visit.ask("Who opened the Red Mill bakery?")
        assert visit.overflow() <= 0
        for selector in (".cb-header p", ".cb-said", ".cb-foot", ".cb-place", ".cb-passage p", ".cb-sources mark"):
            contrast = visit.page.locator(selector).first.evaluate(CONTRAST)
            assert contrast >= 4.5, f"{selector} has a contrast of {contrast:.1f}"
        visit.close()


@pytest.mark.browser
def test_an_example_is_asked_with_one_click(browser: Browser, sample_assistant: Assistant) -> None:
    with served(sample_assistant) as address:
        visit = Visit(browser, address)
        example = visit.page.locator(".cb-chip").first
        example.wait_for()
        question = example.inner_text()
        example.click()
        assert "do not say" not in visit.reply(0)
        assert visit.page.locator(".cb-asked").inner_text() == question
        visit.close()


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
