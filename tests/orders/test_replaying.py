"""A replay prices past baskets as the sale would have, and changes nothing."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.catalog.promotions.types import PromotionKind, Schedule
from apps.catalog.services.promotions import withdraw_promotion
from apps.orders.services.quoting import quote_order
from apps.orders.services.replaying.past import Span
from apps.orders.services.replaying.running import replay
from apps.stores.types import Role
from tests.catalog.editions import draft, publish
from tests.catalog.promotions.drafts import STARTED, of_products
from tests.catalog.promotions.drafts import publish as promote
from tests.conftest import NOON
from tests.customers.certificates import claim, file_certificate
from tests.customers.people import make_customer
from tests.customers.points import make_points, make_programme
from tests.factories import MANAGER, make_store, open_till
from tests.goods import basket, line_of, make_product, make_snack, set_price

from .gift_cards import card
from .sales import ask, count_rows, fresh, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import PriceEdition, Product
    from apps.orders.services.replaying.summing import Tally
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db

A_WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
BASKETS = 20
RIGHTS = ("coupons", "employee_price")


@pytest.fixture
def till(db: None) -> Till:
    store = make_store(all_day=True, alcohol_floor_percent=60)
    till, _ = open_till(store, Role.OWNER, now=NOON)
    return till


@pytest.fixture
def goods(till: Till) -> list[Product]:
    """Three snacks and two bottles under promotions of every sort."""
    snacks = [make_snack(f"S-{n}", price_cents=100 + 37 * n) for n in range(3)]
    bottles = [make_product(f"B-{n}", price_cents=1500 + 411 * n) for n in range(2)]
    evening = Schedule(STARTED, from_minute=17 * 60, until_minute=19 * 60)
    kinds = PromotionKind
    promote(code="HAPPY", schedule=evening, percent=Decimal(25))
    promote(
        code="THREE",
        kind=kinds.N_FOR_PRICE,
        percent=None,
        units=3,
        amount_cents=250,
        selection=of_products(*snacks),
    )
    promote(code="COUPON", coupon="SAVE5", percent=Decimal(5))
    promote(code="STAFF", for_employees=True, percent=Decimal(50), is_exclusive=True)
    return [*snacks, *bottles]


def over(edition: PriceEdition, since: datetime, until: datetime = NOON, **more: Any) -> Tally:
    return replay(edition=edition, span=Span(since, until, **more), now=NOON)


def random_basket(dice: random.Random, goods: list[Product]) -> dict[str, Any]:
    lines = [line_of(product, dice.randint(1, 4)) for product in dice.sample(goods, 3)]
    if dice.random() < 0.3:
        lines[0]["unit_price_cents"] = 123
    rights: dict[str, Any] = {
        "coupons": ["SAVE5"] if dice.random() < 0.3 else [],
        "employee_price": dice.random() < 0.2,
    }
    body: dict[str, Any] = basket(*lines, **rights)
    return body


def anew(body: dict[str, Any], goods: list[Product]) -> dict[str, Any]:
    """The same basket as a new order."""
    lines = [
        line_of(next(each for each in goods if each.pk == line["product_id"]), line["quantity"])
        | {key: line[key] for key in ("unit_price_cents",) if key in line}
        for line in body["lines"]
    ]
    fresh_body: dict[str, Any] = basket(*lines, **{key: body[key] for key in RIGHTS})
    return fresh_body


def quoted_cents(till: Till, body: dict[str, Any], at: datetime) -> int:
    return quote_order(till=fresh(till), request=ask(body), now=at).basket.total_cents


@pytest.mark.parametrize("seed", range(4))
def test_a_replay_is_what_a_quote_a_week_later_under_the_published_edition_says(
    till: Till, goods: list[Product], seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - baskets, no secrets
    past = []
    for _ in range(BASKETS):
        at = NOON - timedelta(minutes=dice.randint(1, 6 * 24 * 60))
        body = random_basket(dice, goods)
        total = sold(
            till, *body["lines"], now=at, **{k: body[k] for k in ("coupons", "employee_price")}
        )
        past.append((at, body, total["total_cents"]))
    edition = draft({product: dice.randint(80, 2500) for product in goods[1:]})
    replayed = [over(edition, at, at + TICK).total for at, _, _ in past]
    assert [each.live_cents for each in replayed] == [total for _, _, total in past]
    publish(edition)
    quoted = [quoted_cents(till, anew(body, goods), at + A_WEEK) for at, body, _ in past]
    assert [each.draft_cents for each in replayed] == quoted


# --- What counts ----------------------------------------------------------------------------------


def test_a_replay_writes_nothing(till: Till, goods: list[Product]) -> None:
    sold(till, goods[0], now=NOON - HOUR)
    edition = draft({goods[0]: 150})
    before = count_rows()
    assert over(edition, NOON - A_WEEK).total.baskets == 1
    assert count_rows() == before


def test_a_buyer_keeps_their_points_and_their_exemption_from_tax(
    till: Till, goods: list[Product]
) -> None:
    ada, exempt = make_customer(), claim(file_certificate())
    make_points(make_programme(), ada, 1_000)
    said = {"customer_id": str(ada.pk), "redeem_points": 400, "tax_exemption": exempt}
    sold(till, line_of(goods[3], 2), now=NOON - HOUR, **said)
    total = over(draft({goods[3]: 1_600}), NOON - A_WEEK).total
    assert (total.charged_cents, total.live_cents) == (2 * 1500 - 400, 2 * 1500 - 400)
    assert total.draft_cents == 2 * 1600 - 400


def test_what_was_charged_then_is_told_beside_what_it_would_cost_now(till: Till) -> None:
    chips = make_snack(price_cents=100)
    sold(till, line_of(chips, 2), now=NOON - HOUR)
    set_price(chips, 120, NOON - TICK)
    total = over(draft({chips: 150}), NOON - A_WEEK).total
    assert (total.charged_cents, total.live_cents, total.draft_cents) == (200, 240, 300)


def test_a_gift_card_sold_beside_the_goods_is_none_of_their_price(till: Till) -> None:
    snack = make_snack(price_cents=200)
    sold(till, snack, gift_cards=[card(5_000)], now=NOON - HOUR)
    total = over(draft({snack: 250}), NOON - A_WEEK).total
    assert (total.charged_cents, total.live_cents) == (200, 200)


def test_voids_and_sales_outside_the_span_are_left_out(till: Till) -> None:
    chips = make_snack()
    since, until = NOON - 2 * HOUR, NOON - HOUR
    for at in (since - TICK, since, until - TICK, until):
        sold(till, chips, now=at)
    voided(till, sold(till, chips, now=since)["id"], now=since)
    assert over(draft({chips: 150}), since, until).total.baskets == 2


def test_one_store_alone_can_be_priced_again(till: Till) -> None:
    chips = make_snack()
    other, _ = open_till(make_store("TPA", name="Tampa"), code="bob", now=NOON)
    set_price(chips, 199, NOON - A_WEEK)
    sold(till, chips, now=NOON - HOUR)
    sold(other, chips, now=NOON - HOUR)
    edition = draft({chips: 250})
    assert sorted(over(edition, NOON - A_WEEK).by_store) == ["Broward Liquors", "Tampa"]
    assert set(over(edition, NOON - A_WEEK, store_id=other.store.id).by_store) == {"Tampa"}


def test_a_price_set_by_hand_stays(till: Till) -> None:
    chips = make_snack(price_cents=199)
    sold(till, line_of(chips, unit_price_cents=150), now=NOON - HOUR)
    tally = over(draft({chips: 250}), NOON - A_WEEK)
    assert (tally.total.live_cents, tally.total.draft_cents, tally.kept_lines) == (150, 150, 1)


def test_a_promotion_that_was_withdrawn_since_counts_while_it_was_live(till: Till) -> None:
    chips = make_snack(price_cents=200)
    row = promote(percent=Decimal(50))
    sold(till, chips, now=NOON - 3 * HOUR)
    with transaction():
        withdraw_promotion(actor=MANAGER, promotion_id=row.pk, now=NOON - 2 * HOUR)
    sold(till, chips, now=NOON - HOUR)
    total = over(draft({chips: 300}), NOON - A_WEEK).total
    assert (total.charged_cents, total.live_cents, total.draft_cents) == (300, 300, 450)


def test_dearer_cheaper_and_unchanged_baskets_are_counted_and_the_products_ranked(
    till: Till,
) -> None:
    up, down, same = (make_snack(sku, price_cents=200) for sku in ("UP", "DOWN", "SAME"))
    for product in (up, down, down, same):
        sold(till, product, now=NOON - HOUR)
    found: Any = over(draft({up: 300, down: 150}), NOON - A_WEEK).as_json()
    assert (found["dearer"], found["cheaper"], found["unchanged"]) == (1, 2, 1)
    ranked = [(each["sku"], each["change_cents"]) for each in found["winners"] + found["losers"]]
    assert ranked == [("UP", 100), ("DOWN", -100)]


def test_what_would_be_sold_below_cost_and_at_the_floor_is_named(till: Till) -> None:
    rum = make_product("RUM", price_cents=2000, unit_cost_cents=1500)
    promote(percent=Decimal(90))
    sold(till, line_of(rum, 2), now=NOON - HOUR)
    found: Any = over(draft({rum: 2400}), NOON - A_WEEK).as_json()
    assert [each["below_cost_units"] for each in found["below_cost"]] == [2]
    assert found["at_floor_lines"] == 1


def test_the_days_and_stores_add_up_to_the_total(till: Till, goods: list[Product]) -> None:
    for days in range(5):
        sold(till, goods[days % 3], goods[3], now=NOON - timedelta(days=days, hours=1))
    found: Any = over(draft(dict.fromkeys(goods, 333)), NOON - A_WEEK).as_json()
    for part in ("by_day", "by_store"):
        for sums in ("baskets", "charged_cents", "live_cents", "draft_cents"):
            assert sum(each[sums] for each in found[part]) == found["total"][sums]
    assert len(found["by_day"]) == 5
