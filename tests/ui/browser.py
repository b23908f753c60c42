"""A visitor of the page in headless Chromium, for the tests that need one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import ui
from qa.assistant import Assistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_QUIET = ("background-networking", "component-update", "sync")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", *(f"--disable-{what}" for what in _QUIET)]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; without one the test is skipped, but fails in CI."""
    path = shutil.which("chromium")
    if path is None:
        reason = "there is no chromium on this machine: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(assistant: Assistant, **options: Any) -> Iterator[str]:
    """Serve the page on a free port; yields its address."""
    page = ui.serve(assistant, ui.HOST, ui.free_port(ui.HOST, 0), **options)
    assert page.local_url is not None
    yield page.local_url
    page.close(verbose=False)


class Visit:
    """One person's browser on the page, with everything it asked the network for and every error it met."""

    def __init__(self, browser: Browser, address: str, width: int = 1280, dark: bool = False, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", **options
        )
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page: Page = self.open()

    def open(self) -> Page:
        """Open the page in a new tab of this browser."""
        page = self.context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self.address)
        self.ready(page)
        return page

    @staticmethod
    def ready(page: Page) -> None:
        """Wait until the page is there and listens."""
        page.get_by_label("Your question").wait_for()
        page.wait_for_function("() => window.citebound !== undefined")

    def close(self) -> None:
        """Leave, and hold the page to its word: no request to elsewhere, no error in its scripts."""
        self.context.close()
        outside = [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))]
        assert not outside, "the page asks nobody but itself"
        assert not self.errors

    def ask(self, question: str) -> str:
        """Ask as a person does, and return what the last answer says once it is there."""
        before = self.answers
        box = self.page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        return self.reply(before)

    def reply(self, before: int) -> str:
        """Wait for one answer more than there were, and return it."""
        self.page.wait_for_function(
            "before => document.querySelectorAll('.cb-answer').length > before", arg=before, timeout=60_000
        )
        return self.page.locator(".cb-answer").last.inner_text()

    def press(self, name: str) -> None:
        """Press the button with this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def tab(self, name: str) -> None:
        """Go to the tab with this name."""
        self.page.get_by_role("tab", name=name).click()

    @property
    def answers(self) -> int:
        """How many answers are shown."""
        return self.page.locator(".cb-answer").count()

    @property
    def sources(self) -> str:
        """What the pane beside the chat says."""
        return self.page.locator(".cb-sources").first.inner_text()

    @property
    def marks(self) -> list[str]:
        """The marked words in the pane beside the chat."""
        return self.page.locator(".cb-sources").first.locator("mark").all_inner_texts()

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
