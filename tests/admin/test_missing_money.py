"""An order whose card's money is not all here: its page and the payment's page say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from apps.orders.selectors import describe_orders
from tests.conftest import NOON
from tests.orders.rows import make_order
from tests.orders.test_receipt_text import LETTERHEAD
from tests.payments.rows import make_payment, make_tender

from .office import text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.orders.models import Order
    from apps.payments.models import Payment
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

UNPAID = "not paid: the money of a card is not all here"


@pytest.fixture
def order(store: Store) -> Order:
    return make_order(store, letterhead=LETTERHEAD)


def paid_by(order: Order, **fields: Any) -> Payment:
    """A card of which the order takes $10.70."""
    values = {"order_id": order.pk, "tendered_at": NOON, "tendered_cents": 1070, **fields}
    payment = make_payment(**values)
    make_tender(order, kind="CARD", amount_cents=1070, payment_id=payment.pk)
    return payment


# --- The order ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "CAPTURED", "captured_cents": 500}, "only $5.00 of $10.70 taken"),
        (
            {"status": "PARTIALLY_REFUNDED", "captured_cents": 500, "refunded_cents": 100},
            "only $5.00 of $10.70 taken, some of it went back",
        ),
        ({"status": "AUTHORIZED"}, "held, not taken yet"),
        ({"status": "CANCELED"}, "let go: not taken"),
        ({"status": "FAILED", "authorized_cents": 1070}, "failed: not taken"),
        ({"status": "UNKNOWN"}, "not known whether taken"),
    ],
)
def test_an_order_whose_card_brought_too_little_is_not_paid(
    manager: Client, order: Order, fields: dict[str, Any], words: str
) -> None:
    paid_by(order, **fields)
    page = text_of(manager.get(url_of(order)))
    assert UNPAID in page
    assert f"Card {words} $10.70" in page
    assert describe_orders([order])[0]["paid"] is False


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "CAPTURED", "captured_cents": 1070}, "taken"),
        (
            {"status": "REFUNDED", "captured_cents": 1070, "refunded_cents": 1070},
            "taken, all of it went back",
        ),
    ],
)
def test_an_order_whose_card_brought_its_share_is_paid(
    manager: Client, order: Order, fields: dict[str, Any], words: str
) -> None:
    paid_by(order, **fields)
    page = text_of(manager.get(url_of(order)))
    assert "Completed paid" in page
    assert f"Card {words} $10.70" in page
    assert describe_orders([order])[0]["paid"] is True


# --- The payment ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"status": "CANCELED"},
            (
                "An order was sold for $10.70 on this payment, and all of it is missing."
                " Nothing was taken: the hold on the card was let go. Nothing is held any more:"
                " the customer has to pay again, or void the sale."
            ),
        ),
        (
            {"status": "FAILED", "decline_code": "expired_card"},
            (
                "and all of it is missing. Nothing was taken from the card: The card has expired."
                " Nothing is held any more: the customer has to pay again, or void the sale."
            ),
        ),
        (
            {"status": "CAPTURED", "captured_cents": 500},
            (
                "and $5.70 of it is missing. $5.00 was taken from the card. The rest is held no"
                " more: the customer has to pay it otherwise, or void the sale."
            ),
        ),
        ({"status": "AUTHORIZED"}, "if it is not within minutes, press Capture."),
    ],
)
def test_a_payment_whose_order_lacks_its_money_says_so_in_the_tone_of_a_warning(
    manager: Client, order: Order, fields: dict[str, Any], said: str
) -> None:
    answer = manager.get(url_of(paid_by(order, **fields)))
    page = text_of(answer)
    assert said in page
    assert f"Order {order.number}" in page
    assert answer.context["tone"] == "warn"
    assert url_of(order) in answer.content.decode()


def test_a_sold_payment_of_which_nothing_is_known_is_not_called_missing(
    manager: Client, order: Order
) -> None:
    answer = manager.get(url_of(paid_by(order, status="UNKNOWN")))
    said = "An order was sold for $10.70 on this payment. Stripe was asked and did not answer"
    assert said in text_of(answer)
    assert answer.context["tone"] == "bad"


@pytest.mark.parametrize(
    "fields",
    [
        {"tendered_at": None, "tendered_cents": None},  # no order rests on it
        {"released_at": NOON},  # its order was voided
    ],
)
def test_a_hold_that_no_order_needs_is_let_go_without_a_warning(
    manager: Client, order: Order, fields: dict[str, Any]
) -> None:
    answer = manager.get(url_of(paid_by(order, status="CANCELED", **fields)))
    assert "missing" not in text_of(answer)
    assert answer.context["tone"] == ""


def test_goods_that_came_back_are_not_to_be_paid_again(manager: Client, order: Order) -> None:
    payment = paid_by(order, status="CANCELED")
    make_tender(order, kind="CARD", amount_cents=-500, payment_id=payment.pk)
    page = text_of(manager.get(url_of(payment)))
    assert "was sold for $10.70 on this payment, and $5.70 of it is missing." in page
    assert "the customer has to pay it otherwise" in page
    assert UNPAID in text_of(manager.get(url_of(order)))
    make_tender(order, kind="CARD", amount_cents=-570, payment_id=payment.pk)
    answer = manager.get(url_of(payment))
    assert "missing" not in text_of(answer)
    assert answer.context["tone"] == ""
    assert "Completed paid" in text_of(manager.get(url_of(order)))


# --- What a payment is called ---------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_the_page_of_a_payment_is_called_by_its_amount_and_hour(manager: Client) -> None:
    payment = make_payment()
    page = manager.get(url_of(payment)).content.decode()
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert title.strip().startswith("Card payment $21.39, Nov 22 12:00 |")
    assert str(payment.pk) not in title


def test_two_payments_of_one_amount_have_two_names() -> None:
    one, other = make_payment(), make_payment()
    assert str(one) == f"Card payment of $21.39, {str(one.pk)[:8]}"
    assert str(one) != str(other)


def test_the_page_that_asks_says_when_the_shop_takes_cash_only(
    manager: Client, settings: Any
) -> None:
    address = url("payments_reader_register", store=make_payment().store_id)
    settings.STRIPE_SECRET_KEY = ""
    assert "Cash only: no Stripe key is configured." in text_of(manager.get(address))
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    assert "Cash only" not in text_of(manager.get(address))
