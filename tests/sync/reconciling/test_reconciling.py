"""Our books of a day and what a head office has of it: what differs is named, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.models import OutboxEvent
from apps.core.numbering import number_facts
from apps.orders.models import Order
from apps.payments.models import Payment
from apps.payments.services.telling import tell_refunded
from apps.sync.models import Destination, ReceivedFact, SyncReconciliation, Undelivered
from sandbox.backoffice.server import BackOffice
from tests.conftest import NOON
from tests.orders.sales import sold
from tests.payments.drawers import opened

from .two_offices import CODE, TODAY, copy_of, lose, make_pair, rename

if TYPE_CHECKING:
    import time_machine
    from pytest_django.live_server_helper import LiveServer

    from apps.catalog.models import Product
    from apps.stores.types import Till

    from .two_offices import Pair

pytestmark = pytest.mark.django_db(transaction=True)
BOTTLE_CENTS = 2139


def test_a_day_that_arrived_agrees_in_everything_that_is_compared(day: Pair) -> None:
    row = day.compare()
    assert (row.state, row.difference_count, row.waiting_count) == ("AGREES", 0, 0)
    assert {each["type"]: (each["ours_count"], each["ours_cents"]) for each in row.totals} == {
        "order.completed": (3, BOTTLE_CENTS + 3 * 199),
        "order.voided": (1, -199),
        "payment.captured": (1, BOTTLE_CENTS),
        "payment.refunded": (1, -50),
        "return.completed": (1, -199),
        "return.without_receipt": (1, -199),
        "shift.closed": (1, BOTTLE_CENTS),
    }
    assert all(each["ours_cents"] == each["theirs_cents"] for each in row.totals)
    assert not OutboxEvent.objects.filter(type="books.differ").exists()


@pytest.mark.parametrize(
    ("event_type", "name"),
    [
        ("order.voided", "void of order BRW-3-261122-0003, -$1.99"),
        ("return.completed", "return of order BRW-3-261122-0002, -$1.99"),
        ("shift.closed", "Z 1, $21.39"),
    ],
)
def test_what_is_missing_there_is_named(day: Pair, event_type: str, name: str) -> None:
    lose(event_type)
    assert day.sentences() == [f"{name}, is missing there"]


@pytest.mark.parametrize("event_type", ["payment.captured", "payment.refunded"])
def test_money_of_a_card_that_is_missing_there_is_named(day: Pair, event_type: str) -> None:
    lose(event_type)
    (found,) = day.compare().differences
    assert (found["type"], found["kind"], found["theirs_cents"]) == (event_type, "MISSING", None)


def test_each_order_is_named_by_itself_and_told_on(day: Pair) -> None:
    ReceivedFact.objects.filter(type="order.completed", number="BRW-3-261122-0001").delete()
    assert "order BRW-3-261122-0001, $21.39, is missing there" in day.sentences()
    event = OutboxEvent.objects.get(type="books.differ")
    assert event.payload["day"] == TODAY.isoformat()
    assert (event.payload["destination"], event.is_shared) == (CODE, False)


def test_what_is_there_and_not_here_is_named(day: Pair) -> None:
    strange = copy_of("return.without_receipt", amount_cents=-500)
    rename(strange, "9f000000-0000-7000-8000-000000000000")
    assert day.sentences() == ["return without receipt 9f000000, -$5.00, is there and not here"]


def test_another_amount_is_named_with_both(day: Pair) -> None:
    ReceivedFact.objects.filter(number="BRW-3-261122-0001").update(amount_cents=2140)
    assert day.sentences() == ["order BRW-3-261122-0001 is $21.39 here and $21.40 there"]


def test_an_order_that_counts_twice_there_has_another_amount(day: Pair) -> None:
    ReceivedFact.objects.filter(type="order.completed").exclude(number="BRW-3-261122-0001").delete()
    copy_of("order.completed")
    assert "order BRW-3-261122-0001 is $21.39 here and $42.78 there" in day.sentences()


def test_a_refund_that_was_undone_is_none_on_either_side(day: Pair) -> None:
    refund = Payment.objects.get().refunds.get()
    refund.status = "FAILED"
    refund.save(update_fields=["status"])
    with transaction():
        tell_refunded(refund.pk, is_undone=True, now=NOON)
    day.sync()
    row = day.compare()
    assert (row.state, row.waiting_count) == ("AGREES", 0)


# --- What is no difference ------------------------------------------------------------------------


@pytest.mark.parametrize("is_numbered", [False, True])
def test_what_is_on_its_way_is_named_and_no_difference(
    day: Pair, till: Till, chips: Product, *, is_numbered: bool
) -> None:
    opened(till)
    order = sold(till, chips)
    if is_numbered:
        number_facts()
    row = day.compare()
    assert (row.state, row.waiting_count) == ("AGREES", 1)
    (waiting,) = row.waiting
    assert waiting["sentence"] == f"order {order['number']}, $1.99, is on its way"


def test_what_is_among_the_undelivered_is_named_and_no_difference(day: Pair) -> None:
    fact = OutboxEvent.objects.get(type="shift.closed")
    lose("shift.closed")
    Undelivered.objects.create(
        destination=day.destination,
        event=fact,
        sequence=fact.sequence or 0,
        aggregate=fact.aggregate,
        state="DEAD",
        since=NOON,
    )
    row = day.compare()
    assert (row.state, row.difference_count) == ("AGREES", 0)
    said = "Z 1, $21.39, did not arrive: it is dead among the undelivered"
    assert row.waiting[0]["sentence"] == said


def test_what_was_told_before_the_destination_was_added_is_not_asked_of_it(
    live_server: LiveServer, clock: time_machine.Traveller, till: Till, chips: Product
) -> None:
    sold(till, chips)
    pair = make_pair(live_server.url)
    sold(till, chips)
    pair.sync()
    row = pair.compare()
    assert (row.state, row.waiting_count) == ("AGREES", 0)
    assert row.totals[0]["verdict"] == "before its time"


# --- What nothing tells of ------------------------------------------------------------------------


def test_a_sale_that_no_fact_tells_of_shows_too(pair: Pair, till: Till, chips: Product) -> None:
    order = sold(till, chips)
    OutboxEvent.objects.filter(type="order.completed").delete()
    pair.sync()
    said = "is missing there: no fact here tells of it"
    assert pair.sentences() == [f"order {order['number']}, $1.99, {said}"]


def test_a_fact_that_cannot_be_told_is_a_difference(pair: Pair, till: Till, chips: Product) -> None:
    sold(till, chips)
    OutboxEvent.objects.filter(type="order.completed").update(payload={"order": {}})
    order = Order.objects.get()
    payload = {"order": {"id": str(order.pk)}}
    OutboxEvent.objects.filter(type="order.completed").update(payload=payload)
    pair.sync()
    (said,) = pair.sentences()
    assert "is missing there: its fact cannot be told: At /" in said


# --- Who cannot be compared -----------------------------------------------------------------------


def test_a_back_office_of_somebody_elses_cannot_be_compared_and_that_is_no_failure(
    pair: Pair,
) -> None:
    with BackOffice() as office:
        Destination.objects.update(url=f"{office.base_url}/api/sync")
        row = pair.compare()
    assert (row.state, row.difference_count) == ("NOT_COMPARED", 0)
    assert "It shows no totals" in row.detail


def test_journal_lines_cannot_be_compared(pair: Pair) -> None:
    Destination.objects.update(format="JOURNAL")
    assert pair.compare().state == "NOT_COMPARED"


def test_who_does_not_answer_was_not_reached(pair: Pair) -> None:
    Destination.objects.update(url="http://127.0.0.1:9/api/sync")
    row = pair.compare()
    assert (row.state, row.totals) == ("NOT_REACHED", [])


def test_a_day_without_anything_agrees_and_every_comparison_is_kept(day: Pair) -> None:
    assert day.compare(TODAY - timedelta(days=30)).state == "AGREES"
    day.compare()
    assert SyncReconciliation.objects.count() == 2


def test_lists_of_many_pages_are_read_to_their_end(day: Pair) -> None:
    for _ in range(205):
        fact = copy_of("return.without_receipt", number="")
        rename(fact, str(uuid4()))
    row = day.compare()
    assert (row.difference_count, len(row.differences)) == (205, 205)
