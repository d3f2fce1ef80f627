"""An exchange is a return and a sale that stand or fall together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.orders.models import Exchange, Order, Return
from apps.orders.services.printing import print_receipt
from apps.orders.types import ReceiptFormat
from apps.payments.models import Payment, Tender
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import api_client, open_till
from tests.goods import basket, line_of
from tests.payments.drawers import closed, opened
from tests.payments.rows import make_payment

from .crowd import assert_books_balance
from .gift_cards import assert_stored_value_balances, by_card, card, cash, left_on, sold_card
from .returns import return_of, some_of
from .sales import count_rows, on_hand, sold

if TYPE_CHECKING:
    import time_machine

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till
    from tests.factories import ApiClient

type Document = dict[str, Any]
BOURBON, CHIPS = 2139, 199


@pytest.fixture
def desk(store: Store, clock: time_machine.Traveller) -> tuple[Till, ApiClient]:
    """A till with a shift lead at it, who may take goods back, on Sunday noon."""
    till, token = open_till(store, Role.SHIFT_LEAD, code="sue", number=7, now=NOON)
    return till, api_client(token)


def swap(api: ApiClient, sale: Document, *lines: Document, key: str = "k", **fields: Any) -> Any:
    """The answer to an exchange; `fields` are the return's, its `order` what goes out."""
    body = {"id": str(uuid4()), **return_of(*lines, **fields)}
    return api.post(f"orders/{sale['id']}/exchanges", body, key=key)


def test_cheaper_goods_go_back_and_the_difference_is_paid(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    order = sold(till, chips)
    answer = swap(api, order, some_of(order), order=basket(bourbon, cash=BOURBON))
    assert answer.status_code == 201, answer.content
    document = answer.json()
    assert document["difference_cents"] == BOURBON - CHIPS
    assert document["returned"]["total_cents"] == CHIPS
    assert document["order"]["total_cents"] == BOURBON
    assert (on_hand(till, bourbon), on_hand(till, chips)) == (9, 10)
    assert_books_balance()


def test_dearer_goods_go_back_and_the_difference_is_handed_out(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    opened(till)
    order = sold(till, bourbon)
    answer = swap(api, order, some_of(order), order=basket(chips, cash=CHIPS))
    assert answer.json()["difference_cents"] == CHIPS - BOURBON
    z = closed(till)
    assert z["cash"]["sales_cents"] - z["cash"]["returns_cents"] == CHIPS
    assert (z["sales"]["count"], z["returns"]["count"]) == (2, 1)
    assert sum(tender["net_cents"] for tender in z["tenders"]) == z["net_cents"] == CHIPS


def test_what_a_gift_card_paid_goes_back_and_pays_again(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    sold_card(till, BOURBON)
    order = sold(till, bourbon, tenders=[by_card(BOURBON)])
    part = {**order["tenders"][0], "amount_cents": BOURBON}
    back = {name: part[name] for name in ("kind", "account_id", "amount_cents")}
    out = basket(chips, tenders=[by_card(CHIPS)])
    answer = swap(api, order, some_of(order), refund_to=[back], order=out)
    assert answer.status_code == 201, answer.content
    assert left_on() == BOURBON - CHIPS
    assert_stored_value_balances()


def test_a_card_gets_its_money_back_and_pays_anew(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    key = uuid4()
    paid = make_payment(order_id=key, amount_cents=BOURBON, authorized_cents=BOURBON)
    by_first = [{"kind": "card", "payment_id": str(paid.pk)}]
    order = sold(till, bourbon, id=str(key), tenders=by_first)
    Payment.objects.filter(pk=paid.pk).update(status="CAPTURED", captured_cents=BOURBON)
    out = basket(chips)
    anew = make_payment(order_id=UUID(out["id"]), amount_cents=CHIPS, authorized_cents=CHIPS)
    out["tenders"] = [{"kind": "card", "payment_id": str(anew.pk)}]
    back = [{**by_first[0], "amount_cents": BOURBON}]
    answer = swap(api, order, some_of(order), refund_to=back, order=out)
    assert answer.status_code == 201, answer.content
    assert [refund["amount_cents"] for refund in answer.json()["returned"]["refunds"]] == [BOURBON]
    assert answer.json()["order"]["paid"] is False
    assert_books_balance()


REFUSED: dict[str, tuple[int, str, dict[str, Any]]] = {
    "the new goods are not paid": (422, "tender-insufficient", {"cash": 100}),
    "nobody has checked the age": (422, "age-check-required", {"age_check": None}),
    "the gift card is nobody's": (
        422,
        "stored-value-unknown",
        {"tenders": [by_card(BOURBON)]},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_go_out_lets_nothing_come_back(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product, name: str
) -> None:
    till, api = desk
    order = sold(till, chips)
    status, code, fields = REFUSED[name]
    before = count_rows()
    answer = swap(api, order, some_of(order), order=basket(bourbon, **fields))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert count_rows() == before


def test_what_cannot_come_back_lets_nothing_go_out(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    order = sold(till, chips)
    swap(api, order, some_of(order), order=basket(bourbon))
    before = count_rows()
    again = swap(api, order, some_of(order), key="l", refund_to=[], order=basket(bourbon))
    assert (again.status_code, again.json()["code"]) == (409, "return-exceeds-sold")
    assert count_rows() == before


def test_an_exchange_sent_again_is_done_once(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    order = sold(till, chips)
    body = {"id": str(uuid4()), **return_of(some_of(order), order=basket(bourbon))}
    path = f"orders/{order['id']}/exchanges"
    first, again, anew = (api.post(path, body, key=key) for key in ("k", "k", "another"))
    assert first.content == again.content
    assert anew.json()["order"]["number"] == first.json()["order"]["number"]
    assert (Order.objects.count(), Return.objects.count(), Exchange.objects.count()) == (2, 1, 1)
    other = api.post(path, {**body, "reason": "another"}, key="other")
    assert (other.status_code, other.json()["code"]) == (409, "return-exists")


def test_an_id_of_another_order_is_refused(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    order, taken = sold(till, chips), sold(till, chips)
    out = {**basket(bourbon), "id": taken["id"]}
    answer = swap(api, order, some_of(order), order=out)
    assert (answer.status_code, answer.json()["code"]) == (409, "order-exists")
    assert not Return.objects.exists()


def test_a_cashier_needs_an_approval_for_what_comes_back(
    till: Till, store: Store, chips: Product, clock: time_machine.Traveller
) -> None:
    api = api_client(open_till(store, code="cy", number=8, now=NOON)[1])
    order = sold(till, chips)
    answer = swap(api, order, some_of(order), order=basket(line_of(chips, 2)))
    assert (answer.status_code, answer.json()["action"]) == (403, "return-order")
    assert not Exchange.objects.exists()


def test_the_new_receipt_tells_of_both_sides(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    order = sold(till, chips)
    made = swap(api, order, some_of(order), order=basket(bourbon)).json()
    with transaction():
        text = print_receipt(
            till=till, order_id=UUID(made["order"]["id"]), form=ReceiptFormat.TEXT, now=NOON
        )
    words = " ".join(text.decode().split())
    assert f"EXCHANGE - of {order['number']} goods worth $1.99 came back" in words
    assert "Paid on top $19.40" in words


def test_the_audit_tells_of_the_exchange(
    desk: tuple[Till, ApiClient], bourbon: Product, chips: Product
) -> None:
    till, api = desk
    order = sold(till, chips)
    swap(api, order, some_of(order), order=basket(bourbon))
    entry = AuditEntry.objects.get(action="goods.exchanged")
    assert entry.facts["amount_cents"] == BOURBON - CHIPS


def test_neither_age_nor_code_is_kept_of_an_exchange(
    desk: tuple[Till, ApiClient], chips: Product
) -> None:
    till, api = desk
    order = sold(till, chips)
    out = basket(chips, gift_cards=[card(100)], tenders=[cash(500)])
    answer = swap(api, order, some_of(order), order=out)
    assert answer.status_code == 201, answer.content
    assert Tender.objects.filter(order=out["id"]).get().amount_cents == 500
    assert b"8899-" not in answer.content
    late = {**basket(chips), "taken_at": "2026-11-22T16:00:00Z"}
    assert swap(api, order, some_of(order), key="l", order=late).status_code == 400
