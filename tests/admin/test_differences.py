"""Differences, disputes, payouts and events in the back office."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.models import AuditEntry
from apps.payments.admin.columns import COLOURS
from apps.payments.models import Difference
from apps.payments.types import (
    AttemptState,
    DifferenceKind,
    DisputeStatus,
    EventState,
    PaymentStatus,
    PayoutStatus,
    RefundStatus,
)
from apps.payments.wording import DIFFERENCES
from tests.conftest import NOON
from tests.orders.rows import make_order
from tests.payments.books import (
    make_balance_entry,
    make_difference,
    make_dispute,
    make_event,
    make_payout,
    make_reconciliation,
)
from tests.payments.rows import make_payment, make_tender

from .office import errors_of, form_on, said, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db


def listed(client: Client, table: str, **query: Any) -> list[Any]:
    page = client.get(url(f"payments_{table}_changelist", **query))
    return list(page.context["cl"].result_list)


def close(client: Client, difference: Difference, note: str) -> Page:
    address = url("payments_difference_close", difference.pk)
    return send(client, address, {**form_on(client, address), "note": note})


# --- The list -------------------------------------------------------------------------------------


def test_the_open_ones_are_listed_unless_one_asks_for_more(manager: Client) -> None:
    opened = make_difference()
    closed = make_difference(subject="pi_2", closed_at=NOON, found_at=NOON - timedelta(hours=1))
    assert listed(manager, "difference") == [opened]
    assert listed(manager, "difference", state="closed") == [closed]
    assert listed(manager, "difference", state="all") == [opened, closed]


@pytest.mark.parametrize(
    ("fields", "said_so"),
    [
        ({"payments_read": 1204}, "Compared 3 minutes ago, 1,204 payments, no difference."),
        (
            {"payments_read": 1, "differences_found": 2},
            "Compared 3 minutes ago, 1 payment, 2 differences.",
        ),
    ],
)
def test_above_the_list_stands_when_the_books_were_compared(
    manager: Client, fields: dict[str, int], said_so: str
) -> None:
    address = url("payments_difference_changelist")
    assert "The books have not been compared yet." in text_of(manager.get(address))
    make_reconciliation(finished_at=NOON, **fields)
    with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
        assert said_so in text_of(manager.get(address))


def test_every_kind_of_difference_says_what_it_means_and_what_to_do(manager: Client) -> None:
    assert set(DIFFERENCES) == set(DifferenceKind)
    for kind in DifferenceKind:
        page = text_of(manager.get(url_of(make_difference(kind=kind.value))))
        assert all(sentence in page for sentence in DIFFERENCES[kind]), kind


def test_a_difference_names_the_store_and_the_order_and_leads_to_the_payment(
    manager: Client, store: Store
) -> None:
    order = make_order(store)
    payment = make_payment(order_id=order.pk)
    make_tender(order, kind="CARD", amount_cents=1070, payment_id=payment.pk)
    make_tender(order, kind="CARD", amount_cents=-1070, payment_id=payment.pk)
    difference = make_difference(payment=payment)
    page = manager.get(url("payments_difference_changelist"))
    assert f"$0.00 $21.39 {store} {order.number}" in text_of(page)
    assert url_of(order) in page.content.decode()
    page = manager.get(url_of(difference))
    assert f"Order {order.number} Store {store.name}" in text_of(page)
    assert "Go to the payment" in text_of(page)
    assert f'href="{url_of(payment)}"' in page.content.decode()


def test_a_difference_without_an_order_or_a_payment_is_listed_all_the_same(
    manager: Client, store: Store
) -> None:
    foreign, ours = make_difference(), make_difference(payment=make_payment(), subject="pi_2")
    assert set(listed(manager, "difference")) == {foreign, ours}
    assert "Go to the payment" not in text_of(manager.get(url_of(foreign)))
    assert "Order not placed" in text_of(manager.get(url_of(ours)))


def test_the_list_of_differences_takes_no_more_statements_for_more_payments(
    manager: Client, store: Store
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            manager.get(url("payments_difference_changelist"))
        return len(captured)

    make_difference(payment=make_payment())
    before = statements()
    for number in range(3):
        make_difference(payment=make_payment(), subject=str(number))
    assert statements() == before


# --- Disputes -------------------------------------------------------------------------------------


def test_a_dispute_says_why_by_when_to_answer_and_that_nothing_is_refunded(manager: Client) -> None:
    payment = make_payment(status="CAPTURED", captured_cents=2139)
    dispute = make_dispute(payment=payment, evidence_due_at=NOON + timedelta(days=9))
    answer = manager.get(url_of(dispute))
    page = text_of(answer)
    assert "The customer says that they did not pay with their card." in page
    assert (
        "What to do: Answer the bank at Stripe's dashboard before Dec 1, 2026"
        " 12:00. Without an answer the money is lost. No refund can be made meanwhile."
    ) in page
    assert "In dispute $21.39 State Needs response" in page
    assert f'href="{url_of(payment)}"' in answer.content.decode()


def test_the_page_of_a_payment_leads_to_its_dispute_whatever_id_stripe_gave_it(
    manager: Client,
) -> None:
    payment = make_payment(status="CAPTURED", captured_cents=2139)
    dispute = make_dispute(payment=payment, id="dp_3C7")  # the admin reads "_3C" as "<"
    page = manager.get(url_of(payment)).content.decode()
    address = page.partition("disputes $21.39")[2].partition('href="')[2].partition('"')[0]
    assert manager.get(address).context["dispute"] == dispute


@pytest.mark.parametrize("status", DisputeStatus)
def test_every_state_of_a_dispute_comes_with_advice(manager: Client, status: Any) -> None:
    dispute = make_dispute(status=status.value, is_charge_refundable=True, reason="strange_one")
    page = text_of(manager.get(url_of(dispute)))
    is_over = status in {"WON", "LOST", "PREVENTED", "WARNING_CLOSED"}
    assert ("It is over" in page) is is_over
    assert ("Answer the bank" in page) is status.value.endswith("NEEDS_RESPONSE")
    assert ("A refund can still be made" in page) is not is_over
    assert "Strange one." in page


# --- Closing --------------------------------------------------------------------------------------


def test_closing_asks_first_and_keeps_who_did_what_and_when(manager: Client) -> None:
    difference = make_difference()
    manager.get(url("payments_difference_close", difference.pk))
    assert Difference.objects.get().closed_at is None
    page = close(manager, difference, "Refunded at Stripe.")
    assert said(page) == ["The difference is closed."]
    row = Difference.objects.get()
    assert (row.closed_by, row.note) == ("manager", "Refunded at Stripe.")
    assert row.closed_at
    assert "by manager: Refunded at Stripe." in text_of(page)
    assert AuditEntry.objects.filter(actor_name="manager", action="difference.closed").exists()


def test_closing_takes_a_note(manager: Client) -> None:
    difference = make_difference()
    assert set(errors_of(close(manager, difference, " "))) == {"note"}
    assert Difference.objects.get().closed_at is None


def test_what_somebody_else_has_closed_stays_theirs(manager: Client) -> None:
    difference = make_difference()
    form = form_on(manager, url("payments_difference_close", difference.pk))
    Difference.objects.update(closed_at=NOON, closed_by="Olivia", note="Done.")
    address = url("payments_difference_close", difference.pk)
    page = text_of(send(manager, address, {**form, "note": "Mine."}))
    assert "Olivia closed it before." in page
    assert Difference.objects.get().note == "Done."


def test_an_auditor_closes_nothing(auditor: Client) -> None:
    difference = make_difference()
    address = url("payments_difference_close", difference.pk)
    assert auditor.get(address).status_code == 403
    assert auditor.post(address, {"note": "Mine."}).status_code == 403
    assert "Close with a note" not in text_of(auditor.get(url_of(difference)))


# --- Payouts --------------------------------------------------------------------------------------


def test_a_payout_is_broken_down_into_what_it_is_made_of(manager: Client) -> None:
    payout = make_payout(amount_cents=2039 + 2039 - 500, matched_at=NOON)
    make_balance_entry(payout=payout), make_balance_entry(payout=payout)
    make_balance_entry(payout=payout, kind="refund", amount_cents=-500, fee_cents=0, net_cents=-500)
    page = text_of(manager.get(url_of(payout)))
    assert "What it holds $35.78 comes to its amount" in page
    assert "Charge 2 $42.78 $2.00 $40.78 Refund 1 -$5.00 $0.00 -$5.00 Net $35.78" in page


def test_a_payout_that_does_not_add_up_says_so(manager: Client) -> None:
    payout = make_payout(amount_cents=9999)
    make_balance_entry(payout=payout)
    assert "$20.39 does not come to its amount" in text_of(manager.get(url_of(payout)))


def test_a_long_payout_shows_some_of_its_lines_and_leads_to_all(manager: Client) -> None:
    payout = make_payout()
    for _ in range(27):
        make_balance_entry(payout=payout)
    make_balance_entry()
    page = manager.get(url_of(payout))
    assert "and 2 more" in text_of(page)
    assert len(page.context["entries"]) == 25
    assert len(listed(manager, "balanceentry", payout__id__exact=payout.pk)) == 27


# --- Lists that answer questions ------------------------------------------------------------------


def test_rows_are_found_by_the_ids_that_stripe_gave_them(manager: Client) -> None:
    payment = make_payment(intent_id="pi_1", card_last4="4242")
    event, entry = make_event(payment=payment), make_balance_entry(payment=payment)
    make_event(), make_balance_entry(), make_payment(intent_id="pi_2")
    assert listed(manager, "stripeevent", q=event.pk) == [event]
    assert listed(manager, "stripeevent", q=" pi_1 ") == [event]
    assert listed(manager, "balanceentry", q="pi_1") == [entry]
    assert listed(manager, "payment", q="pi_1") == [payment]
    assert listed(manager, "payment", q="4242") == [payment]
    assert listed(manager, "stripeevent", q="nothing") == []


def test_payments_that_need_a_look_are_listed_together(manager: Client) -> None:
    make_payment()
    unknown = make_payment(status="UNKNOWN")
    disputed = make_payment(status="CAPTURED", captured_cents=2139)
    make_dispute(payment=disputed)
    assert set(listed(manager, "payment", look="any")) == {unknown, disputed}
    assert listed(manager, "payment", look="disputed") == [disputed]
    assert len(listed(manager, "payment", look="nonsense")) == 3


def test_moments_are_shown_to_the_second_on_the_clock_of_the_office(manager: Client) -> None:
    event = make_event(received_at=NOON + timedelta(seconds=7))
    assert "12:00:07" in text_of(manager.get(url("payments_stripeevent_changelist")))
    assert "12:00:07" in text_of(manager.get(url_of(event)))


def test_every_state_has_its_colour() -> None:
    states = [*PaymentStatus, *RefundStatus, *AttemptState, *DisputeStatus, *PayoutStatus]
    shown = {state.value.replace("_", " ").capitalize() for state in [*states, *EventState]}
    assert shown - COLOURS.keys() <= {"Canceled", "Ignored", "Abandoned"}
