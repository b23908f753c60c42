"""Take pictures of the page in headless Chromium, on the sample corpus and a few documents more.

    python -m tests.benchmarks.screenshot                # the picture in the README
    python -m tests.benchmarks.screenshot --all FOLDER   # every scene below, to be looked at

Says of each picture how many requests left this machine and how many pixels it is wider than its window: both must be
none.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ui
from qa.assistant import Assistant
from qa.library.default import sample_documents
from qa.library.library import Library

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

ANSWERED = ("When was Dimash Kudaibergen born?", "Who invited him to Singer 2017?")
UNANSWERABLE = "Who designed the flag of Kazakhstan?"
TOWER = "How many floors does the Kestrel Tower in Brandholm have?"
# Long enough that the upload is still under way when the picture is taken.
UPLOADS = {"year-book.txt": 1500, "minutes.txt": 40, "letters.txt": 40}


@dataclass(frozen=True, slots=True)
class Scene:
    """What to do on the page before the picture is taken, and how large the window is."""

    act: Callable[[Page], None]
    width: int = 1280
    height: int = 800
    dark: bool = False


def ask(page: Page, *questions: str) -> None:
    """Ask, and wait for each answer."""
    box = page.get_by_label("Your question")
    for question in questions:
        before = page.locator(".cb-answer").count()
        box.fill(question)
        box.press("Enter")
        page.locator(".cb-answer").nth(before).wait_for(timeout=120_000)


def read(page: Page) -> None:
    """Ask two questions and open the last citation."""
    ask(page, *ANSWERED)
    page.locator(".cb-answer").last.locator(".cb-number").first.click()
    page.get_by_role("heading", name="Reading").wait_for()


def refused(page: Page) -> None:
    """Ask what the documents do not say."""
    ask(page, UNANSWERABLE)


def disagreeing(page: Page) -> None:
    """Ask what two documents say differently."""
    ask(page, TOWER)


def library(page: Page) -> None:
    """Open the library, and be asked whether to remove a document."""
    page.get_by_role("tab", name="Library").click()
    page.locator("[data-do=remove]").first.click()
    page.get_by_role("button", name="Keep").wait_for()


def uploading(page: Page) -> None:
    """Send several files, one of them a program, and do not wait until they are added."""
    page.get_by_role("tab", name="Library").click()
    files: list[FilePayload] = [
        {"name": name, "mimeType": "text/plain", "buffer": _minutes(count)} for name, count in UPLOADS.items()
    ]
    files.insert(0, {"name": "tool.pdf", "mimeType": "application/pdf", "buffer": b"\x7fELF\x02\x01\x01" + bytes(200)})
    page.locator("input[type=file]").set_input_files(files)
    page.locator(".cb-report .cb-failed").wait_for()
    page.wait_for_timeout(1000)


def settings(page: Page) -> None:
    """Open the settings."""
    page.get_by_role("tab", name="Settings").click()
    page.get_by_text("Passages to read").wait_for()


README = Scene(read)
SCENES = {
    "empty": Scene(lambda page: None),
    "wide": README,
    "narrow": Scene(read, width=380),
    "dark": Scene(read, dark=True),
    "no-answer": Scene(refused),
    "no-answer-narrow-dark": Scene(refused, width=380, dark=True),
    "disagreement": Scene(disagreeing),
    "disagreement-narrow": Scene(disagreeing, width=380),
    "library": Scene(library),
    "library-narrow": Scene(library, width=380),
    "upload": Scene(uploading),
    "settings": Scene(settings, dark=True),
}


def _minutes(count: int) -> bytes:
    lines = (f"On day {day} the council of Velden met and spoke of matter {day * 7}.\n\n" for day in range(count))
    return "".join(lines).encode()


def photograph(browser: Browser, address: str, scene: Scene, path: Path, scale: float) -> str:
    """Act a scene, save the picture and return a line about it."""
    requests: list[str] = []
    page = browser.new_page(
        viewport={"width": scene.width, "height": scene.height},
        device_scale_factor=scale,
        color_scheme="dark" if scene.dark else "light",
    )
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    page.get_by_label("Your question").wait_for()
    page.wait_for_function("() => window.citebound !== undefined")
    scene.act(page)
    if scene.act is not uploading:
        page.wait_for_timeout(1500)  # until it has scrolled to the end, and the examples are there
    page.screenshot(path=path)
    if scene.act is uploading:  # the library is closed afterwards
        page.locator(".cb-report .cb-done").nth(len(UPLOADS) - 1).wait_for(timeout=120_000)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()
    outside = [url for url in requests if not url.startswith((address, "data:", "blob:"))]
    return f"{path}: {path.stat().st_size / 1000:.0f} kB, {len(outside)} requests to elsewhere, {over} pixels too wide"


def main() -> None:
    parser = argparse.ArgumentParser(description="Take pictures of the page.")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="take every scene, into this folder")
    parser.add_argument("--scene", choices=list(SCENES), nargs="+", help="only these scenes")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("page.png"))
    parser.add_argument("--scale", type=float, default=1.4, help="pixels of the picture for one of the page")
    options = parser.parse_args()
    pictures = {options.out: README}
    if options.all:
        options.all.mkdir(parents=True, exist_ok=True)
        pictures = {options.all / f"{name}.png": SCENES[name] for name in options.scene or SCENES}
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        documents = Library(folder)
        documents.add_documents(sample_documents())
        if options.all:
            for year, floors in ((2018, "twelve"), (2021, "fifteen")):
                text = f"The Kestrel Tower in Brandholm has {floors} floors. It stands beside the old harbour."
                documents.add(text=text, title=f"The Kestrel Tower, {year}", date=f"{year}-05-02")
        page = ui.serve(Assistant(documents), ui.HOST, ui.free_port(ui.HOST, 0))
        assert page.local_url is not None
        for path, scene in pictures.items():
            print(photograph(browser, page.local_url, scene, path, options.scale), flush=True)
        browser.close()
        page.close(verbose=False)
        documents.close()


if __name__ == "__main__":
    main()
