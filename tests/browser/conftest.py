"""One demo for all tests of the session, and a browser that is signed in to its back office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from scripts.demo.playing import Playing, find_browser, playing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """Three stores after their hour of sales."""
    with playing(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium, for one test: while it runs, its event loop keeps Django from the database."""
    path = find_browser()
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def office(demo: Playing, browser: Browser) -> Iterator[Page]:
    """The owner's browser, which complains aloud about every error of a script."""
    context = browser.new_context(base_url=demo.base_url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, demo, demo.credentials["admin"]["password"])
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert faults == []


def sign_in(page: Page, demo: Playing, password: str) -> None:
    page.goto(f"{demo.base_url}/admin/")
    page.fill("[name=username]", demo.credentials["admin"]["username"])
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()
