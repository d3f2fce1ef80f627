"""Receipts from the back office: sent, downloaded, sent again; each asked about first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.core.models import AuditEntry
from apps.orders.models import Order, PrintedReceipt, PrintJob, ReceiptEmail
from tests.conftest import NOON
from tests.factories import make_terminal, open_till
from tests.orders.rows import make_email, make_print_job
from tests.orders.sales import sold

from .office import form_on, said, send, text_of, url

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(store: Store, bourbon: Product) -> Order:
    till, _token = open_till(store, now=NOON)
    return Order.objects.get(pk=sold(till, bourbon)["id"])


def press(client: Client, page: str, key: Any, **typed: Any) -> Any:
    """Open the page behind a button, fill it in and send it."""
    address = url(page, key)
    return send(client, address, {**form_on(client, address), **typed})


def test_a_receipt_is_sent_from_the_page_of_its_order(
    manager: Client, order: Order, settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = True
    page = press(manager, "orders_order_email_receipt", order.pk, email="maria@example.com")
    assert said(page) == ["It is on its way to m***@e***.com."]
    assert "E-mail to m***@e***.com , queued" in text_of(page)
    assert AuditEntry.objects.get(action="receipt.emailed").actor_name == "manager"


def test_without_a_mail_server_the_page_says_so_and_has_no_button(
    manager: Client, order: Order
) -> None:
    page = manager.get(url("orders_order_email_receipt", order.pk))
    assert "cannot send e-mail" in text_of(page)
    assert "Send it" not in text_of(page)
    page = press(manager, "orders_order_email_receipt", order.pk, email="maria@example.com")
    assert "EMAIL_URL" in text_of(page)
    assert not ReceiptEmail.objects.exists()


def test_a_downloaded_receipt_is_a_pdf_that_counts_as_a_print(
    manager: Client, order: Order
) -> None:
    address = url("orders_order_download_receipt", order.pk)
    assert "counts as a print" in text_of(manager.get(address))
    assert not PrintedReceipt.objects.exists()
    first, copy = (manager.post(address).content for _ in range(2))
    assert first.startswith(b"%PDF")
    assert (b"COPY" in first, b"COPY" in copy) == (False, True)
    assert AuditEntry.objects.get(action="receipt.reprinted").actor_name == "manager"


def test_what_failed_is_sent_again_from_its_page(
    manager: Client, order: Order, settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = True
    email = make_email(order)
    page = press(manager, "orders_receiptemail_send_again", email.pk)
    assert "in the queue again" in said(page)[0]
    assert "Send again" not in text_of(page)
    assert ReceiptEmail.objects.get().state == "QUEUED"


@pytest.mark.parametrize(
    "page",
    ["orders_order_email_receipt", "orders_order_download_receipt", "orders_order_print_receipt"],
)
def test_an_auditor_neither_sends_nor_prints(auditor: Client, order: Order, page: str) -> None:
    assert auditor.get(url(page, order.pk)).status_code == 403
    assert auditor.post(url(page, order.pk)).status_code == 403


def test_an_auditor_sends_nothing_again(auditor: Client, order: Order) -> None:
    email = make_email(order)
    assert auditor.post(url("orders_receiptemail_send_again", email.pk)).status_code == 403


def test_no_page_shows_a_customers_address(manager: Client, order: Order) -> None:
    email = make_email(order)
    for address in (
        url("orders_receiptemail_changelist"),
        url("orders_receiptemail_change", email.pk),
        url("orders_order_change", order.pk),
        url("orders_receiptemail_send_again", email.pk),
    ):
        page = manager.get(address)
        assert "m***@e***.com" in text_of(page)
        assert b"maria@" not in page.content


# --- Print jobs -----------------------------------------------------------------------------------


def test_a_receipt_is_queued_for_the_till_that_was_chosen(
    manager: Client, order: Order, store: Store
) -> None:
    other = make_terminal(store, 9)
    page = press(manager, "orders_order_print_receipt", order.pk, till=other.pk)
    assert "It waits for the printer" in said(page)[0]
    job = PrintJob.objects.get()
    assert (job.terminal_id, job.order_id, job.is_from_its_till) == (other.pk, order.pk, False)


def test_a_form_sent_twice_prints_once(manager: Client, order: Order) -> None:
    address = url("orders_order_print_receipt", order.pk)
    form = form_on(manager, address)
    for _ in range(2):
        send(manager, address, form)
    assert PrintJob.objects.count() == 1


def test_what_was_printed_is_printed_again_and_what_waits_is_cancelled(
    manager: Client, order: Order
) -> None:
    job = make_print_job(order, state="DONE", due_at=None, ended_at=NOON)
    page = press(manager, "orders_printjob_print_again", job.pk)
    assert "says that it is a copy" in said(page)[0]
    waiting = PrintJob.objects.get(state="QUEUED")
    press(manager, "orders_printjob_cancel", waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("FAILED", "Cancelled by manager")


def test_the_office_opens_no_drawer(manager: Client, order: Order) -> None:
    ended = {"state": "DONE", "due_at": None, "ended_at": NOON}
    job = make_print_job(order, kind="DRAWER", order_id=None, **ended)
    assert "Print again" not in text_of(manager.get(url("orders_printjob_change", job.pk)))
    page = press(manager, "orders_printjob_print_again", job.pk)
    assert "whoever stands at it" in text_of(page)
    assert PrintJob.objects.count() == 1


def test_an_auditor_neither_prints_again_nor_cancels(auditor: Client, order: Order) -> None:
    job = make_print_job(order)
    for page in ("orders_printjob_print_again", "orders_printjob_cancel"):
        assert auditor.post(url(page, job.pk)).status_code == 403
    assert PrintJob.objects.get().state == "QUEUED"
