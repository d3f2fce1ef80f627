"""A receipt is kept as it was first printed; every later print is the same with one line more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django_subatomic.db import transaction

from apps.catalog.models import Product
from apps.core.models import AuditEntry
from apps.core.reference import bump_revision
from apps.orders.errors import OrderUnknown
from apps.orders.models import PrintedReceipt
from apps.orders.services.printing import print_receipt
from apps.orders.types import ReceiptFormat
from apps.stores.models import Store, Terminal
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import line_of, make_product, make_snack

from .sales import sold, voided
from .test_modifiers import add_group

if TYPE_CHECKING:
    from apps.stores.types import Till

GOLDEN = Path(__file__).parent / "golden"
LATER = NOON + timedelta(hours=1)
TEXT, HTML = ReceiptFormat.TEXT, ReceiptFormat.HTML
each_format = pytest.mark.parametrize("form", [TEXT, HTML], ids=["text", "html"])


def print_it(
    till: Till, order: dict[str, Any], form: ReceiptFormat = TEXT, *, times: int = 1
) -> str:
    """The order's receipt as the last of so many prints gives it."""
    for _ in range(times):
        with transaction():
            body = print_receipt(till=till, order_id=UUID(order["id"]), form=form, now=LATER)
    return body.decode()


@pytest.fixture
def order(till: Till, bourbon: Product, chips: Product) -> dict[str, Any]:
    return sold(till, line_of(bourbon, 2), chips, cash=5000)


# --- The golden receipt ---------------------------------------------------------------------------


@pytest.fixture
def golden_order(till: Till, store: Store) -> dict[str, Any]:
    """A case of wine by its barcode, coffee with a syrup and a note, tax, tip and two tenders."""
    Store.objects.update(phone="954 555 0100", receipt_footer="No returns without this receipt")
    with transaction():
        bump_revision()
    wine = make_product("WIN-1", name="Château & Fils Grand Vin de Bordeaux Réserve 2019")
    wine.barcodes.create(gtin="10619947000027", pack_size=6)
    coffee = make_snack("COF-1", name="Coffee", price_cents=300)
    (syrup, plain) = add_group(coffee, "Extras", 0, 2, ("Vanilla", 50), ("To go", 0))
    lines = [
        {"id": "00000000-0000-4000-8000-000000000001", "barcode": "10619947000027", "quantity": 1},
        line_of(coffee, 2, modifiers=[syrup, plain], note="no foam"),
    ]
    cash = [{"kind": "cash", "amount_cents": 10_000}, {"kind": "cash", "amount_cents": 5000}]
    return sold(till, *lines, tenders=cash, tip_cents=100)


@pytest.mark.parametrize(("form", "name"), [(TEXT, "receipt.txt"), (HTML, "receipt.html")])
def test_a_receipt_is_the_golden_one(
    till: Till, golden_order: dict[str, Any], form: ReceiptFormat, name: str
) -> None:
    golden = (GOLDEN / name).read_text(encoding="utf-8")
    assert print_it(till, golden_order, form) == golden


# --- First print and copies -----------------------------------------------------------------------


@each_format
def test_a_copy_is_the_first_print_with_one_line_more(
    till: Till, order: dict[str, Any], form: ReceiptFormat
) -> None:
    first = print_it(till, order, form)
    copy = print_it(till, order, form).splitlines(keepends=True)
    (mark,) = [line for line in copy if "*** COPY ***" in line]
    copy.remove(mark)
    assert "".join(copy) == first
    assert "COPY" not in first


@each_format
def test_every_copy_is_the_same(till: Till, order: dict[str, Any], form: ReceiptFormat) -> None:
    assert print_it(till, order, form, times=2) == print_it(till, order, form, times=3)


def test_each_copy_is_in_the_audit_and_the_first_print_is_not(
    till: Till, lead_till: Till, order: dict[str, Any]
) -> None:
    print_it(till, order)
    assert not AuditEntry.objects.filter(action="receipt.reprinted").exists()
    print_it(lead_till, order, times=2)
    entries = AuditEntry.objects.filter(action="receipt.reprinted").order_by("pk")
    assert [(entry.actor_name, entry.facts) for entry in entries] == [
        ("Lea", {"format": "text/plain", "copy": 1}),
        ("Lea", {"format": "text/plain", "copy": 2}),
    ]
    assert {entry.subject for entry in entries} == {f"order:{order['id']}"}


@pytest.mark.parametrize(("first", "second"), [(TEXT, HTML), (HTML, TEXT)])
def test_of_all_formats_only_the_first_print_is_no_copy(
    till: Till, order: dict[str, Any], first: ReceiptFormat, second: ReceiptFormat
) -> None:
    assert "COPY" not in print_it(till, order, first)
    assert "*** COPY ***" in print_it(till, order, second)
    assert "*** COPY ***" in print_it(till, order, first)
    facts = AuditEntry.objects.filter(action="receipt.reprinted").order_by("pk")
    assert list(facts.values_list("facts", flat=True)) == [
        {"format": second.value, "copy": 1},
        {"format": first.value, "copy": 2},
    ]


def test_each_format_is_kept_without_a_mark_and_counted(till: Till, order: dict[str, Any]) -> None:
    print_it(till, order, TEXT, times=2)
    print_it(till, order, HTML)
    kept = PrintedReceipt.objects.order_by("pk")
    assert not [receipt for receipt in kept if "COPY" in receipt.body]
    assert list(kept.values_list("format", "printed_count", "first_printed_at")) == [
        ("text/plain", 2, LATER),
        ("text/html", 1, LATER),
    ]


def test_copies_are_counted_per_order(till: Till, order: dict[str, Any], chips: Product) -> None:
    print_it(till, order)
    assert "COPY" not in print_it(till, sold(till, chips))


@each_format
@pytest.mark.parametrize("printed_before", [True, False])
def test_a_receipt_does_not_change_with_store_till_and_product(
    till: Till, order: dict[str, Any], form: ReceiptFormat, *, printed_before: bool
) -> None:
    times = 2 if printed_before else 1
    expected = print_it(till, order, form, times=times)
    if not printed_before:
        PrintedReceipt.objects.all().delete()
    Store.objects.update(name="Renamed", address="Moved", phone="1", receipt_footer="2")
    Product.objects.update(name="Renamed")
    Terminal.objects.update(name="Renamed")
    with transaction():
        bump_revision()
    assert print_it(till, order, form) == expected


def test_another_stores_receipt_is_unknown(till: Till, order: dict[str, Any]) -> None:
    elsewhere, _token = open_till(make_store("TWO"), code="eve", now=NOON)
    with pytest.raises(OrderUnknown):
        print_it(elsewhere, order)
    assert not PrintedReceipt.objects.exists()


# --- Voids ----------------------------------------------------------------------------------------

VOID = "VOID - this sale was taken back"


@each_format
def test_the_receipt_of_a_voided_sale_says_so(
    till: Till, lead_till: Till, order: dict[str, Any], form: ReceiptFormat
) -> None:
    assert VOID not in print_it(till, order, form)
    PrintedReceipt.objects.all().delete()
    voided(lead_till, order["id"])
    assert VOID in print_it(till, order, form)


@each_format
def test_a_copy_that_is_printed_after_the_void_says_so_and_is_else_the_first_print(
    till: Till, lead_till: Till, order: dict[str, Any], form: ReceiptFormat
) -> None:
    first = print_it(till, order, form)
    voided(lead_till, order["id"])
    copy = print_it(till, order, form).splitlines(keepends=True)
    (mark,) = [line for line in copy if "*** COPY - VOIDED ***" in line]
    copy.remove(mark)
    assert "".join(copy) == first
    assert PrintedReceipt.objects.get().body == first


@pytest.mark.parametrize(("first", "second"), [(TEXT, HTML), (HTML, TEXT)])
def test_a_copy_of_a_voided_sale_says_so_in_the_other_format_too(
    till: Till, lead_till: Till, order: dict[str, Any], first: ReceiptFormat, second: ReceiptFormat
) -> None:
    print_it(till, order, first)
    voided(lead_till, order["id"])
    assert "*** COPY - VOIDED ***" in print_it(till, order, second)


def test_a_copy_of_a_receipt_that_was_first_printed_after_the_void_is_marked_as_voided(
    till: Till, lead_till: Till, order: dict[str, Any]
) -> None:
    voided(lead_till, order["id"])
    assert "COPY" not in print_it(till, order)
    copy = print_it(till, order)
    assert "*** COPY - VOIDED ***" in copy
    assert VOID in copy


def test_the_receipt_of_a_voided_sale_shows_what_was_paid_and_not_what_went_back(
    till: Till, lead_till: Till, order: dict[str, Any]
) -> None:
    before = print_it(till, order)
    PrintedReceipt.objects.all().delete()
    voided(lead_till, order["id"])
    after = [line for line in print_it(till, order).splitlines() if VOID not in line]
    assert [line for line in after if line] == [line for line in before.splitlines() if line]


# --- HTML -----------------------------------------------------------------------------------------


def test_names_are_text_in_html_whatever_they_hold(till: Till, store: Store) -> None:
    Store.objects.update(name="<b>Bold</b> Liquors", receipt_footer="<script>x</script>")
    with transaction():
        bump_revision()
    snack = make_snack("EVL-1", name="<b>Chips</b> & 'dip'")
    order = sold(till, line_of(snack, note='<img src="x">'))
    page = print_it(till, order, HTML)
    assert "&lt;b&gt;Chips&lt;/b&gt; &amp; &#x27;dip&#x27;" in page
    assert not [tag for tag in ("<b>", "<script>", "<img") if tag in page]
