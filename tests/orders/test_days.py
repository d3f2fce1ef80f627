"""Closing a store's business day: whole, or with a reason; kept as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.orders.days import describe_day, list_later, list_open_days, list_takings
from apps.orders.errors import DayAlreadyClosed, DayIncomplete, DayNotBegun
from apps.orders.missing import find_missing
from apps.orders.models import DayClose
from apps.orders.services.closing.days import close_day
from apps.payments.models import Payment
from apps.stores.selectors import list_store_days
from tests.conftest import NOON
from tests.factories import MANAGER
from tests.goods import basket, line_of
from tests.payments.drawers import FLOAT_CENTS, closed, opened
from tests.payments.rows import make_payment

from .gift_cards import by_card, sold_card
from .returns import take_back
from .rows import DAY
from .sales import send, sold, voided

if TYPE_CHECKING:
    from datetime import date, datetime

    from apps.catalog.models import Product
    from apps.stores.types import Till

LATER = NOON + timedelta(hours=4)
CHIPS_CENTS = 199


def close(till: Till, day: date = DAY, *, reason: str = "", now: datetime = LATER) -> DayClose:
    with transaction():
        return close_day(actor=MANAGER, store=till.store, business_date=day, reason=reason, now=now)


def missing(till: Till) -> list[str]:
    """The codes of what a day lacks, as the refusal to close it says."""
    with pytest.raises(DayIncomplete) as refusal:
        close(till)
    facts: Any = refusal.value.facts["missing"]
    return [lack["code"] for lack in facts]


def test_a_day_is_closed_with_all_it_came_to(till: Till, lead_till: Till, chips: Product) -> None:
    opened(till)
    sold(till, line_of(chips, 3))
    voided(lead_till, sold(till, chips)["id"])
    take_back(lead_till, sold(till, chips))
    closed(till, off=-5)
    day = close(till)
    assert (day.number, day.snapshot["missing"], day.reason) == (1, [], "")
    assert day.snapshot["net_cents"] == 3 * CHIPS_CENTS
    (shift,) = day.snapshot["shifts"]
    assert (shift["z"], shift["variance_cents"], day.snapshot["variance_cents"]) == (1, -5, -5)
    assert AuditEntry.objects.get(action="day.closed").facts["net_cents"] == 3 * CHIPS_CENTS


def test_a_day_tells_the_variance_that_late_sales_have_left(till: Till, chips: Product) -> None:
    opened(till)
    sold(till, chips)
    closed(till, off=CHIPS_CENTS - 5, now=LATER)
    taken_at = (NOON + timedelta(minutes=1)).isoformat()
    sold(till, chips, taken_at=taken_at, now=LATER + timedelta(hours=1))
    day = describe_day(store=till.store, business_date=DAY)
    (shift,) = day["shifts"]
    assert (shift["variance_cents"], day["variance_cents"]) == (-5, -5)
    assert (shift["z_variance_cents"], shift["late_cents"]) == (CHIPS_CENTS - 5, CHIPS_CENTS)
    (cash,) = day["tenders"]
    told = FLOAT_CENTS + cash["net_cents"]
    assert shift["expected_cents"] == told == shift["counted_cents"] - shift["variance_cents"]


def test_a_shop_that_keeps_no_drawers_closes_its_day(till: Till, chips: Product) -> None:
    sold(till, chips)
    assert close(till).snapshot["missing"] == []


def test_an_open_shift_is_missing_until_it_is_closed(till: Till) -> None:
    opened(till)
    assert missing(till) == ["shift-open"]
    closed(till)
    assert close(till).snapshot["missing"] == []


def test_a_card_whose_money_is_not_taken_is_missing(till: Till, chips: Product) -> None:
    body = basket(chips)
    card = make_payment(order_id=body["id"], amount_cents=199, authorized_cents=199)
    send(till, {**body, "tenders": [{"kind": "card", "payment_id": str(card.pk)}]})
    assert missing(till) == ["card-not-taken"]
    Payment.objects.update(status="CAPTURED", captured_cents=199)
    assert close(till).snapshot["missing"] == []


def test_a_payment_whose_outcome_nobody_knows_is_missing(till: Till, chips: Product) -> None:
    sold(till, chips)
    make_payment(status="UNKNOWN", store_id=till.store.id)
    assert missing(till) == ["payment-unknown"]


def test_a_payment_of_the_next_day_is_not(till: Till, chips: Product) -> None:
    sold(till, chips)
    make_payment(status="UNKNOWN", store_id=till.store.id, created_at=NOON + timedelta(days=1))
    assert close(till).snapshot["missing"] == []


def test_a_sale_outside_any_shift_is_missing_where_drawers_are_kept(
    till: Till, second_till: Till, chips: Product
) -> None:
    sold(till, chips)
    opened(till, now=NOON + timedelta(minutes=1))
    closed(till, now=NOON + timedelta(minutes=2))
    sold(second_till, chips)
    assert missing(till) == ["sale-outside-shift"]


def test_a_sale_of_a_day_before_the_first_shift_is_none_outside_a_shift(
    till: Till, chips: Product
) -> None:
    sold(till, chips)
    opened(till, now=NOON + timedelta(days=1))
    assert close(till).snapshot["missing"] == []


def test_a_day_that_lacks_something_is_closed_with_a_reason(till: Till) -> None:
    opened(till)
    day = close(till, reason="the till burnt down")
    assert [lack["code"] for lack in day.snapshot["missing"]] == ["shift-open"]
    assert day.reason == "the till burnt down"


def test_a_day_is_closed_once_and_none_of_the_future(till: Till, chips: Product) -> None:
    sold(till, chips)
    close(till)
    with pytest.raises(DayAlreadyClosed):
        close(till)
    with pytest.raises(DayNotBegun):
        close(till, DAY + timedelta(days=1))


def test_days_are_numbered_without_gaps_in_the_order_of_their_closing(till: Till) -> None:
    days = [DAY, DAY - timedelta(days=2), DAY - timedelta(days=1)]
    assert [close(till, day).number for day in days] == [1, 2, 3]


def test_what_comes_later_is_listed_and_changes_nothing(till: Till, chips: Product) -> None:
    opened(till)
    sold(till, chips)
    closed(till, now=NOON + timedelta(hours=1))
    day = close(till)
    body = basket(chips, taken_at=(NOON + timedelta(minutes=1)).isoformat())
    send(till, body, now=LATER + timedelta(minutes=1))
    assert DayClose.objects.get().snapshot == day.snapshot
    later = list_later(closed=day)
    (amendment,) = later["amendments"]
    assert str(amendment.order_id) == body["id"]
    assert (list(later["orders"]), list(later["returns"])) == ([], [])


def test_days_that_nobody_closed_are_listed_newest_first(till: Till, chips: Product) -> None:
    for days in (0, 1, 2, 40):
        sold(till, chips, now=NOON - timedelta(days=days))
    close(till, DAY - timedelta(days=1))
    (store,) = list_store_days()
    open_days = list_open_days(stores=[store], now=NOON)
    assert open_days == {till.store.id: [DAY, DAY - timedelta(days=2)]}


def test_what_many_days_lack_is_found_with_as_many_statements_as_for_one(
    till: Till, chips: Product
) -> None:
    days = [DAY - timedelta(days=ago) for ago in range(5)]
    for ago in range(5):
        sold(till, chips, now=NOON - timedelta(days=ago))
    opened(till)
    for asked in ([DAY], days):
        with CaptureQueriesContext(connection) as captured:
            missing_of = find_missing([(till.store, asked)])
        assert len(captured) <= 7
    today, *before = (missing_of[till.store.id, day] for day in days)
    assert [lack["code"] for lack in today] == ["shift-open", "sale-outside-shift"]
    assert not any(before)


def test_takings_by_day_come_to_the_tenders_of_their_day(
    till: Till, lead_till: Till, bourbon: Product, chips: Product
) -> None:
    sold(till, bourbon, cash=10_000)
    voided(lead_till, sold(till, chips, cash=500)["id"])
    gift_card = sold_card(till, 1_000)
    sold(till, chips, tenders=[by_card(199)])
    take_back(lead_till, sold(till, chips), now=NOON + timedelta(days=1))
    assert gift_card["total_cents"] == 1_000
    for taken in list_takings(store_ids=[till.store.id], since=DAY):
        day = describe_day(store=till.store, business_date=taken.day)
        kinds = {tender["kind"]: tender["net_cents"] for tender in day["tenders"]}
        assert taken.cash_cents == kinds["cash"]
        assert taken.other_cents == kinds.get("gift_card", 0)
        assert taken.card_cents == 0
