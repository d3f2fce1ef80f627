"""A draft is filled from files, from the prices in force, and from another edition."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django_subatomic.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.editions import compare
from apps.catalog.errors import EditionCodeTaken, EditionFileRefused, EditionStateConflict
from apps.catalog.models import EditionPrice, Price, PriceBook, PriceEdition, Product
from apps.catalog.services.editions.files import PriceFile, PriceReport, take_in_prices
from apps.catalog.services.editions.writing import (
    Ending,
    Header,
    Rise,
    changed_price,
    copy_current,
    copy_edition,
    create_edition,
)
from tests.catalog.files import upc
from tests.conftest import NOON
from tests.factories import MANAGER, make_store
from tests.goods import make_product

from .editions import draft, publish, roll_back

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods(db: None) -> list[Product]:
    make_store()
    return [make_product(f"P-{n}", price_cents=1000, barcodes=[(upc(n), 1)]) for n in range(3)]


def take_in(edition: PriceEdition, text: str, *, dry_run: bool = False) -> PriceReport:
    file = PriceFile("prices.csv", text.splitlines(keepends=True))
    return take_in_prices(
        actor=MANAGER, edition_id=edition.pk, file=file, now=NOON, dry_run=dry_run
    )


def prices_of(edition: PriceEdition) -> dict[str, int]:
    rows = EditionPrice.objects.filter(edition=edition)
    return dict(rows.order_by("product__sku").values_list("product__sku", "price_cents"))


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "sku,price\nP-0,12.50\nP-1,$9\n",
        "P-0,12.50\nP-1,9.00",
        "P-0;12.50\nP-1;9",
        "P-0\t12.50\n\nP-1\t9.00\n",
        f"name,price,upc\nA,12.50,{upc(0)}\nB,9.00,{upc(1)}\n",
        "price,book,sku\n12.50,standard,P-0\n9.00,STANDARD,P-1\n",
    ],
)
def test_a_table_is_read_however_it_was_pasted(goods: list[Product], text: str) -> None:
    edition = draft({})
    report = take_in(edition, text)
    assert (report.bad_rows, report.is_applied) == ([], True)
    assert (report.dearer, report.cheaper) == (1, 1)
    assert prices_of(edition) == {"P-0": 1250, "P-1": 900}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("NONE,1.00", "no product has this SKU or barcode"),
        (",1.00", "the SKU is missing"),
        ("P-1,abc", "'abc' is no amount such as 12.50"),
        ("P-1,-1", "'-1' is no amount such as 12.50"),
        ("P-1", "'' is no amount such as 12.50"),
        ("P-1,1.005", "'1.005' is no amount such as 12.50"),
        ("P-1,9999999.00", "more than $1,000,000.00"),
        ("P-1,1.00,MARS", "there is no price book MARS"),
        ("P-1,1.00,AIRPORT", "it has no price there yet; give it a first price on its own page"),
        ("P-0,1.00", "it stands in line 1 already"),
    ],
)
def test_one_bad_line_keeps_all_out_and_is_named(
    goods: list[Product], line: str, reason: str
) -> None:
    PriceBook.objects.create(code="AIRPORT", name="Airport")
    edition = draft({})
    report = take_in(edition, f"P-0,2.00\n{line}\nP-2,3.00\n")
    assert [(bad.line, bad.reason) for bad in report.bad_rows] == [(2, reason)]
    assert prices_of(edition) == {}


def test_a_dry_run_says_what_would_change_and_changes_nothing(goods: list[Product]) -> None:
    edition = draft({})
    report = take_in(edition, "P-0,12.50", dry_run=True)
    (change,) = report.changes
    assert (change.sku, change.now_cents, change.price_cents) == ("P-0", 1000, 1250)
    assert prices_of(edition) == {}


def test_a_line_without_a_book_is_for_every_book_that_sells_it(goods: list[Product]) -> None:
    airport = PriceBook.objects.create(code="AIRPORT", name="Airport")
    there = Price.objects.get(product=goods[0])
    there.pk, there.book = None, airport
    there.save()
    edition = draft({})
    file = PriceFile(
        "f", ["P-0,5.00\n", "P-1,6.00\n"], PriceBook.objects.values_list("pk", flat=True)
    )
    take_in_prices(actor=MANAGER, edition_id=edition.pk, file=file, now=NOON)
    found = EditionPrice.objects.order_by("product__sku", "book__code")
    assert list(found.values_list("product__sku", "book__code")) == [
        ("P-0", "AIRPORT"),
        ("P-0", "STANDARD"),
        ("P-1", "STANDARD"),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "sku,name\nP-0,x\n", "price,name\n1,x\n"])
def test_what_is_no_table_of_prices_is_refused(goods: list[Product], text: str) -> None:
    with pytest.raises(EditionFileRefused):
        take_in(draft({}), text)


def test_a_published_edition_takes_nothing_in(goods: list[Product]) -> None:
    edition = publish(draft({goods[0]: 900}))
    with pytest.raises(EditionStateConflict):
        take_in(edition, "P-1,1.00")


# --- From the prices in force ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "percent", "ending", "new"),
    [
        (2000, "5", Ending.EXACT, 2100),
        (2000, "5", Ending.NINE, 2099),
        (2034, "0", Ending.NINE, 2039),
        (2033, "0", Ending.NINE, 2029),
        (2050, "0", Ending.NINETY_NINE, 2099),
        (2048, "0", Ending.NINETY_NINE, 1999),
        (2000, "-10", Ending.NINE, 1799),
        (3, "0", Ending.NINE, 9),
        (3, "-99", Ending.EXACT, 1),
        (0, "10", Ending.NINE, 0),
        (333, "10", Ending.EXACT, 366),
        (335, "10", Ending.EXACT, 369),
    ],
)
def test_a_price_is_changed_and_brought_to_the_nearest_ending(
    cents: int, percent: str, ending: Ending, new: int
) -> None:
    assert changed_price(cents, Decimal(percent), ending) == new


@given(cents=st.integers(10, 99_000), percent=st.decimals(-50, 50, places=2))
def test_an_ending_moves_a_price_by_half_its_step_at_most(cents: int, percent: Decimal) -> None:
    exact = changed_price(cents, percent, Ending.EXACT)
    nine = changed_price(cents, percent, Ending.NINE)
    assert nine % 10 == 9
    assert abs(nine - exact) <= 5


def test_current_prices_are_copied_with_a_change(goods: list[Product]) -> None:
    Product.objects.filter(pk=goods[2].pk).update(is_active=False)
    edition, book = draft({goods[0]: 1}), PriceBook.objects.get()
    rise = Rise([book.pk], Decimal("5.5"), Ending.NINE)
    with transaction():
        assert copy_current(actor=MANAGER, edition_id=edition.pk, rise=rise, now=NOON) == 2
    assert prices_of(edition) == {"P-0": 1059, "P-1": 1059}
    assert compare(edition, NOON).dearer == 2


def test_what_was_rolled_back_can_be_copied_to_a_new_draft(goods: list[Product]) -> None:
    old = roll_back(publish(draft({goods[0]: 900, goods[1]: 800}, starts_at=NOON)))
    with transaction():
        copy = copy_edition(
            actor=MANAGER, edition_id=old.pk, header=Header("AGAIN", "Again"), now=NOON
        )
    assert (copy.state, prices_of(copy)) == ("DRAFT", {"P-0": 900, "P-1": 800})


def test_a_code_is_taken_once(goods: list[Product]) -> None:
    draft({})
    with pytest.raises(EditionCodeTaken), transaction():
        create_edition(actor=MANAGER, header=Header("HOLIDAY", "Other"), now=NOON)


# --- The commands ---------------------------------------------------------------------------------


def run(*words: Any) -> str:
    out = StringIO()
    call_command(*(str(word) for word in words), stdout=out, stderr=out)
    return out.getvalue()


def test_a_file_is_taken_in_and_published_from_a_shell(
    goods: list[Product], tmp_path: Path
) -> None:
    edition, file = draft({}), tmp_path / "prices.csv"
    file.write_text("sku,price\nP-0,12.50\n", encoding="utf-8-sig")
    assert "Dry run" in run("import_prices", file, "--book", "holiday", "--dry-run")
    assert "in the draft" in run("import_prices", file, "--book", "holiday")
    assert "Published" in run("publish_prices", "HOLIDAY", "--yes")
    assert Price.objects.filter(edition=edition).count() == 1
    assert "Rolled back" in run("publish_prices", "HOLIDAY", "--roll-back", "--yes")


def test_the_commands_name_what_is_wrong(goods: list[Product], tmp_path: Path) -> None:
    draft({})
    (tmp_path / "bad.csv").write_text("NONE,1\n")
    for words, why in (
        (("import_prices", tmp_path / "bad.csv", "--book", "HOLIDAY"), "1 bad lines"),
        (("import_prices", tmp_path / "none.csv", "--book", "HOLIDAY"), "Cannot read"),
        (("import_prices", tmp_path / "bad.csv", "--book", "X"), "There is no price edition X"),
        (("publish_prices", "HOLIDAY", "--yes"), "It has no prices yet"),
    ):
        with pytest.raises(CommandError, match=why):
            run(*words)
