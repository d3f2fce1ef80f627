"""The first page of the back office: what is wrong with the money, if anything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.admin.office import text_of, url
from tests.conftest import NOON
from tests.factories import make_terminal
from tests.orders.rows import make_order
from tests.payments.books import make_difference, make_dispute, make_event
from tests.payments.rows import make_payment, make_refund, make_tender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django import Settings

    from apps.payments.models import Payment
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

NO_KEY = "Cash only: no Stripe key is configured."


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def home(client: Client) -> str:
    return text_of(client.get(url("index")))


def failed(store: Store, *codes: str) -> None:
    terminal = store.terminals.first() or make_terminal(store)
    for code in codes:
        make_payment(store_id=store.pk, terminal=terminal, status="FAILED", decline_code=code)


# --- Cards ----------------------------------------------------------------------------------------


def test_cards_that_failed_are_told_with_the_commonest_reasons_in_words(
    manager: Client, store: Store
) -> None:
    failed(store, "insufficient_funds", "generic_decline", "do_not_honor", "card_declined")
    failed(store, "terminal_reader_offline", "a_code_of_tomorrow", "expired_card")
    page = home(manager)
    assert "Cards today 7 tried 5 declined: the bank said no 2 failed: the reader, the" in page
    assert "the customer or Stripe ended it 0 not known yet: Stripe has not answered" in page
    assert "The bank said no and gave no reason 3 A code of tomorrow 1" in page


def test_a_day_without_cards_has_no_panel_of_them(manager: Client, store: Store) -> None:
    assert "Cards today" not in home(manager)


def sold_and_returned() -> Payment:
    """A payment whose money is here, though its order's books say that it went back."""
    sold = {"tendered_at": NOON, "tendered_cents": 2139}
    payment = make_payment(status="CAPTURED", captured_cents=2139, **sold)
    order = make_order(payment.store, pk=payment.order_id)
    for cents in (2139, -2139):
        make_tender(order, kind="CARD", amount_cents=cents, payment_id=payment.pk)
    return payment


# --- What needs a look ----------------------------------------------------------------------------


def test_what_needs_a_look_is_told_with_its_number(manager: Client, store: Store) -> None:
    make_payment(status="UNKNOWN")
    make_payment(tendered_at=NOON - timedelta(minutes=6), tendered_cents=2139)
    make_refund(sold_and_returned(), status="FAILED")
    make_dispute(evidence_due_at=NOON + timedelta(days=9))
    make_difference(), make_difference(subject="pi_2")
    make_event(state="UNMATCHED")
    page = home(manager)
    assert "1 payment whose outcome is not known" in page
    assert "1 sold or voided, and the money has not followed" in page
    assert "1 whose refund failed: the customer waits for money" in page
    assert "1 dispute to answer, the first before Dec 1, 2026" in page
    assert "2 differences from Stripe's books" in page
    assert "1 event about nothing that we know of" in page


def test_money_that_is_as_it_should_be_is_not_spoken_of(manager: Client, store: Store) -> None:
    make_payment(status="CAPTURED", captured_cents=2139)
    make_payment(tendered_at=NOON - timedelta(minutes=4), tendered_cents=2139)
    make_dispute(status="UNDER_REVIEW")
    make_difference(closed_at=NOON)
    make_event()
    assert 'class="tillhouse-strip"' not in manager.get(url("index")).content.decode()


def test_every_number_leads_to_just_what_it_counts(manager: Client, store: Store) -> None:
    unknown = make_payment(status="UNKNOWN")
    waiting = make_payment(tendered_at=NOON - timedelta(minutes=6), tendered_cents=2139)
    make_payment()
    owing = sold_and_returned()
    make_refund(owing, status="FAILED")
    due, _ = make_dispute(), make_dispute(status="LOST")
    unmatched, _ = make_event(state="UNMATCHED"), make_event()
    opened, _ = make_difference(), make_difference(subject="pi_2", closed_at=NOON)
    page = manager.get(url("index")).content.decode()
    strip = page.partition('<nav class="tillhouse-strip"')[2].partition("</nav>")[0]
    links = [part.partition('"')[0] for part in strip.split('href="')[1:]]
    lists = [list(manager.get(link).context["cl"].result_list) for link in links]
    assert lists == [[unknown], [waiting], [owing], [due], [opened], [unmatched]]


# --- Without cards --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["index", "payments_payment_changelist"])
def test_a_shop_without_a_key_of_stripes_is_told_that_it_takes_cash_only(
    manager: Client, store: Store, settings: Settings, page: str
) -> None:
    settings.STRIPE_SECRET_KEY = ""
    assert f"{NO_KEY} Whoever runs the server sets STRIPE_SECRET_KEY" in text_of(
        manager.get(url(page))
    )
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    assert NO_KEY not in text_of(manager.get(url(page)))


# --- Fast -----------------------------------------------------------------------------------------


def test_the_page_needs_no_more_statements_for_more_trouble(manager: Client, store: Store) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            home(manager)
        assert not any("COUNT(*) FROM" in query["sql"] for query in captured.captured_queries)
        return len(captured)

    failed(store, "insufficient_funds")
    before = statements()
    for number in range(3):
        failed(store, "expired_card", "lost_card")
        make_payment(status="UNKNOWN")
        make_dispute()
        make_difference(subject=f"pi_{number}")
        make_event(state="UNMATCHED")
    assert statements() == before
