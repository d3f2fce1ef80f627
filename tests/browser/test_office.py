"""The back office in Chromium: every page fits every screen, and the work gets done on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from .conftest import sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from scripts.demo.playing import Playing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]  # the demo starts first

LISTS = [
    "orders/order", "orders/parkedorder", "catalog/product", "catalog/price", "catalog/category",
    "catalog/modifiergroup", "catalog/pricebook", "catalog/importrun", "inventory/stockbalance",
    "inventory/stockmovement", "inventory/stockdocument", "inventory/countrequest",
    "stores/store", "stores/staff", "stores/terminal", "stores/taxjurisdiction",
    "stores/taxtreatment", "core/auditentry", "core/outboxevent",
    "catalog/promotion", "catalog/priceedition", "stores/approval", "orders/return",
    "orders/exchange", "orders/zreport", "orders/dayclose", "orders/printjob",
    "orders/receiptemail", "payments/shift", "payments/storedvalueaccount", "customers/customer",
    "customers/exemptioncertificate", "customers/loyaltyprogramme",
]  # fmt: skip
WITH_ROWS = [
    "orders/order", "catalog/product", "catalog/importrun", "inventory/stockdocument",
    "stores/store", "stores/staff", "stores/terminal", "stores/taxjurisdiction",
    "catalog/promotion", "orders/return", "orders/zreport", "payments/shift",
    "payments/storedvalueaccount", "customers/customer",
]  # fmt: skip
OTHERS = [
    "", "catalog/importrun/upload/", "inventory/stockdocument/move/", "catalog/product/add/",
    "catalog/promotion/add/", "orders/dayclose/add/", "exceptions/",
]  # fmt: skip


def assert_fits(page: Page, address: str) -> None:
    """It answers, and nobody has to scroll sideways."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"{address} is {width} pixels too wide"


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_the_screen(office: Page, width: int) -> None:
    office.set_viewport_size({"width": width, "height": 900})
    for name in LISTS:
        assert_fits(office, f"/admin/{name}/")
        if name in WITH_ROWS:
            row = office.locator("#result_list a[href*='/change/']").first.get_attribute("href")
            assert_fits(office, row or "")
    for path in OTHERS:
        assert_fits(office, f"/admin/{path}")
    assert_fits(office, "/api/docs/problems")


def test_the_menu_stands_open_where_there_is_room(office: Page) -> None:
    office.goto("/admin/")
    expect(office.locator("#nav-sidebar")).to_be_visible()
    office.locator("#nav-sidebar a", has_text="Products").click()
    expect(office.locator("#result_list")).to_be_visible()


def test_a_file_is_looked_at_and_then_taken_in(office: Page, tmp_path: Path) -> None:
    file = tmp_path / "delivery.csv"
    file.write_text("sku,name,price\nBRW-9001,Porch Swing Rye 750 ml,31.49\n")
    office.goto("/admin/catalog/importrun/upload/")
    office.set_input_files("[name=file]", file)
    office.get_by_label("Prices go into").select_option(label="Liquor prices")
    office.get_by_role("button", name="Show what would change").click()
    expect(office.get_by_text("Porch Swing Rye 750 ml")).to_be_visible()
    office.get_by_role("button", name="Import").click()
    office.goto("/admin/catalog/product/?q=BRW-9001")
    expect(office.get_by_role("link", name="Porch Swing Rye 750 ml")).to_be_visible()


def test_stock_is_moved_with_the_keyboard_alone(office: Page) -> None:
    office.goto("/admin/inventory/stockdocument/move/")
    office.get_by_label("Reason").fill("delivery note 4711")
    office.keyboard.press("Tab")
    office.keyboard.type("LQ-0436")
    office.keyboard.press("Tab")
    office.keyboard.type("6")
    office.keyboard.press("Enter")
    office.wait_for_url("**/stockdocument/*/change/")
    expect(office.get_by_text("delivery note 4711").first).to_be_visible()


def test_a_promotion_is_tried_beside_its_form_before_it_is_saved(office: Page) -> None:
    office.goto("/admin/catalog/promotion/add/")
    office.locator("[name=percent]").fill("25")
    office.locator("[name=trial-basket]").fill("LQ-0436 2")
    office.get_by_role("button", name="Price the basket").click()
    expect(office.locator("[data-answer]")).to_contain_text("This promotion -$")
    form, basket = (office.locator(css).bounding_box() for css in ("#promotion_form", "aside"))
    assert form
    assert basket
    assert basket["x"] > form["x"] + form["width"]


def test_a_wrong_password_is_told_in_words(demo: Playing, browser: Browser) -> None:
    page = browser.new_page()
    sign_in(page, demo, "not the password")
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    page.close()
