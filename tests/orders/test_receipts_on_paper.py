"""Receipts as PDF and ESC/POS: one original, true copies, a drawer that opens once."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django_subatomic.db import transaction

from apps.catalog.models import Product
from apps.core.models import AuditEntry
from apps.core.reference import bump_revision
from apps.orders.models import PrintedReceipt
from apps.orders.paper.escpos import kick_drawer, render_escpos, render_kick
from apps.orders.receipts import compose
from apps.orders.selectors import get_order
from apps.orders.services.printing import print_receipt
from apps.orders.types import ReceiptFormat
from apps.payments.types import Tender, TenderKind
from apps.stores.models import Store
from tests.conftest import NOON
from tests.goods import line_of

from .sales import fresh, sold, voided

if TYPE_CHECKING:
    from apps.stores.types import Till

PDF, ESCPOS, TEXT = ReceiptFormat.PDF, ReceiptFormat.ESCPOS, ReceiptFormat.TEXT
each_format = pytest.mark.parametrize("form", [PDF, ESCPOS], ids=["pdf", "escpos"])
KICK, CUT, BOLD = b"\x1bp\x00", b"\x1dV\x00", b"\x1bE\x01"
PROLOGUE = b"\x1b@\x1bt\x13"  # initialise, code page 858


def printed(till: Till, order: dict[str, Any], form: ReceiptFormat) -> bytes:
    with transaction():
        return print_receipt(till=fresh(till), order_id=UUID(order["id"]), form=form, now=NOON)


@pytest.fixture
def order(till: Till, bourbon: Product, chips: Product) -> dict[str, Any]:
    return sold(till, line_of(bourbon, 2), chips, cash=5000)


# --- Copies ---------------------------------------------------------------------------------------


@each_format
def test_only_the_first_print_in_whatever_format_is_no_copy(
    till: Till, order: dict[str, Any], form: ReceiptFormat
) -> None:
    assert b"COPY" not in printed(till, order, TEXT)
    assert b"*** COPY ***" in printed(till, order, form)
    facts = AuditEntry.objects.get(action="receipt.reprinted").facts
    assert facts == {"format": form.value, "copy": 1}


@each_format
def test_every_copy_is_the_same(till: Till, order: dict[str, Any], form: ReceiptFormat) -> None:
    first, second, third = (printed(till, order, form) for _ in range(3))
    assert second == third != first


def test_a_copied_pdf_begins_with_the_first_print_byte_for_byte(
    till: Till, order: dict[str, Any]
) -> None:
    first, copy = printed(till, order, PDF), printed(till, order, PDF)
    assert copy.startswith(first)
    assert b"(*** COPY ***) Tj" in copy.removeprefix(first)


def test_a_copied_slip_is_the_kept_one_with_a_line_more_at_its_top(
    till: Till, order: dict[str, Any]
) -> None:
    printed(till, order, TEXT)
    start, mark, rest = printed(till, order, ESCPOS).partition(b"*** COPY ***\n")
    assert start.startswith(PROLOGUE)
    assert mark
    assert rest.endswith(kept_slip().removeprefix(PROLOGUE))


@each_format
def test_a_copy_after_the_void_says_so(
    till: Till, lead_till: Till, order: dict[str, Any], form: ReceiptFormat
) -> None:
    printed(till, order, form)
    voided(lead_till, order["id"])
    assert b"*** COPY - VOIDED ***" in printed(till, order, form)


@each_format
def test_the_same_sale_gives_the_same_bytes_whenever_they_are_made(
    till: Till, order: dict[str, Any], form: ReceiptFormat
) -> None:
    first = printed(till, order, form)
    PrintedReceipt.objects.all().delete()
    Store.objects.update(name="Renamed", receipt_footer="2")
    Product.objects.update(name="Renamed")
    with transaction():
        bump_revision()
    assert printed(till, order, form) == first


def kept_slip() -> bytes:
    return b64decode(PrintedReceipt.objects.get(format=ESCPOS.value).body)


# --- The drawer -----------------------------------------------------------------------------------


def test_the_first_print_of_a_cash_sale_opens_the_drawer_and_no_other(
    till: Till, order: dict[str, Any]
) -> None:
    assert [KICK in printed(till, order, ESCPOS) for _ in range(3)] == [True, False, False]
    assert KICK not in kept_slip()


def test_what_was_printed_as_text_before_opens_no_drawer(till: Till, order: dict[str, Any]) -> None:
    printed(till, order, TEXT)
    assert KICK not in printed(till, order, ESCPOS)


def test_another_tills_printer_opens_no_drawer(
    till: Till, second_till: Till, order: dict[str, Any]
) -> None:
    assert KICK not in printed(second_till, order, ESCPOS)
    assert KICK not in printed(till, order, ESCPOS)


def test_a_voided_sale_opens_no_drawer(till: Till, lead_till: Till, order: dict[str, Any]) -> None:
    voided(lead_till, order["id"])
    assert KICK not in printed(till, order, ESCPOS)


def test_a_sale_that_took_no_cash_opens_no_drawer(
    till: Till, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_card = {UUID(order["id"]): [Tender(TenderKind.CARD, 4500)]}
    monkeypatch.setattr("apps.orders.services.printing.list_tenders", lambda **_: by_card)
    assert KICK not in printed(till, order, ESCPOS)


def test_a_kick_alone_prints_nothing() -> None:
    assert render_kick() == kick_drawer(PROLOGUE)
    assert b"\n" not in render_kick()


# --- What stands on a slip ------------------------------------------------------------------------


def test_a_slip_has_its_total_in_bold_a_barcode_and_a_cut(
    till: Till, order: dict[str, Any]
) -> None:
    slip = printed(till, order, ESCPOS)
    assert b"TOTAL" in slip.partition(BOLD)[2].partition(b"\n")[0]
    assert b"{BBRW-1-261122-0001-" in slip
    assert slip.endswith(CUT)


@pytest.mark.parametrize(("columns", "width"), [(42, 42), (48, 48)])
def test_a_slip_is_as_wide_as_the_stores_printers(
    till: Till, order: dict[str, Any], columns: int, width: int
) -> None:
    Store.objects.update(receipt_columns=columns)
    with transaction():
        bump_revision()
    assert b"\n" + b"-" * width + b"\n" in printed(till, order, ESCPOS)


def test_a_barcode_that_is_wider_than_the_paper_is_left_to_its_text(
    till: Till, order: dict[str, Any]
) -> None:
    found = get_order(store_id=till.store.id, order_id=UUID(order["id"]))
    found.number = "ABCDEFGH-12-261122-0001"
    slip = render_escpos(compose(found, []), columns=42)
    assert b"{B" not in slip
    assert b"ABCDEFGH-12-261122-0001-" in slip


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Château", "Château"), ("Žatec", "Zatec"), ("Ёлка", "????"), ("A\N{EN DASH}B", "A-B")],
)
def test_a_letter_that_printers_lack_leaves_its_place(
    till: Till, bourbon: Product, name: str, shown: str
) -> None:
    Product.objects.update(name=name)
    order = sold(till, line_of(bourbon))
    assert shown.encode("cp858") in printed(till, order, ESCPOS)
