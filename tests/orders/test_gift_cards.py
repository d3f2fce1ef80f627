"""Gift cards are sold, topped up and spent, and owed until then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.payments.errors import (
    StoredValueBuysGoodsOnly,
    StoredValueCodeInvalid,
    StoredValueFrozen,
    StoredValueInsufficient,
    StoredValueTooMuch,
    StoredValueUnknown,
    TenderExcess,
    TenderInsufficient,
)
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.payments.services.stored_value.presenting import WRONG_CODES
from apps.stores.errors import TooManyAttempts
from tests.goods import basket, line_of

from .gift_cards import (
    CODE,
    NOBODYS,
    OTHER,
    account,
    assert_stored_value_balances,
    by_card,
    card,
    cash,
    left_on,
    sold_card,
)
from .sales import booked, count_rows, read, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

BOURBON = 2139  # $19.99 and $1.40 of tax


def test_a_gift_card_is_no_revenue_and_bears_no_tax(till: Till) -> None:
    order = sold_card(till, 5_000, cash=6_000)
    sums = ("subtotal_cents", "discount_cents", "tax_cents", "gift_cards_cents", "total_cents")
    assert [order[name] for name in sums] == [0, 0, 0, 5_000, 5_000]
    assert (order["lines"], order["change_cents"]) == ([], 1_000)
    assert left_on() == 5_000
    assert_stored_value_balances()


def test_a_gift_card_can_be_sold_with_goods(till: Till, bourbon: Product) -> None:
    order = sold(till, bourbon, gift_cards=[card(2_500)])
    assert (order["tax_cents"], order["total_cents"]) == (140, BOURBON + 2_500)
    (loaded,) = order["gift_cards"]
    assert (loaded["last4"], loaded["amount_cents"], loaded["balance_cents"]) == (
        "8899",
        2_500,
        2_500,
    )


def test_an_order_with_a_gift_card_reads_as_it_was_answered(till: Till, bourbon: Product) -> None:
    sold_card(till)
    tenders = [by_card(1_000), cash(5_000)]
    order = sold(till, bourbon, gift_cards=[card(2_500, OTHER)], tenders=tenders)
    assert booked(till, order["id"]) == order


def test_the_database_does_not_know_the_code_of_a_card(till: Till) -> None:
    sold_card(till)
    row = StoredValueAccount.objects.values().get()
    code = CODE.replace("-", "")
    assert not [value for value in row.values() if code in str(value)]
    assert row["last4"] == code[-4:]


def test_a_card_that_is_sold_again_is_topped_up(till: Till) -> None:
    sold_card(till, 1_000)
    sold_card(till, 500, CODE.lower().replace("-", " "))
    assert left_on() == 1_500


def test_a_gift_card_pays_what_is_named_and_cash_the_rest(till: Till, bourbon: Product) -> None:
    sold_card(till, 1_500)
    order = sold(till, bourbon, tenders=[by_card(1_500), cash(1_000)])
    by_gift, by_cash = order["tenders"]
    assert (by_gift["amount_cents"], by_gift["left_cents"], by_gift["last4"]) == (1_500, 0, "8899")
    assert by_cash == {**cash(1_000), "payment_id": None}
    assert order["change_cents"] == 361
    assert_stored_value_balances()


REFUSED: dict[str, tuple[type[Exception], dict[str, Any]]] = {
    "a code that nobody knows": (StoredValueUnknown, {"tenders": [by_card(BOURBON, NOBODYS)]}),
    "a code that is none": (StoredValueCodeInvalid, {"tenders": [by_card(BOURBON, "1234")]}),
    "a gift card as a store credit": (
        StoredValueUnknown,
        {"tenders": [by_card(BOURBON, kind="store_credit")]},
    ),
    "more than is on it": (StoredValueInsufficient, {"tenders": [by_card(BOURBON)]}),
    "too little": (TenderInsufficient, {"tenders": [by_card(1_000)]}),
    "change out of a gift card": (TenderExcess, {"tenders": [by_card(BOURBON + 1)]}),
    "a gift card for a gift card": (
        StoredValueBuysGoodsOnly,
        {"gift_cards": [card(1_000, OTHER)], "tenders": [by_card(2_140), cash(5_000)]},
    ),
    "more than the law lets it hold": (StoredValueTooMuch, {"gift_cards": [card(198_001)]}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_gift_card_cannot_do_changes_nothing(
    till: Till, bourbon: Product, name: str
) -> None:
    sold_card(till, 2_000)
    before = count_rows()
    error, fields = REFUSED[name]
    with pytest.raises(error):
        send(till, basket(bourbon, **fields))
    assert (count_rows(), left_on()) == (before, 2_000)


def test_a_frozen_card_pays_nothing(till: Till, bourbon: Product) -> None:
    sold_card(till)
    StoredValueAccount.objects.update(status="FROZEN")
    with pytest.raises(StoredValueFrozen):
        send(till, basket(bourbon, tenders=[by_card(BOURBON)]))
    with pytest.raises(StoredValueFrozen):
        sold_card(till)
    assert left_on() == 5_000


def test_a_card_of_another_currency_is_refused(till: Till, bourbon: Product) -> None:
    sold_card(till)
    StoredValueAccount.objects.update(currency="CAD")
    with pytest.raises(Exception, match="It holds CAD"):
        send(till, basket(bourbon, tenders=[by_card(BOURBON)]))


def test_what_is_refused_says_what_is_left(till: Till, bourbon: Product) -> None:
    sold_card(till, 2_000)
    with pytest.raises(StoredValueInsufficient) as refusal:
        send(till, basket(bourbon, tenders=[by_card(BOURBON)]))
    assert refusal.value.facts["balance_cents"] == 2_000
    assert "$20.00 is left on Gift card ...8899" in refusal.value.detail


def test_a_till_that_guesses_codes_has_to_wait(till: Till, bourbon: Product) -> None:
    sold_card(till)
    for _ in range(WRONG_CODES):
        with pytest.raises(StoredValueUnknown):
            send(till, basket(bourbon, tenders=[by_card(BOURBON, NOBODYS)]))
    with pytest.raises(TooManyAttempts):
        send(till, basket(bourbon, tenders=[by_card(BOURBON)]))


def test_a_sale_sent_again_spends_and_loads_once(till: Till, bourbon: Product) -> None:
    sold_card(till)
    body = basket(bourbon, gift_cards=[card(1_000, OTHER)], tenders=[by_card(BOURBON), cash(1_000)])
    first, again = (send(till, body, key="k") for _ in range(2))
    assert (again.is_replay, again.body) == (True, first.body)
    assert (left_on(), left_on(OTHER)) == (5_000 - BOURBON, 1_000)
    assert StoredValueEntry.objects.count() == 3


def test_one_card_may_pay_twice_of_one_order(till: Till, bourbon: Product) -> None:
    sold_card(till)
    order = read(send(till, basket(bourbon, tenders=[by_card(1_000), by_card(1_139)])))
    assert [tender["left_cents"] for tender in order["tenders"]] == [4_000, 2_861]
    assert_stored_value_balances()


def test_a_cash_sale_asks_nothing_of_gift_cards(
    till: Till, bourbon: Product, django_assert_max_num_queries: Any
) -> None:
    sold(till, bourbon)
    with django_assert_max_num_queries(60) as queries:
        sold(till, line_of(bourbon))
    assert not [query for query in queries if "storedvalue" in query["sql"]]


def test_a_card_s_last_four_tell_it_from_others(till: Till) -> None:
    sold_card(till)
    assert str(account()).startswith("Gift card ...8899, ")
