"""Promotions are written, published and withdrawn; what makes no sense is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_subatomic.db import transaction

from apps.catalog.errors import (
    PromotionCodeTaken,
    PromotionContradictory,
    PromotionsOverlap,
    PromotionStateConflict,
    PromotionUnknown,
)
from apps.catalog.models import Promotion
from apps.catalog.promotions.types import PromotionKind, Schedule, Selection
from apps.catalog.services.promotions import (
    change_promotion,
    publish_promotion,
    withdraw_promotion,
)
from apps.core.models import AuditEntry
from apps.core.reference import read_revision
from tests.catalog.promotions.drafts import STARTED, TENTH, of_products, publish, write
from tests.conftest import NOON
from tests.factories import MANAGER, make_store
from tests.goods import make_product

pytestmark = pytest.mark.django_db
Kind = PromotionKind
EVENING = Schedule(STARTED, None, frozenset({4}), from_minute=17 * 60, until_minute=60)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"schedule": Schedule(STARTED, STARTED)}, "ends_at"),
        ({"schedule": Schedule(STARTED, from_minute=60)}, "until_minute"),
        ({"schedule": Schedule(STARTED, from_minute=60, until_minute=60)}, "until_minute"),
        ({"schedule": Schedule(STARTED, weekdays=frozenset({7}))}, "weekdays"),
        ({"percent": Decimal("100.01")}, "percent"),
        ({"percent": Decimal(0)}, "percent"),
        ({"percent": None}, "percent"),
        ({"amount_cents": 100}, "amount_cents"),
        ({"kind": Kind.FIXED_PRICE, "percent": None}, "amount_cents"),
        ({"kind": Kind.AMOUNT_OFF, "percent": None, "amount_cents": 0}, "amount_cents"),
        ({"kind": Kind.MIXED_CASE, "units": 1}, "units"),
        ({"kind": Kind.BUY_GET, "units": 1, "get_units": 2}, "get_units"),
        ({"kind": Kind.CASE, "units": 12, "limit": 0}, "limit"),
        ({"kind": Kind.MIXED_CASE, "units": 6, "limit": 1}, "limit"),
        ({"kind": Kind.SALE_AMOUNT_OFF, "percent": None, "amount_cents": 500,
          "selection": Selection(categories=frozenset({1}))}, "products"),
        ({"selection": Selection(frozenset({1}), excluded=frozenset({1}))}, "excluded"),
    ],
)  # fmt: skip
def test_a_promotion_that_contradicts_itself_is_refused_by_field(
    fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(PromotionContradictory) as refusal:
        write(**fields)
    assert f"/{field}" in [error.pointer for error in refusal.value.errors]
    assert not Promotion.objects.exists()


def test_a_code_stands_for_one_promotion() -> None:
    write()
    with pytest.raises(PromotionCodeTaken):
        write(name="Another")


def test_a_change_is_the_next_version_and_is_audited() -> None:
    row = publish()
    before = read_revision()
    with transaction():
        change_promotion(
            actor=MANAGER,
            promotion_id=row.pk,
            draft=replace(TENTH, percent=Decimal(15)),
            now=NOON,
        )
    row.refresh_from_db()
    assert (row.version, row.percent, read_revision()) == (2, Decimal(15), before + 1)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["promotion.created", "promotion.published", "promotion.changed"]


def test_what_was_withdrawn_stays_so() -> None:
    row = publish()
    with transaction():
        withdraw_promotion(actor=MANAGER, promotion_id=row.pk, now=NOON)
    for again in (publish_promotion, withdraw_promotion):
        with pytest.raises(PromotionStateConflict), transaction():
            again(actor=MANAGER, promotion_id=row.pk, now=NOON)
    with pytest.raises(PromotionStateConflict), transaction():
        change_promotion(actor=MANAGER, promotion_id=row.pk, draft=TENTH, now=NOON)


def test_a_period_that_is_over_is_not_published() -> None:
    row = write(schedule=Schedule(STARTED, NOON))
    with pytest.raises(PromotionStateConflict, match="later end"), transaction():
        publish_promotion(actor=MANAGER, promotion_id=row.pk, now=NOON)


def test_a_promotion_that_does_not_exist_is_unknown() -> None:
    with pytest.raises(PromotionUnknown), transaction():
        publish_promotion(actor=MANAGER, promotion_id=0, now=NOON)


def test_two_exclusive_promotions_of_one_product_are_not_both_published() -> None:
    product = make_product()
    publish(is_exclusive=True, selection=of_products(product))
    with pytest.raises(PromotionsOverlap, match=r"A tenth off \(TENTH\)"):
        publish(code="OTHER", is_exclusive=True)
    assert Promotion.objects.get(code="OTHER").state == "DRAFT"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"is_exclusive": False}, {}),
        ({"schedule": Schedule(STARTED, NOON)}, {"schedule": Schedule(NOON)}),
        ({"schedule": EVENING}, {"schedule": Schedule(STARTED, weekdays=frozenset({3}))}),
        ({"schedule": EVENING},
         {"schedule": Schedule(STARTED, from_minute=60, until_minute=17 * 60)}),
        ({"coupon": "FALL"}, {}),
        ({"for_employees": True}, {}),
    ],
)  # fmt: skip
def test_exclusive_promotions_that_never_meet_are_both_published(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    make_product()
    publish(**{"is_exclusive": True, **one})
    publish(**{"code": "OTHER", "is_exclusive": True, **other})
    assert Promotion.objects.filter(state="LIVE").count() == 2


def test_exclusive_promotions_meet_after_midnight_too() -> None:
    make_product()
    publish(is_exclusive=True, schedule=EVENING)
    saturday = Schedule(STARTED + timedelta(days=1), weekdays=frozenset({5}))
    with pytest.raises(PromotionsOverlap):
        publish(code="OTHER", is_exclusive=True, schedule=saturday)


def test_exclusive_promotions_of_different_stores_or_products_are_both_published() -> None:
    bourbon, rum = make_product(), make_product("RUM-1")
    one, two = make_store(), make_store("TWO")
    publish(is_exclusive=True, selection=of_products(bourbon), store_ids=frozenset({one.pk}))
    publish(code="B", is_exclusive=True, selection=of_products(rum))
    publish(code="C", is_exclusive=True, selection=of_products(bourbon),
            store_ids=frozenset({two.pk}))  # fmt: skip
    assert Promotion.objects.filter(state="LIVE").count() == 3


def test_a_live_promotion_is_not_changed_into_the_way_of_another() -> None:
    make_product()
    publish(is_exclusive=True)
    row = publish(code="OTHER")
    with pytest.raises(PromotionsOverlap), transaction():
        change_promotion(
            actor=MANAGER,
            promotion_id=row.pk,
            draft=replace(TENTH, code="OTHER", is_exclusive=True),
            now=NOON,
        )
