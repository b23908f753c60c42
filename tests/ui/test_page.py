"""What a person can do on the page, point by point, in headless Chromium with the real models."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import ui
from qa.assistant import Assistant
from qa.library.library import Library
from qa.reader.copy_reader import CopyReader
from tests.conftest import ROOT
from tests.ui.browser import Visit, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio"),
]

BAKERY = (
    "Marta Lind opened the Red Mill bakery on 4 May 1998 in the town of Velden. It burned down in 2011, and she built "
    "it up again within a year.\n\nThe bakery sells about 900 loaves of rye bread a day.\n\n"
    "Its oldest oven weighs 3 tonnes."
)
# Reads as slowly as a weak machine does.
SLOW_SERVER = """
import sys, time
import ui
from qa.assistant import Assistant
assistant = Assistant(sys.argv[1])
read = assistant.reader.read
assistant.reader.read = lambda *given, **options: (time.sleep(4), read(*given, **options))[1]
page = ui.serve(assistant, ui.HOST, int(sys.argv[2]))
print("ready", flush=True)
page.block_thread()
"""
READ = "When did Marta Lind open the Red Mill bakery?"


@pytest.fixture
def assistant(library: Library, reader: CopyReader) -> Assistant:
    """An assistant whose small library the test may change."""
    library.add(text=BAKERY, title="The Red Mill bakery", date="2019-03-02")
    library.add(text="Velden has a library with 12,000 books. Its librarian is Odo Brandt.", title="Velden's library")
    return Assistant(library, reader=reader)


@pytest.fixture
def visit(browser: Browser, assistant: Assistant) -> Iterator[Visit]:
    with served(assistant) as address:
        visit = Visit(browser, address)
        yield visit
        visit.close()


def slowly(assistant: Assistant, monkeypatch: pytest.MonkeyPatch, seconds: float = 3) -> None:
    """Make reading take longer, as a weak machine does, so that the test can see the stages."""
    read = assistant.reader.read

    def slow(*arguments: Any, **options: Any) -> Any:
        time.sleep(seconds)
        return read(*arguments, **options)

    monkeypatch.setattr(assistant.reader, "read", slow)


class TestChat:
    def test_the_stages_show_as_they_happen(
        self, visit: Visit, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slowly(assistant, monkeypatch, 8)
        box = visit.page.get_by_label("Your question")
        box.fill(READ)
        box.press("Enter")
        visit.page.get_by_text("Reading passages").wait_for()
        visit.page.get_by_role("button", name="Stop").wait_for()
        assert "4 May 1998" in visit.reply(0)
        assert visit.page.locator(".cb-stage").count() == 0
        assert visit.page.get_by_role("button", name="Ask", exact=True).is_visible()

    def test_the_confidence_is_a_word_with_the_number_on_hover(self, visit: Visit) -> None:
        visit.ask(READ)
        said = visit.page.locator(".cb-sure")
        assert said.inner_text() in ("Sure", "Fairly sure", "Not sure")
        assert re.match(r"\d+% confident: ", said.get_attribute("title") or "")

    def test_stop_keeps_what_was_there(
        self, visit: Visit, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        visit.ask(READ)
        slowly(assistant, monkeypatch, 3)
        box = visit.page.get_by_label("Your question")
        box.fill("How many books does the library have?")
        box.press("Enter")
        visit.page.get_by_text("Reading passages").wait_for()
        visit.press("Stop")
        visit.page.get_by_role("button", name="Ask", exact=True).wait_for()
        visit.page.wait_for_timeout(3500)
        assert visit.answers == 1, "the stopped question gets no answer later"
        assert visit.page.get_by_label("Your question").input_value() == "How many books does the library have?"
        monkeypatch.undo()
        assert "12,000" in visit.ask("How many books does the library have?"), "and it goes on"

    def test_retry_undo_and_clear(self, visit: Visit) -> None:
        visit.ask(READ)
        visit.ask("Who is the librarian of Velden?")
        visit.press("Undo")
        visit.page.wait_for_function("() => document.querySelectorAll('.cb-answer').length === 1")
        assert visit.page.get_by_label("Your question").input_value() == "Who is the librarian of Velden?"
        visit.page.get_by_label("Your question").fill("")
        visit.press("Retry")
        visit.page.wait_for_timeout(300)
        assert "4 May 1998" in visit.reply(0)
        assert visit.answers == 1, "the question is asked again, not once more"
        visit.press("Clear")
        visit.page.get_by_text("Ask your documents.").wait_for()

    def test_copy_takes_the_citation_along(self, browser: Browser, assistant: Assistant) -> None:
        with served(assistant) as address:
            visit = Visit(browser, address, permissions=["clipboard-read", "clipboard-write"])
            visit.ask(READ)
            visit.press("Copy")
            visit.page.get_by_role("button", name="Copied").wait_for()
            copied = visit.page.evaluate("navigator.clipboard.readText()")
            assert copied.splitlines()[0].endswith("4 May 1998 [1]")
            assert "The Red Mill bakery, 2019-03-02; text:The Red Mill bakery" in copied
            visit.close()

    def test_a_refusal_offers_the_closest_passages_and_what_to_try(self, visit: Visit) -> None:
        reply = visit.ask("Who won the chess championship of 1972?")
        assert "Try other words" in reply
        assert "Closest passages, not an answer" in reply
        visit.page.locator(".cb-closest-list button").first.click()
        visit.page.get_by_role("heading", name="Reading").wait_for()
        assert visit.page.locator(".cb-sources").first.locator(".cb-framed").count() == 1
        assert visit.marks == [], "nothing in it is an answer"

    def test_a_very_long_question_is_refused_with_a_sentence_and_not_lost(self, visit: Visit) -> None:
        long = "Why is the mill red? " * 5000
        assert "at most 1,000 are read" in visit.ask(long)
        assert visit.page.get_by_label("Your question").input_value().startswith("Why is the mill red?")
        assert visit.overflow() <= 0


class TestSources:
    def test_a_citation_opens_its_document_at_the_span(self, visit: Visit) -> None:
        visit.ask(READ)
        visit.page.get_by_role("button", name="Source 1: open The Red Mill bakery").first.click()
        visit.page.get_by_role("heading", name="Reading").wait_for()
        assert visit.marks == [visit.page.locator(".cb-quote").inner_text()]
        assert "oldest oven weighs 3 tonnes" in visit.sources, "the neighbours are there"
        visit.press("All sources")
        visit.page.get_by_role("heading", name="Sources").wait_for()

    def test_it_scrolls_to_the_span_of_a_long_document(self, visit: Visit, assistant: Assistant) -> None:
        filler = "\n\n".join(f"Nothing of note happened in week {week} of that year." for week in range(150))
        assistant.library.add(text=f"{filler}\n\nThe ferry Undine sank on 3 March 1954.\n\n{filler}", title="Logbook")
        visit.ask("When did the ferry Undine sink?")
        visit.page.get_by_role("button", name="Source 1: open Logbook").first.click()
        mark = visit.page.locator(".cb-document mark")
        mark.wait_for()
        visit.page.wait_for_function(
            "() => { const mark = document.querySelector('.cb-document mark'), inner = mark.getBoundingClientRect(),"
            " outer = mark.closest('.cb-document').getBoundingClientRect();"
            " return inner.top >= outer.top && inner.bottom <= outer.bottom; }"
        )

    def test_an_older_answer_keeps_its_sources(self, visit: Visit) -> None:
        visit.ask(READ)
        visit.ask("Who is the librarian of Velden?")
        assert visit.marks == ["Odo Brandt"]
        visit.page.locator(".cb-number").first.click()
        visit.page.get_by_role("heading", name="The Red Mill bakery").wait_for()
        assert "4 May 1998" in visit.marks[0]

    def test_several_citations_have_several_colours(self, visit: Visit, assistant: Assistant) -> None:
        assistant.library.add(text="The choir sang in Ghent. Its members are Ann, Bo and Cleo.", title="Choir")
        assistant.library.add(text="The red mill was opened on 4 May 1998 by Marta Lind.", title="Mills of Velden")
        visit.ask(READ)
        visit.page.get_by_text("Also said in").first.wait_for()
        marks = visit.page.locator(".cb-sources").first.locator("mark")
        colours = {marks.nth(n).evaluate("m => getComputedStyle(m).backgroundColor") for n in range(marks.count())}
        assert len(colours) >= 2

    def test_sources_that_disagree_stand_side_by_side(self, visit: Visit, assistant: Assistant) -> None:
        for year, floors in ((2018, "twelve"), (2021, "fifteen")):
            text = f"The Kestrel Tower in Brandholm has {floors} floors. It stands beside the old harbour."
            assistant.library.add(text=text, title=f"The Kestrel Tower, {year}", date=f"{year}-05-02")
        reply = visit.ask("How many floors does the Kestrel Tower in Brandholm have?")
        assert reply.startswith("Your documents disagree:")
        cards = visit.page.locator(".cb-disagree li")
        assert cards.count() == 2
        said = {card.split("\n")[0]: card for card in cards.all_inner_texts()}
        assert "twelve" in said["2018-05-02"]
        assert "fifteen" in said["2021-05-02"]
        cards.nth(1).locator(".cb-number").click()
        visit.page.get_by_role("heading", name="Reading").wait_for()
        assert visit.marks == [cards.nth(1).locator(".cb-quote").inner_text()]

    def test_a_citation_of_a_removed_document_says_so(self, visit: Visit, assistant: Assistant) -> None:
        visit.ask(READ)
        assistant.library.remove("The Red Mill bakery")
        visit.page.locator(".cb-number").first.click()
        visit.page.get_by_text("is no longer in this library").wait_for()
        assert visit.answers == 1, "what was said stays"

    def test_the_original_opens_where_it_is_still_there(
        self, visit: Visit, assistant: Assistant, tmp_path: Path
    ) -> None:
        file = tmp_path / "oven.html"
        file.write_text("<h1>Oven</h1><p>The oven of Brno weighs 77 tonnes.</p><script>window.ran=1</script>")
        assistant.library.add(file)
        visit.ask("How much does the oven of Brno weigh?")
        visit.page.locator(".cb-number").first.click()
        link = visit.page.get_by_role("link", name="Open the original")
        with visit.context.expect_page() as opened:
            link.click()
        page = opened.value
        page.wait_for_load_state()
        assert "77 tonnes" in page.inner_text("body")
        page.close()
        file.unlink()
        visit.press("All sources")
        visit.page.locator(".cb-number").first.click()
        visit.page.get_by_role("heading", name="Reading").wait_for()
        assert link.count() == 0

    def test_asking_within_chosen_documents_and_dates(self, visit: Visit) -> None:
        visit.page.get_by_text("Where to look: everywhere").click()
        chooser = visit.page.get_by_label("Only in these documents")
        chooser.click()
        visit.page.get_by_role("option", name="Velden's library").click()
        visit.page.get_by_text("Where to look: “Velden's library”").wait_for()
        reply = visit.ask(READ)
        assert "do not say" in reply
        assert "You searched only in “Velden's library”. Try all documents." in reply
        chooser.press("Backspace")
        visit.page.get_by_text("Where to look: everywhere").wait_for()
        visit.page.get_by_label("From", exact=True).fill("2019")
        visit.page.get_by_text("Where to look: documents dated 2019 or later").wait_for()
        assert "4 May 1998" in visit.ask(READ)
        visit.page.get_by_label("From", exact=True).fill("last year")
        assert "'last year' is not a date" in visit.ask(READ)


class TestLibrary:
    def test_uploads_are_added_and_each_failure_is_named(
        self, visit: Visit, assistant: Assistant, tmp_path: Path
    ) -> None:
        files = []
        for name, content in (
            ("cellar.txt", b"The cellar of Velden holds 412 bottles of wine."),
            ("program.pdf", b"\x7fELF\x02\x01\x01" + bytes(200)),
            ("empty.txt", b""),
        ):
            files.append(tmp_path / name)
            files[-1].write_bytes(content)
        visit.tab("Library")
        visit.page.locator("input[type=file]").set_input_files(files)
        visit.page.locator(".cb-report .cb-failed").nth(1).wait_for()
        said = visit.page.locator(".cb-report").inner_text()
        assert "Added cellar.txt" in said
        assert re.search(r"Not added program\.pdf\s+program\.pdf is a program", said)
        assert re.search(r"Not added empty\.txt\s+.*is empty: add some text", said)
        visit.page.locator(".cb-documents").get_by_text("cellar.txt").wait_for()
        visit.page.locator(".cb-count").get_by_text("3 documents").wait_for()
        assert [d.source for d in assistant.library.documents() if "cellar" in d.source] == ["upload:cellar.txt"]
        assert assistant.library.refresh().removed == []
        visit.tab("Ask")
        assert visit.ask("How many bottles of wine does the cellar hold?").startswith("412"), "at once"

    def test_a_name_that_climbs_out_stays_in(self, visit: Visit, assistant: Assistant, tmp_path: Path) -> None:
        visit.tab("Library")
        bad: FilePayload = {"name": "../../evil.txt", "mimeType": "text/plain", "buffer": b"The password is swordfish."}
        visit.page.locator("input[type=file]").set_input_files([bad])
        visit.page.locator(".cb-report .cb-done").wait_for()
        assert not list(tmp_path.parent.glob("evil.txt"))
        (source,) = [d.source for d in assistant.library.documents() if "evil" in d.source]
        assert source == "upload:evil.txt"

    def test_find_open_and_remove(self, visit: Visit, assistant: Assistant) -> None:
        visit.tab("Library")
        visit.page.get_by_label("Find a document").fill("bakery 2019")
        visit.page.get_by_text("1 of 2 documents").wait_for()
        visit.page.get_by_role("button", name="The Red Mill bakery", exact=True).click()
        visit.page.get_by_role("heading", name="The Red Mill bakery").wait_for()
        visit.press("Remove The Red Mill bakery")
        visit.page.get_by_text("Remove The Red Mill bakery and its").wait_for()
        visit.press("Keep")
        visit.page.get_by_text("Remove The Red Mill bakery and its").wait_for(state="hidden")
        assert len(assistant.library.documents()) == 2
        visit.press("Remove The Red Mill bakery")
        visit.page.get_by_text("Remove The Red Mill bakery and its").wait_for()
        visit.press("Remove")
        visit.page.get_by_text("Removed “The Red Mill bakery”").wait_for()
        assert [d.title for d in assistant.library.documents()] == ["Velden's library"]
        visit.tab("Ask")
        assert "do not say" in visit.ask(READ), "at once"

    def test_a_folder_is_added_and_refreshed(self, visit: Visit, assistant: Assistant, tmp_path: Path) -> None:
        notes = tmp_path / "notes"
        notes.mkdir()
        (notes / "a.txt").write_text("The lighthouse keeper is called Bruno Falk.")
        visit.tab("Library")
        visit.page.get_by_text("Add a folder on this machine").click()
        visit.page.get_by_label("Folder or file").fill(str(notes))
        visit.press("Add")
        visit.page.get_by_text("Added a.txt").wait_for()
        (notes / "a.txt").unlink()
        visit.press("Refresh")
        visit.page.get_by_text("Removed (the file is gone) a.txt").wait_for()
        visit.page.get_by_label("Folder or file").fill(str(tmp_path / "nowhere"))
        visit.press("Add")
        visit.page.locator(".cb-report .cb-failed").get_by_text("nowhere").first.wait_for()

    def test_another_library_is_made_and_opened(self, visit: Visit, tmp_path: Path) -> None:
        visit.tab("Library")
        visit.page.get_by_text("Open or create another library").click()
        folder = visit.page.get_by_label("The library's folder")
        folder.fill(str(tmp_path / "second"))
        visit.press("Open")
        visit.page.get_by_text("There is no library at").wait_for()
        visit.press("Create")
        visit.page.get_by_text(f"Opened {tmp_path / 'second'}.").wait_for()
        visit.page.get_by_text("No documents yet").wait_for()
        visit.page.locator(".cb-count").get_by_text("0 documents").wait_for()
        visit.tab("Ask")
        assert "no documents yet" in visit.ask(READ)

    def test_a_library_locked_by_another_process_is_told(
        self, visit: Visit, assistant: Assistant, tmp_path: Path
    ) -> None:
        other = sqlite3.connect(assistant.library.path / "library.sqlite")
        other.execute("BEGIN EXCLUSIVE")
        try:
            visit.tab("Library")
            file = tmp_path / "late.txt"
            file.write_text("Too late.")
            visit.page.locator("input[type=file]").set_input_files(file)
            failed = visit.page.locator(".cb-report .cb-failed")
            failed.wait_for(timeout=60_000)
            assert "late.txt" in failed.inner_text()
            assert "Traceback" not in failed.inner_text()
            assert re.search("in use|locked|busy", failed.inner_text())
        finally:
            other.rollback()
            other.close()
        visit.page.locator("input[type=file]").set_input_files(file)
        visit.page.get_by_text("Added late.txt").wait_for()

    def test_a_file_that_is_far_too_large_is_told(
        self, browser: Browser, assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ui, "LARGEST_UPLOAD", "1mb")  # the same path as 100 MB, in less time
        big = tmp_path / "big.txt"
        big.write_bytes(b"A line of text.\n" * 200_000)
        with served(assistant) as address:
            visit = Visit(browser, address)
            visit.tab("Library")
            visit.page.locator("input[type=file]").set_input_files(big)
            visit.page.get_by_text(re.compile("size", re.I)).first.wait_for()
            assert len(assistant.library.documents()) == 2
            visit.context.close()


class TestMemory:
    def test_the_conversation_outlives_a_reload_and_the_server(self, browser: Browser, assistant: Assistant) -> None:
        with served(assistant) as address:
            visit = Visit(browser, address)
            visit.ask(READ)
            visit.press("New conversation")
            visit.page.get_by_text("Ask your documents.").wait_for()
            visit.ask("Who is the librarian of Velden?")
            visit.page.reload()
            visit.page.get_by_text("Odo Brandt").first.wait_for()
            assert visit.marks == ["Odo Brandt"], "with its sources"
        port = int(address.rsplit(":", 1)[1].strip("/"))
        page = ui.serve(assistant, ui.HOST, port)
        try:
            visit.page.reload()
            visit.ready(visit.page)
            visit.page.get_by_text("Odo Brandt").first.wait_for()
            visit.page.get_by_label("Conversations").click()
            visit.page.get_by_role("option", name=READ).click()
            visit.page.get_by_text("4 May 1998").first.wait_for()
            reply = visit.ask("Where did she open it?")
            assert "Velden" in reply, "and it goes on where it was"
        finally:
            visit.context.close()
            page.close(verbose=False)

    def test_retry_keeps_the_turns_before_and_every_other_conversation(self, visit: Visit) -> None:
        visit.ask(READ)
        visit.press("New conversation")
        visit.page.get_by_text("Ask your documents.").wait_for()
        visit.ask("How many books does the library of Velden have?")
        visit.ask("Who is the librarian of Velden?")
        answered = visit.page.evaluate("document.querySelectorAll('.cb-answer').length")
        visit.page.evaluate("document.querySelector('.cb-log').dataset.old = 'yes'")
        visit.press("Retry")
        visit.page.wait_for_function(
            "before => !document.querySelector('.cb-log').dataset.old"
            " && document.querySelectorAll('.cb-answer').length === before"
            " && !document.querySelector('.cb-stage')",
            arg=answered,
        )

        def all_there() -> None:
            visit.page.get_by_text("Odo Brandt").first.wait_for()
            assert visit.page.locator(".cb-asked").all_inner_texts() == [
                "How many books does the library of Velden have?",
                "Who is the librarian of Velden?",
            ]

        all_there()
        visit.page.reload()
        visit.ready(visit.page)
        all_there()
        visit.page.get_by_label("Conversations").click()
        visit.page.get_by_role("option", name=READ).click()
        visit.page.get_by_text("4 May 1998").first.wait_for()
        assert visit.answers == 1

    def test_damaged_memory_is_a_new_conversation(self, visit: Visit) -> None:
        visit.ask(READ)
        visit.page.evaluate("localStorage.setItem('citebound-conversations', 'rubbish')")
        visit.page.reload()
        visit.ready(visit.page)
        assert visit.ask(READ).startswith("4 May 1998") or "4 May 1998" in visit.ask(READ)

    def test_settings_are_kept_and_used(self, visit: Visit) -> None:
        visit.tab("Settings")
        stored = "localStorage.getItem('citebound-settings')"
        before = visit.page.evaluate(stored)
        visit.page.get_by_label("Bold: always show the best guess").check()
        visit.page.wait_for_function(f"before => {stored} !== before", arg=before)
        visit.page.reload()
        visit.ready(visit.page)
        visit.tab("Settings")
        visit.page.wait_for_function("() => document.querySelectorAll('input[type=radio]')[2].checked")
        visit.tab("Ask")
        assert "do not say" not in visit.ask("Who won the chess championship of 1972?")

    @pytest.mark.parametrize("kind", ["Markdown", "JSON"])
    def test_export(self, visit: Visit, kind: str, tmp_path: Path) -> None:
        visit.ask(READ)
        with visit.page.expect_download() as downloading:
            visit.press(f"Export {kind}")
        path = tmp_path / downloading.value.suggested_filename
        downloading.value.save_as(path)
        text = path.read_text(encoding="utf-8")
        if kind == "JSON":
            (citation,) = json.loads(text)["turns"][0]["citations"]
            assert BAKERY[citation["start"] : citation["end"]] == citation["quote"]
        else:
            assert f"## {READ}" in text
            assert "(The Red Mill bakery, 2019-03-02; text:The Red Mill bakery" in text

    def test_a_complaint_becomes_a_test(self, visit: Visit, assistant: Assistant) -> None:
        visit.ask(READ)
        visit.page.get_by_role("button", name="This answer is right").click()
        visit.page.get_by_text("Saved in the library").first.wait_for()
        assert visit.page.get_by_role("button", name="This answer is right").get_attribute("aria-pressed") == "true"
        visit.ask("Who is the librarian of Velden?")
        visit.page.get_by_role("button", name="This answer is wrong").last.click()
        visit.page.get_by_label("What is the right answer?").fill("It is Ida Brandt since May.")
        visit.press("Save")
        visit.page.get_by_role("button", name="This answer is wrong").last.wait_for()
        visit.page.wait_for_function("() => document.querySelectorAll('[aria-pressed=true]').length === 2")
        up, down = assistant.library.feedback.verdicts()
        assert (up.question, up.thumb) == (READ, "up")
        assert "4 May 1998" in up.answer
        assert (down.thumb, down.note) == ("down", "It is Ida Brandt since May.")


class TestServing:
    def test_people_do_not_see_each_other(self, browser: Browser, visit: Visit) -> None:
        visit.ask(READ)
        other = Visit(browser, visit.address)
        assert other.answers == 0
        assert "Searched for" not in other.ask("When did she open it?")
        assert other.answers == 1
        other.close()

    def test_a_password_is_asked_for(self, browser: Browser, assistant: Assistant) -> None:
        with served(assistant, auth=("ada", "enigma")) as address:
            context = browser.new_context()
            page = context.new_page()
            page.goto(address)
            page.get_by_label("username").wait_for()
            identity = assistant.library.documents()[0].id
            assert context.request.get(f"{address}original/{identity}").status == 401
            page.get_by_label("username").fill("ada")
            page.get_by_label("password").fill("wrong")
            page.get_by_role("button", name="Login").click()
            page.get_by_text("Incorrect").wait_for()
            page.get_by_label("username").fill("ada")  # Gradio has emptied it
            page.get_by_label("password").fill("enigma")
            page.get_by_role("button", name="Login").click()
            page.get_by_label("Your question").wait_for()
            assert context.request.get(f"{address}original/{identity}").status == 404, "a text has no file"
            context.close()

    def test_read_only_hides_what_changes_the_library(self, browser: Browser, assistant: Assistant) -> None:
        with served(assistant, read_only=True) as address:
            visit = Visit(browser, address)
            assert "4 May 1998" in visit.ask(READ)
            assert visit.page.get_by_role("button", name="This answer is wrong").count() == 0
            visit.tab("Library")
            visit.page.locator(".cb-documents").wait_for()
            assert visit.page.locator("[data-do=remove]").count() == 0
            assert visit.page.locator("input[type=file]").count() == 0
            for name in ("Refresh", "Add", "Open", "Create"):
                assert visit.page.get_by_role("button", name=name, exact=True).count() == 0
            visit.close()

    def test_too_many_at_once_are_told_so_and_lose_nothing(
        self, browser: Browser, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("qa.page.jobs.AT_ONCE", 1)
        monkeypatch.setattr("qa.page.jobs.WAITING", 0)
        with served(assistant) as address:
            first, second = Visit(browser, address), Visit(browser, address)
            for visit in (first, second):  # the examples are asked in the same queue
                visit.page.locator(".cb-chip").first.wait_for()
            slowly(assistant, monkeypatch, 4)
            box = first.page.get_by_label("Your question")
            box.fill(READ)
            box.press("Enter")
            first.page.get_by_text("Reading passages").wait_for()
            assert "Many people are asking right now" in second.ask(READ)
            assert second.page.get_by_label("Your question").input_value() == READ
            assert "4 May 1998" in first.reply(0)
            assert "4 May 1998" in second.ask(READ), "a moment later"
            first.close()
            second.close()

    def test_a_server_killed_in_the_middle_loses_nothing(self, browser: Browser, assistant: Assistant) -> None:
        port = ui.free_port(ui.HOST, 0)
        server = subprocess.Popen(
            [sys.executable, "-c", SLOW_SERVER, str(assistant.library.path), str(port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            visit = Visit(browser, f"http://{ui.HOST}:{port}/")
            visit.ask(READ)
            box = visit.page.get_by_label("Your question")
            box.fill("Who is the librarian of Velden?")
            box.press("Enter")
            visit.page.get_by_text("Reading passages").wait_for()
            visit.page.wait_for_timeout(500)
        finally:
            server.kill()
            server.wait()
        visit.page.get_by_text("Connection to the server was lost").first.wait_for()
        assert visit.answers == 1, "what was said is still there"
        page = ui.serve(assistant, ui.HOST, port)
        try:
            visit.page.reload()
            visit.ready(visit.page)
            visit.page.get_by_text("4 May 1998").first.wait_for()
            visit.page.wait_for_function(
                "() => document.querySelector('.cb-box textarea').value === 'Who is the librarian of Velden?'"
            )
            box.press("Enter")
            assert "Odo Brandt" in visit.reply(1), "what got no answer can be asked again"
        finally:
            visit.context.close()
            page.close(verbose=False)


class TestAccessibility:
    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_axe_finds_no_serious_fault(self, browser: Browser, sample_assistant: Assistant, dark: bool) -> None:
        from axe_playwright_python.sync_playwright import Axe

        def faults(visit: Visit, where: str) -> list[str]:
            found = Axe().run(visit.page).response["violations"]
            return [
                f"{where}: {fault['id']}: {node['html'][:120]}"
                for fault in found
                if fault["impact"] in ("serious", "critical")
                for node in fault["nodes"]
            ]

        with served(sample_assistant) as address:
            visit = Visit(browser, address, dark=dark)
            assert faults(visit, "empty") == []
            visit.ask("When was Dimash Kudaibergen born?")
            visit.ask("Who won the chess championship of 1972?")
            visit.page.get_by_text("Where to look").click()
            visit.page.locator(".cb-number").first.click()
            visit.page.get_by_role("heading", name="Reading").wait_for()
            visit.page.wait_for_timeout(500)
            assert faults(visit, "asked") == []
            visit.tab("Library")
            visit.page.locator("[data-do=remove]").first.click()
            visit.page.get_by_role("button", name="Keep").wait_for()
            assert faults(visit, "library") == []
            visit.tab("Settings")
            visit.page.get_by_text("Passages to read").wait_for()
            assert faults(visit, "settings") == []
            visit.close()

    def test_the_keyboard_reaches_a_citation(self, visit: Visit) -> None:
        visit.ask(READ)
        visit.page.locator(".cb-log").focus()
        for _ in range(3):
            visit.page.keyboard.press("Tab")
            if visit.page.evaluate("document.activeElement.dataset.do") == "cite":
                break
        visit.page.keyboard.press("Enter")
        visit.page.get_by_role("heading", name="Reading").wait_for()

    def test_narrow_and_dark_it_fits_everywhere(self, browser: Browser, assistant: Assistant) -> None:
        with served(assistant) as address:
            visit = Visit(browser, address, width=380, dark=True)
            visit.ask(READ)
            visit.page.locator(".cb-number").first.click()
            visit.page.get_by_role("heading", name="Reading").wait_for()
            assert visit.overflow() <= 0
            for tab in ("Library", "Settings"):
                visit.tab(tab)
                visit.page.wait_for_timeout(300)
                assert visit.overflow() <= 0, tab
                wider = "all => all.filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1).length"
                assert visit.page.locator(".column").evaluate_all(wider) == 0, f"{tab}: nothing is cut off at the side"
            visit.close()
