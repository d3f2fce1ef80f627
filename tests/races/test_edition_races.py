"""Of many who publish editions of the same products at once, one wins, and it is whole."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from apps.catalog.errors import EditionsOverlap, EditionStateConflict
from apps.catalog.models import Price, PriceEdition
from tests.catalog.editions import draft, publish, roll_back
from tests.conftest import NOON
from tests.factories import make_store
from tests.goods import make_product
from tests.orders.crowd import all_at_once, only

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SOON = NOON + timedelta(hours=1)
RIVALS = 6


def try_to(act: object, edition: PriceEdition) -> str:
    try:
        return str(act(edition).state)  # type: ignore[operator]
    except (EditionsOverlap, EditionStateConflict) as refusal:
        return refusal.code
    finally:
        connection.close()


def test_of_many_overlapping_editions_one_is_published_with_all_of_its_prices() -> None:
    make_store()
    bottles = [make_product(f"B-{number}") for number in range(20)]
    editions = [
        draft(dict.fromkeys(bottles[number:], 100 + number), starts_at=SOON, code=f"E{number}")
        for number in range(RIVALS)
    ]
    acts = [partial(try_to, publish, edition) for edition in editions]
    outcomes = sorted(only(str, all_at_once(acts)))
    assert outcomes == ["PUBLISHED"] + ["price-editions-overlap"] * (RIVALS - 1)
    winner = PriceEdition.objects.get(state="PUBLISHED")
    begun = Price.objects.filter(starts_at=SOON)
    assert begun.count() == winner.prices.count()
    assert set(begun.values_list("edition", flat=True)) == {winner.pk}


def test_an_edition_that_many_publish_at_once_is_published_once() -> None:
    make_store()
    edition = draft({make_product(): 100}, starts_at=SOON)
    outcomes = sorted(only(str, all_at_once([partial(try_to, publish, edition)] * RIVALS)))
    assert outcomes == ["PUBLISHED"] + ["price-edition-state-conflict"] * (RIVALS - 1)
    assert Price.objects.filter(starts_at=SOON).count() == 1


def test_an_edition_that_many_roll_back_at_once_is_rolled_back_once() -> None:
    make_store()
    edition = publish(draft({make_product(): 100}, starts_at=NOON))
    later = partial(roll_back, now=SOON)
    outcomes = sorted(only(str, all_at_once([partial(try_to, later, edition)] * RIVALS)))
    assert outcomes == ["ROLLED_BACK"] + ["price-edition-state-conflict"] * (RIVALS - 1)
    assert Price.objects.filter(starts_at=SOON).count() == 1
