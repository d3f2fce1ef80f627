"""Tills that take the same goods back at the same instant."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from apps.orders.models import OrderLine, Return
from apps.payments import bulkhead
from apps.payments.models import Refund, Tender
from apps.payments.selectors import find_payment_drift
from apps.payments.services.settling import settle_order, settle_payments
from apps.stores.types import Role
from tests.factories import api_client, make_store, open_till
from tests.goods import basket, line_of, make_product, make_snack
from tests.orders.crowd import all_at_once, assert_books_balance, queue_for
from tests.orders.returns import return_of, some_of
from tests.orders.test_card_returns import BAG, ReturnDesk
from tests.payments.api.test_cards import later
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from sandbox.stripe.server import Simulator
    from tests.factories import ApiClient

__all__ = ["stripe"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TILLS = 8


@pytest.fixture
def store() -> Store:
    return make_store(all_day=True)


@pytest.fixture
def tills(store: Store) -> list[ApiClient]:
    """Eight tills, each with a shift lead at it."""
    return [
        api_client(open_till(store, Role.SHIFT_LEAD, code=f"c{n}", number=n)[1])
        for n in range(1, TILLS + 1)
    ]


@pytest.fixture
def bourbon(store: Store) -> Product:
    """$19.99, ten of them on the shelf."""
    return make_product("BRB-1", name="Bourbon", on_hand=10, store=store)


def sell(api: ApiClient, product: Product, quantity: int) -> dict[str, Any]:
    answer = api.post("orders", basket(line_of(product, quantity)), key=str(uuid4()))
    assert answer.status_code == 201, answer.content
    order: dict[str, Any] = answer.json()
    return order


def send(api: ApiClient, order: dict[str, Any], body: dict[str, Any]) -> str:
    """Status and code of a return's answer."""
    answer = api.post(f"orders/{order['id']}/returns", body, key=str(uuid4()))
    return f"{answer.status_code} {answer.json().get('code', '')}".strip()


def void(api: ApiClient, order: dict[str, Any]) -> str:
    answer = api.post(f"orders/{order['id']}/void", {"reason": "wrong"}, key=str(uuid4()))
    return f"{answer.status_code} {answer.json().get('code', '')}".strip()


def at_once(acts: Sequence[Callable[[], str]]) -> dict[str, int]:
    return dict(Counter(map(str, all_at_once(acts))))


def assert_came_back(order: dict[str, Any], quantity: int, cents: int) -> None:
    """The line, the tenders and the returns say the same, and every ledger is whole."""
    line = OrderLine.objects.get(order=order["id"])
    assert (line.returned_quantity, line.returned_cents) == (quantity, cents)
    back = Tender.objects.filter(order=order["id"], amount_cents__lt=0)
    assert -sum(back.values_list("amount_cents", flat=True)) == cents
    assert_books_balance()


def test_of_two_tills_that_take_one_line_back_one_does(
    tills: list[ApiClient], bourbon: Product
) -> None:
    for _ in range(5):
        order = sell(tills[0], bourbon, 2)
        body = return_of(some_of(order, 2))
        acts = [partial(send, till, order, body) for till in tills[:2]]
        assert at_once(acts) == {"201": 1, "409 return-exceeds-sold": 1}
        assert_came_back(order, 2, order["total_cents"])


def test_eight_tills_take_five_bottles_back_one_by_one(
    tills: list[ApiClient], bourbon: Product
) -> None:
    order = sell(tills[0], bourbon, 5)  # $6.996 of tax is $7.00: $1.40 of each
    body = return_of(some_of(order))
    outcomes = at_once([partial(send, till, order, body) for till in tills])
    assert outcomes == {"201": 5, "409 return-exceeds-sold": 3}
    assert_came_back(order, 5, order["total_cents"])
    answer = tills[0].get("stock", product=str(bourbon.pk)).json()
    assert answer["results"][0]["on_hand"] == 10


def test_one_return_under_eight_keys_is_one_return(
    tills: list[ApiClient], bourbon: Product
) -> None:
    order = sell(tills[0], bourbon, 5)
    body = {**return_of(some_of(order)), "id": str(uuid4())}
    assert at_once([partial(send, till, order, body) for till in tills]) == {"201": TILLS}
    assert Return.objects.count() == 1
    assert_came_back(order, 1, 2139)


def test_of_a_void_and_a_return_at_once_one_is_done(
    tills: list[ApiClient], bourbon: Product
) -> None:
    for _ in range(5):
        order = sell(tills[0], bourbon, 2)
        body = return_of(some_of(order, 2))
        outcomes = at_once([partial(void, tills[0], order), partial(send, tills[1], order, body)])
        assert outcomes in (
            {"200": 1, "409 order-voided": 1},
            {"201": 1, "409 order-not-voidable": 1},
        )
        assert_books_balance()


def test_returns_of_the_same_goods_and_sales_do_not_wait_in_a_circle(
    tills: list[ApiClient], store: Store
) -> None:
    goods = [make_snack(f"CHP-{n}", on_hand=100, store=store) for n in range(2)]
    orders = [sell(tills[0], product, 5) for product in goods]

    def work(till: ApiClient, place: int) -> str:
        for turn in range(5):
            order = orders[(place + turn) % 2]
            send(till, order, return_of(some_of(order)))
            sell(till, goods[(place + turn + 1) % 2], 1)
        return "done"

    assert at_once([partial(work, till, n) for n, till in enumerate(tills)]) == {"done": TILLS}
    assert_books_balance()


def test_a_void_that_waits_for_a_return_is_refused(
    tills: list[ApiClient], bourbon: Product
) -> None:
    order = sell(tills[0], bourbon, 2)
    with queue_for(bourbon) as queue:
        queue.begin(partial(send, tills[0], order, return_of(some_of(order))))
        queue.begin(partial(void, tills[1], order))
    assert queue.outcomes() == ["201", "409 order-not-voidable"]
    assert_books_balance()


# --- Cards ----------------------------------------------------------------------------------------


@pytest.fixture
def wide_bulkhead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thread of this test may speak to Stripe at once."""
    monkeypatch.setattr(bulkhead, "bulkhead", bulkhead.Bulkhead(TILLS))


def settle(order_id: UUID) -> str:
    settle_order(order_id=order_id, now=later())
    settle_payments(now=later())
    return "done"


@pytest.mark.usefixtures("wide_bulkhead")
def test_workers_that_settle_one_return_at_once_send_its_money_once(stripe: Simulator) -> None:
    desk = ReturnDesk(stripe)
    desk.settle()
    assert desk.take_back().status_code == 201
    outcomes = at_once([partial(settle, desk.order_id)] * TILLS)
    assert outcomes == {"done": TILLS}
    refund = Refund.objects.get()
    assert (refund.status, refund.attempts.count()) == ("SUCCEEDED", 1)
    assert desk.held_cents() == BAG
    assert not list(find_payment_drift())


@pytest.mark.usefixtures("wide_bulkhead")
def test_tills_that_give_one_card_its_money_back_at_once_give_what_it_paid(
    stripe: Simulator,
) -> None:
    desk = ReturnDesk(stripe)
    desk.settle()
    tills = [desk.hire(f"c{n}", n) for n in range(2, TILLS + 2)]
    body = {
        "lines": [some_of(desk.order)],
        "refund_to": [desk.to_card(BAG)],
        "reason": "stale",
    }
    outcomes = at_once([partial(send, till, desk.order, body) for till in tills])
    assert outcomes == {"201": 2, "409 return-exceeds-sold": TILLS - 2}
    desk.settle()
    assert (desk.held_cents(), desk.payment.status) == (0, "REFUNDED")
    assert_came_back(desk.order, 2, 2 * BAG)
