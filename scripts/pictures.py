"""`make pictures`: play the demo and photograph it for the README.

Needs Chromium on the PATH. The demo runs on a free port with data of its own, which is gone after.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
COLUMNS, SHOWN_LINES = 96, 33
STAYS_UP = "The site stays up"


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is needed: apt-get install chromium", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="tillhouse-pictures-") as folder,
        demo(Path(folder)) as said,
        sync_playwright() as playwright,
    ):
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        photograph_office(browser, Path(folder))
        photograph_terminal(browser, said)
        browser.close()
    return 0


@contextmanager
def demo(folder: Path) -> Iterator[list[str]]:
    """The demo, up and with its hour sold; what it said, line by line."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.demo", "--port", str(port)],
        env=os.environ
        | {"TILLHOUSE_VAR": str(folder), "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line.rstrip("\n"))
        if STAYS_UP in line:
            break
    try:
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def photograph_office(browser: Browser, folder: Path) -> None:
    """The manager's home page."""
    known = json.loads((folder / "demo" / "credentials.json").read_text())
    page = browser.new_page(viewport={"width": 1360, "height": 860}, device_scale_factor=1.5)
    page.goto(f"{known['base_url']}/admin/")
    page.fill("[name=username]", known["admin"]["username"])
    page.fill("[name=password]", known["admin"]["password"])
    page.click("[type=submit]")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / "back-office.png", animations="disabled")


def photograph_terminal(browser: Browser, said: list[str]) -> None:
    """The first sales of the hour, as the cashier reads them."""
    start = next(place for place, line in enumerate(said) if "────" in line)
    paper = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w"))  # noqa: SIM115
    for line in said[start : start + SHOWN_LINES]:
        paper.print(Text.from_ansi(line))
    page = browser.new_page(viewport={"width": 900, "height": 900}, device_scale_factor=1.5)
    page.set_content(paper.export_html(inline_styles=True, code_format=SHEET))
    page.locator("pre").screenshot(path=PICTURES / "demo.png")


SHEET = """<pre style="width: fit-content; margin: 0; padding: 20px; background: #fff; color: #111;
font: 14px/1.45 'DejaVu Sans Mono', Menlo, monospace">{code}</pre>"""


if __name__ == "__main__":
    sys.exit(main())
