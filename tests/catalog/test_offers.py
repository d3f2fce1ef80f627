"""What a process keeps of live promotions: once for all stores that have the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.catalog.offers import offers_of
from apps.core.reference import read_revision
from apps.stores.selectors import get_store_profile
from apps.stores.types import BeverageType
from tests.catalog.promotions.drafts import publish
from tests.factories import make_store

if TYPE_CHECKING:
    from apps.catalog.promotions.running import Offers
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db


def offers_in(store: Store) -> Offers:
    revision = read_revision()
    return offers_of(
        store=get_store_profile(store_id=store.pk, revision=revision), revision=revision
    )


def test_stores_with_the_same_promotions_share_what_is_kept_of_them() -> None:
    publish()
    assert offers_in(make_store(code="A")) is offers_in(make_store(code="B"))


def test_a_store_with_a_promotion_of_its_own_shares_nothing() -> None:
    publish()
    one, other = make_store(code="A"), make_store(code="B")
    publish(code="HERE", store_ids=frozenset({one.pk}), is_exclusive=False)
    assert len(offers_in(one).of_product(1, 1, BeverageType.BEER)) == 2
    assert len(offers_in(other).of_product(1, 1, BeverageType.BEER)) == 1
