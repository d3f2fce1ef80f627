"""`make pictures`: play the demo and photograph it for the README.

Needs Chromium. The demo runs on a free port with data of its own, which is gone after.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

from scripts.demo.playing import find_browser, playing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from scripts.demo.playing import Playing

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
COLUMNS, SHOWN_LINES = 96, 33
SHEET = """<pre style="width: fit-content; margin: 0; padding: 20px; background: #fff; color: #111;
font: 14px/1.45 'DejaVu Sans Mono', Menlo, monospace">{code}</pre>"""


def main() -> int:
    chromium = find_browser()
    if chromium is None:
        print("Chromium is needed: apt-get install chromium", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="tillhouse-pictures-") as folder,
        playing(Path(folder), columns=COLUMNS) as demo,
        sync_playwright() as playwright,
    ):
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        photograph_office(browser, demo)
        photograph_terminal(browser, demo)
        browser.close()
    return 0


def photograph_office(browser: Browser, demo: Playing) -> None:
    """The manager's home page."""
    page = browser.new_page(viewport={"width": 1360, "height": 860}, device_scale_factor=1.5)
    page.goto(f"{demo.base_url}/admin/")
    page.fill("[name=username]", demo.credentials["admin"]["username"])
    page.fill("[name=password]", demo.credentials["admin"]["password"])
    page.click("[type=submit]")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / "back-office.png", animations="disabled")


def photograph_terminal(browser: Browser, demo: Playing) -> None:
    """The first sales of the hour, as the cashier reads them."""
    start = next(place for place, line in enumerate(demo.said) if "────" in line)
    with Path(os.devnull).open("w") as nowhere:
        paper = Console(record=True, width=COLUMNS, file=nowhere)
        for line in demo.said[start : start + SHOWN_LINES]:
            paper.print(Text.from_ansi(line))
    page = browser.new_page(viewport={"width": 900, "height": 900}, device_scale_factor=1.5)
    page.set_content(paper.export_html(inline_styles=True, code_format=SHEET))
    page.locator("pre").screenshot(path=PICTURES / "demo.png")


if __name__ == "__main__":
    sys.exit(main())
