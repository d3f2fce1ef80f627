"""An edition's prices begin together, at its start; rolled back, what held before holds again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from apps.catalog.editions import find_warnings, standing_of
from apps.catalog.errors import (
    EditionNotPublishable,
    EditionsOverlap,
    EditionStateConflict,
    EditionUnknown,
)
from apps.catalog.models import EditionPrice, Price, PriceBook, PriceEdition, Product
from apps.core.models import AuditEntry
from apps.core.reference import read_revision
from tests.conftest import NOON
from tests.goods import make_product, set_price

from .editions import draft, publish, roll_back

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from .conftest import Asker

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
SOON = NOON + HOUR
FLORIDA = ZoneInfo("America/New_York")
SWITCHES = [
    datetime(2026, 11, 24, tzinfo=FLORIDA),  # 23:59:59 and 00:00:00
    datetime(2027, 3, 14, 3, tzinfo=FLORIDA),  # the first instant after 01:59:59
    datetime(2027, 11, 7, 1, 30, tzinfo=FLORIDA),
    datetime(2027, 11, 7, 1, 30, tzinfo=FLORIDA, fold=1),
]


@pytest.fixture
def rye(book: PriceBook) -> Product:
    return make_product("RYE-1", price_cents=2000)


@pytest.fixture
def gin(book: PriceBook) -> Product:
    return make_product("GIN-1", price_cents=1500, unit_cost_cents=1100)


# --- Published ------------------------------------------------------------------------------------


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_published_edition_switches_a_warm_shelf_at_its_very_instant(
    till: Asker, rye: Product, switch: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    start = switch.astimezone(UTC)
    publish(draft({rye: 2500}, starts_at=start))
    till.item(rye.pk, NOON)
    revision = read_revision()
    with django_assert_num_queries(0):
        item = till.item(rye.pk, start, revision)
    assert item is not None
    points = [item.point_at(at) for at in (start - TICK, start)]
    assert [(p.price_cents, p.edition) for p in points if p] == [(2000, ""), (2500, "HOLIDAY")]


def test_a_till_hears_of_a_published_edition_with_its_next_question(
    till: Asker, rye: Product
) -> None:
    edition = draft({rye: 2500})
    till.item(rye.pk, NOON)
    publish(edition)
    assert till.price(rye.pk, NOON) == 2500
    roll_back(edition, now=SOON)
    assert till.price(rye.pk, SOON) == 2000


def test_a_draft_reaches_no_till(till: Asker, rye: Product) -> None:
    draft({rye: 2500}, starts_at=SOON)
    assert till.price(rye.pk, SOON + HOUR) == 2000


def test_who_published_what_is_in_the_audit(rye: Product) -> None:
    edition = publish(draft({rye: 2500}, starts_at=SOON))
    entry = AuditEntry.objects.get(action="price_book.published")
    assert (entry.actor_name, entry.subject) == ("Maria", f"price-edition:{edition.pk}")
    assert (entry.facts["code"], entry.facts["prices"]) == ("HOLIDAY", 1)


# --- Refused --------------------------------------------------------------------------------------


def refused(edition: PriceEdition, now: datetime = NOON) -> list[str]:
    with pytest.raises((EditionNotPublishable, EditionsOverlap)) as refusal:
        publish(edition, now=now)
    edition.refresh_from_db()
    assert edition.state == "DRAFT"
    assert not Price.objects.filter(edition=edition).exists()
    return [error.code for error in refusal.value.errors]


def test_an_edition_without_prices_is_not_published(book: PriceBook) -> None:
    assert refused(draft({})) == ["edition-empty"]


def test_an_edition_whose_start_is_past_is_not_published(rye: Product) -> None:
    assert refused(draft({rye: 1}, starts_at=NOON), NOON + TICK) == ["price-in-the-past"]


def test_an_edition_may_start_this_very_instant(till: Asker, rye: Product) -> None:
    publish(draft({rye: 2500}, starts_at=NOON), now=NOON)
    assert till.price(rye.pk, NOON) == 2500


def test_a_product_that_is_not_sold_there_is_not_published(rye: Product) -> None:
    stranger = make_product("NEW-1", price_cents=None)
    assert refused(draft({rye: 2500, stranger: 100})) == ["product-not-sold-there"]


def test_two_editions_with_a_product_at_one_instant_are_not_both_published(
    rye: Product, gin: Product
) -> None:
    publish(draft({rye: 2500, gin: 1}, starts_at=SOON))
    rival = draft({rye: 2600}, starts_at=SOON, code="RIVAL")
    with pytest.raises(EditionsOverlap, match=r"RYE-1.*HOLIDAY"):
        publish(rival)
    assert refused(rival) == ["price-editions-overlap"]


def test_the_same_product_at_the_same_instant_in_another_book_is_no_overlap(rye: Product) -> None:
    airport = PriceBook.objects.create(code="AIRPORT", name="Airport")
    first = Price.objects.get(product=rye)
    first.pk, first.book = None, airport
    first.save()
    publish(draft({rye: 2500}, starts_at=SOON))
    publish(draft({rye: 9900}, starts_at=SOON, code="FLY", book="AIRPORT"))
    assert Price.objects.filter(starts_at=SOON).count() == 2


def test_an_edition_is_published_once(rye: Product) -> None:
    edition = publish(draft({rye: 2500}, starts_at=SOON))
    with pytest.raises(EditionStateConflict):
        publish(edition)


def test_an_edition_that_does_not_exist_is_unknown(book: PriceBook) -> None:
    with pytest.raises(EditionUnknown):
        publish(PriceEdition(pk=99))


def test_what_looks_wrong_is_said_before_it_is_published(rye: Product, gin: Product) -> None:
    set_price(rye, 2100, SOON + HOUR)
    edition = draft({rye: 0, gin: 1099}, starts_at=SOON)
    assert find_warnings(edition, NOON) == [
        "1 product (RYE-1) cost nothing.",
        "1 product (GIN-1) are below cost.",
        "1 product (RYE-1) have another price scheduled after it, which then takes over.",
    ]


# --- Rolled back ----------------------------------------------------------------------------------


def test_before_its_start_a_roll_back_simply_withdraws(till: Asker, rye: Product) -> None:
    edition = roll_back(publish(draft({rye: 2500}, starts_at=SOON)))
    assert till.price(rye.pk, SOON + HOUR) == 2000
    assert standing_of(edition, NOON) == "withdrawn"


def test_after_its_start_what_held_before_holds_again_and_the_past_stays(
    till: Asker, rye: Product, gin: Product
) -> None:
    edition = publish(draft({rye: 2500, gin: 1600}, starts_at=SOON))
    roll_back(edition, now=SOON + HOUR)
    asked = [SOON - TICK, SOON, SOON + HOUR - TICK, SOON + HOUR]
    prices = Price.objects.filter(product=rye).order_by("starts_at")
    assert list(prices.values_list("price_cents", flat=True)) == [2000, 2500, 2000]
    assert [till.price(rye.pk, at) for at in asked[2:]] == [2500, 2000]
    assert till.price(gin.pk, asked[3]) == 1500


def test_a_price_set_since_the_edition_began_survives_its_roll_back(
    till: Asker, rye: Product, gin: Product
) -> None:
    edition = publish(draft({rye: 2500, gin: 1600}, starts_at=SOON))
    set_price(rye, 2222, SOON + HOUR)
    roll_back(edition, now=SOON + 2 * HOUR)
    assert [till.price(each.pk, SOON + 2 * HOUR) for each in (rye, gin)] == [2222, 1500]


def test_rolled_back_in_either_order_two_editions_leave_what_held_before_both(
    till: Asker, rye: Product
) -> None:
    first = publish(draft({rye: 2500}, starts_at=SOON))
    second = publish(draft({rye: 3000}, starts_at=SOON + HOUR, code="SECOND"))
    roll_back(first, now=SOON + 2 * HOUR)
    assert till.price(rye.pk, SOON + 2 * HOUR) == 3000
    roll_back(second, now=SOON + 3 * HOUR)
    assert till.price(rye.pk, SOON + 3 * HOUR) == 2000


def test_an_edition_that_holds_again_after_another_can_still_be_rolled_back(
    till: Asker, rye: Product
) -> None:
    first = publish(draft({rye: 2500}, starts_at=SOON))
    second = publish(draft({rye: 3000}, starts_at=SOON + HOUR, code="SECOND"))
    assert standing_of(first, SOON + HOUR) == "superseded"
    roll_back(second, now=SOON + 2 * HOUR)
    assert standing_of(first, SOON + 2 * HOUR) == "live"
    roll_back(first, now=SOON + 3 * HOUR)
    assert till.price(rye.pk, SOON + 3 * HOUR) == 2000


def test_a_draft_and_what_was_rolled_back_are_not_rolled_back(rye: Product) -> None:
    edition = draft({rye: 2500})
    with pytest.raises(EditionStateConflict):
        roll_back(edition)
    roll_back(publish(edition))
    with pytest.raises(EditionStateConflict):
        roll_back(edition)


def test_what_was_rolled_back_is_kept_with_who_did_it(rye: Product) -> None:
    edition = roll_back(publish(draft({rye: 2500}, starts_at=NOON)), now=SOON)
    assert EditionPrice.objects.filter(edition=edition).count() == 1
    entry = AuditEntry.objects.get(action="price_book.rolled_back")
    assert (entry.actor_name, entry.facts["restored"], entry.facts["kept"]) == ("Maria", 1, 0)
    assert (edition.rolled_back_by, edition.rolled_back_at) == ("Maria", SOON)
