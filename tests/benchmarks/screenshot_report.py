"""Take pictures of a report of questions: wide, narrow and dark, in headless Chromium.

    python -m tests.benchmarks.screenshot_report REPORT.html [--out FOLDER] [--first-screen]

Says in the end how many requests the page made, which must be none, and how far it is wider than the window.
"""

from __future__ import annotations

import argparse
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Request

VIEWS = {"wide": (1280, 900, "light"), "narrow": (380, 800, "light"), "dark": (1280, 900, "dark")}


def note(seen: list[str], request: Request) -> None:
    seen.append(request.url)


def main() -> None:
    parser = argparse.ArgumentParser(description="Take pictures of a report.")
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--first-screen", action="store_true", help="leave out what is seen only after scrolling")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (width, height, scheme) in VIEWS.items():
            requests: list[str] = []
            tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            tab.on("request", partial(note, requests))
            tab.goto(options.report.resolve().as_uri())
            over = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            picture = options.out / f"report-{name}.png"
            tab.screenshot(path=picture, full_page=not options.first_screen)
            print(f"{picture}: {len(requests) - 1} requests besides the page, {max(0, over)} pixels too wide")
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()
