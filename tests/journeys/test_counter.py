"""A day at the counter, from the first pairing to the shelf that is counted in the evening."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from .counter import Refused, TillProgram, basket_of

if TYPE_CHECKING:
    import time_machine

    from apps.catalog.models import Product
    from apps.stores.models import Terminal

    from .counter import BackOffice

MIDNIGHT = datetime(2026, 11, 23, 5, tzinfo=UTC)
SEVEN = datetime(2026, 11, 23, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_a_bottle_goes_over_the_counter_and_comes_back(
    till: TillProgram, bourbon: Product, clock: time_machine.Traveller
) -> None:
    found = till.scan("012345678905")
    assert (found["product"]["id"], found["stock"]["on_hand"]) == (bourbon.pk, 10)
    basket = basket_of(bourbon)
    assert till.quote(basket)["total_cents"] == 2139
    order = till.sell(basket, cash=2500)
    assert (order["number"], order["change_cents"]) == ("BRW-1-261122-0001", 361)
    assert "TOTAL $21.39" in till.print(order)
    assert till.on_hand(bourbon) == 9
    clock.shift(timedelta(minutes=5))
    with pytest.raises(Refused) as refusal:
        till.void(order)
    assert refusal.value.code == "approval-required"
    till.log_in("lea")
    assert till.void(order)["status"] == "VOIDED"
    assert till.on_hand(bourbon) == 10
    call_command("verify_ledgers")


def test_a_till_that_is_lost_is_replaced_and_its_receipts_go_on(
    till: TillProgram, manager: BackOffice, terminal: Terminal, bourbon: Product
) -> None:
    first = till.sell(basket_of(bourbon), cash=2139)
    basket = basket_of(bourbon)
    till.quote(basket)
    manager.revoke(terminal)
    for call in (lambda: till.sell(basket, cash=2139, key="the-last"), lambda: till.log_in("ana")):
        with pytest.raises(Refused) as refusal:
            call()
        assert refusal.value.code == "token-invalid"
    replacement = TillProgram(manager.pair(terminal))
    replacement.log_in("ana")
    second = replacement.sell(basket, cash=2139, key="the-last")
    assert [first["number"], second["number"]] == ["BRW-1-261122-0001", "BRW-1-261122-0002"]
    assert f"{first['number']} 11/22/2026 12:00 PM" in replacement.print(first)
    assert replacement.on_hand(bourbon) == 8


def test_two_tills_that_count_their_keys_alike_each_find_their_own_sale(
    till: TillProgram, second_till: TillProgram, bourbon: Product, chips: Product
) -> None:
    bottle, bag = basket_of(bourbon), basket_of(chips)
    sold = [till.sell(bottle, cash=2139, key="0001"), second_till.sell(bag, cash=199, key="0001")]
    assert [order["number"] for order in sold] == ["BRW-1-261122-0001", "BRW-2-261122-0001"]
    again = [till.sell(bottle, cash=2139, key="0001"), second_till.sell(bag, cash=199, key="0001")]
    assert again == sold
    assert [program.answer_under("0001") for program in (till, second_till)] == sold
    assert (till.on_hand(bourbon), till.on_hand(chips)) == (9, 9)


# --- Closing time ---------------------------------------------------------------------------------


def test_a_bottle_that_waited_until_closing_time_is_sold_before_it(
    till: TillProgram, second_till: TillProgram, bourbon: Product, clock: time_machine.Traveller
) -> None:
    clock.move_to(MIDNIGHT - timedelta(minutes=10))
    for program, code in ((till, "ana"), (second_till, "ben")):
        program.log_in(code)
    basket = basket_of(bourbon)
    till.park(basket)
    clock.move_to(MIDNIGHT - TICK)
    order = second_till.sell(second_till.resume(basket), cash=2139)
    assert (order["business_date"], order["cashier"]["name"]) == ("2026-11-22", "Ben")
    assert f"{order['number']} 11/22/2026 11:59 PM" in second_till.print(order)


def test_a_bottle_that_waited_past_closing_time_waits_until_seven(
    till: TillProgram, bourbon: Product, chips: Product, clock: time_machine.Traveller
) -> None:
    clock.move_to(MIDNIGHT - timedelta(minutes=10))
    till.log_in("ana")
    bottle, bag = basket_of(bourbon), basket_of(chips)
    for basket in (bottle, bag):
        till.park(basket)
    clock.move_to(MIDNIGHT)
    resumed = till.resume(bottle)
    with pytest.raises(Refused) as refusal:
        till.sell(resumed, cash=2139)
    assert refusal.value.code == "outside-selling-hours"
    assert refusal.value.document["opens_at"] == "2026-11-23T12:00:00Z"
    assert till.sell(till.resume(bag), cash=199)["number"] == "BRW-1-261122-0001"
    clock.move_to(SEVEN)
    till.log_in("ana")
    assert till.sell(resumed, cash=2139)["number"] == "BRW-1-261123-0001"
