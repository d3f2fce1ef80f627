"""The manager changes something while the customer stands at the till."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from .counter import Refused, basket_of

if TYPE_CHECKING:
    import time_machine

    from apps.catalog.models import Product

    from .counter import BackOffice, TillProgram

QUARTER = timedelta(minutes=15)


def test_a_product_recalled_after_the_quote_leaves_the_basket_and_the_rest_is_sold(
    till: TillProgram, manager: BackOffice, bourbon: Product, chips: Product
) -> None:
    sold_before = till.sell(basket_of(bourbon), cash=2139)
    basket = basket_of(chips, bourbon)
    till.quote(basket)
    manager.take_off(bourbon)
    with pytest.raises(Refused) as refusal:
        till.sell(basket, cash=2338, key="one-key")
    assert refusal.value.code == "product-not-sellable"
    (fault,) = refusal.value.document["errors"]
    assert fault["pointer"] == "/lines/1"
    basket["lines"].pop(1)
    assert till.quote(basket)["total_cents"] == 199
    assert till.sell(basket, cash=199, key="one-key")["total_cents"] == 199
    till.log_in("lea")
    till.void(sold_before)
    assert (till.on_hand(bourbon), till.on_hand(chips)) == (10, 9)
    call_command("verify_ledgers")


def test_a_recalled_product_is_not_found_by_its_barcode(
    till: TillProgram, manager: BackOffice, bourbon: Product
) -> None:
    till.scan("012345678905")
    manager.take_off(bourbon)
    with pytest.raises(Refused) as refusal:
        till.sell(basket_of(bourbon), cash=2139)
    assert refusal.value.code == "product-not-sellable"
    with pytest.raises(Refused) as refusal:
        till.scan("012345678905")
    assert refusal.value.code == "barcode-unknown"


def test_a_customer_who_pays_in_time_pays_what_was_quoted(
    till: TillProgram, manager: BackOffice, bourbon: Product, clock: time_machine.Traveller
) -> None:
    basket = basket_of(bourbon)
    total = till.quote(basket)["total_cents"]
    clock.shift(timedelta(minutes=1))
    manager.charge(bourbon, "29.99")
    clock.shift(QUARTER - timedelta(minutes=2))
    order = till.sell(basket, cash=total)
    assert (order["total_cents"], order["change_cents"]) == (2139, 0)
    assert [warning["code"] for warning in order["warnings"]] == ["price-changed"]
    assert "TOTAL $21.39" in till.print(order)
    assert till.sell(basket_of(bourbon), cash=5000)["total_cents"] == 3209


def test_a_customer_who_comes_too_late_pays_the_new_price(
    till: TillProgram, manager: BackOffice, bourbon: Product, clock: time_machine.Traveller
) -> None:
    basket = basket_of(bourbon)
    total = till.quote(basket)["total_cents"]
    clock.shift(timedelta(minutes=1))
    manager.charge(bourbon, "29.99")
    clock.shift(QUARTER)
    with pytest.raises(Refused) as refusal:
        till.sell(basket, cash=total, key="one-key")
    assert refusal.value.code == "tender-insufficient"
    assert refusal.value.document["missing_cents"] == 3209 - 2139
    order = till.sell(basket, cash=3209, key="one-key")
    assert [warning["charged_cents"] for warning in order["warnings"]] == [2999]
    assert "TOTAL $32.09" in till.print(order)
