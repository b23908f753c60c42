"""Take the picture of the page that the README shows: the sample corpus, two questions, one citation clicked.

    python -m tests.benchmarks.screenshot [--out PICTURE] [--width 1280] [--dark] [QUESTION ...]

Says in the end how many requests left this machine, which must be none.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import ui
from qa.assistant import Assistant
from qa.default import sample_documents
from qa.library import Library

QUESTIONS = ["When was Dimash Kudaibergen born?", "Who invited him to Singer 2017?"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Take a picture of the page.")
    parser.add_argument("questions", nargs="*", default=QUESTIONS, metavar="QUESTION")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("page.png"))
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--scale", type=float, default=1.4, help="pixels of the picture for one of the page")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--sources", dest="read", action="store_false", help="do not open the last citation")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        library.add_documents(sample_documents())
        page = ui.serve(Assistant(library), ui.HOST, ui.free_port(ui.HOST, 0))
        outside = photograph(page.local_url, options)
        page.close(verbose=False)
        library.close()
    print(f"{options.out}: {options.out.stat().st_size / 1000:.0f} kB, {len(outside)} requests to elsewhere {outside}")


def photograph(address: str, options: argparse.Namespace) -> list[str]:
    """Ask the questions, save the picture, and return every address that was asked for and is not the page's own."""
    from playwright.sync_api import sync_playwright

    requests: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page(
            viewport={"width": options.width, "height": options.height},
            device_scale_factor=options.scale,
            color_scheme="dark" if options.dark else "light",
        )
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(address)
        box = tab.get_by_label("Your question")
        for number, question in enumerate(options.questions, 1):
            box.fill(question)
            box.press("Enter")
            # Only a finished answer has paragraphs of another kind than the note that it is being read.
            tab.locator(".cb-answer").nth(number - 1).wait_for(timeout=120_000)
        if options.read:
            tab.locator(".cb-answer").last.locator(".cb-number").first.click()
            tab.get_by_role("heading", name="Reading").wait_for()
        tab.wait_for_timeout(1500)  # until it has scrolled to the end, and the examples are there
        tab.screenshot(path=options.out)
        browser.close()
    return [url for url in requests if not url.startswith((address, "data:", "blob:"))]


if __name__ == "__main__":
    main()
