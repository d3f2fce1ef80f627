"""GET /api/v1/catalog/changes: each product that was told of since, once and as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog import changes
from apps.catalog.models import Product
from apps.catalog.services.pricing import give_store_its_book
from apps.catalog.services.products import tell_product
from apps.core.models import OutboxEvent, OutboxSequence
from apps.core.numbering import number_facts
from tests.goods import make_snack

from .reading import cursor, named, price, since, tell

if TYPE_CHECKING:
    from apps.stores.models import Store
    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db


# --- What is answered -----------------------------------------------------------------------------


def test_nothing_is_answered_where_nothing_was_told(api: ApiClient) -> None:
    start = cursor(api)
    page = since(api, start)
    assert page == {"changes": [], "cursor": start, "has_more": False, "reset": False}


def test_a_product_that_was_told_of_is_answered_as_it_is_now(api: ApiClient) -> None:
    chips, start = make_snack(), cursor(api)
    tell(chips)
    Product.objects.update(name="Crisps")
    (change,) = since(api, start)["changes"]
    assert change["kind"] == "upsert"
    assert change["product"] == api.get("products").json()["results"][0]
    assert change["product"]["name"] == "Crisps"


def test_a_price_that_was_told_of_brings_its_product(api: ApiClient) -> None:
    chips, start = make_snack(), cursor(api)
    price(chips, 249)
    (change,) = since(api, start)["changes"]
    assert change["product"]["price_cents"] == 249


def test_a_price_that_begins_later_is_known_before_it_does(api: ApiClient) -> None:
    chips, start = make_snack(), cursor(api)
    price(chips, 249, days=2)
    (change,) = since(api, start)["changes"]
    assert change["product"]["price_cents"] == 199
    assert [p["price_cents"] for p in change["product"]["coming_prices"]] == [249]


def test_a_product_is_answered_once_however_often_it_was_told_of(api: ApiClient) -> None:
    chips, dip = make_snack(), make_snack("DIP-1")
    start = cursor(api)
    for product in (chips, dip, chips):
        tell(product)
    price(chips, 249)
    assert named(since(api, start)) == [("upsert", "DIP-1"), ("upsert", "CHP-1")]


def test_what_was_read_is_not_answered_again(api: ApiClient) -> None:
    chips, start = make_snack(), cursor(api)
    tell(chips)
    assert named(since(api, since(api, start)["cursor"])) == []


def test_what_is_not_sold_any_more_is_to_be_deleted(api: ApiClient) -> None:
    chips, dip = make_snack(), make_snack("DIP-1", price_cents=None)
    start = cursor(api)
    Product.objects.filter(pk=chips.pk).update(is_active=False)
    tell(chips)
    tell(dip)
    tell(make_snack("GONE"))
    Product.objects.get(sku="GONE").delete()
    assert [(c["kind"], c["product"]) for c in since(api, start)["changes"]] == [
        ("delete", {"id": chips.pk, "sku": "CHP-1"}),
        ("delete", {"id": dip.pk, "sku": "DIP-1"}),
        ("delete", {"id": None, "sku": "GONE"}),
    ]


def test_a_fact_that_has_no_number_yet_comes_when_it_has_one(api: ApiClient) -> None:
    chips, start = make_snack(), cursor(api)
    with transaction():
        tell_product(product_id=chips.pk, now=timezone.now())
    page = since(api, start)
    assert named(page) == []
    number_facts()
    assert named(since(api, page["cursor"])) == [("upsert", "CHP-1")]


# --- Pages ----------------------------------------------------------------------------------------


def test_pages_bring_every_product_once_and_end_where_all_is_read(api: ApiClient) -> None:
    goods = [make_snack(f"S-{number}") for number in range(7)]
    page: dict[str, Any] = {"cursor": cursor(api), "has_more": True}
    for product in (*goods, goods[0]):
        tell(product)
    seen = []
    while page["has_more"]:
        page = since(api, page["cursor"], limit="3")
        assert len(page["changes"]) <= 3
        seen += [sku for _, sku in named(page)]
    assert seen == ["S-1", "S-2", "S-3", "S-4", "S-5", "S-6", "S-0"]
    assert page["cursor"] == cursor(api)


def test_a_page_may_end_in_the_middle_of_a_fact(api: ApiClient) -> None:
    chips, start = make_snack("NEW-1"), cursor(api)
    tell(chips, previous_sku="OLD-1")
    page = since(api, start, limit="1")
    assert (named(page), page["has_more"]) == ([("upsert", "NEW-1")], True)
    page = since(api, page["cursor"], limit="1")
    assert (named(page), page["has_more"]) == ([("delete", "OLD-1")], False)


def test_what_is_told_between_two_pages_is_not_lost(api: ApiClient) -> None:
    first, second = make_snack("S-1"), make_snack("S-2")
    start = cursor(api)
    tell(first)
    tell(second)
    page = since(api, start, limit="1")
    tell(first)
    assert named(since(api, page["cursor"])) == [("upsert", "S-2"), ("upsert", "S-1")]


# --- Reset ----------------------------------------------------------------------------------------


def prune(through: int) -> None:
    """Facts up to that number are old, and nobody needs them any more."""
    OutboxSequence.objects.update(pruned_through=through)
    OutboxEvent.objects.filter(sequence__lte=through).delete()


def test_a_cursor_whose_facts_are_pruned_is_reset(api: ApiClient) -> None:
    chips, start = make_snack(), cursor(api)
    tell(chips)
    tell(chips)
    prune(1)
    assert since(api, start) == {
        "changes": [],
        "cursor": start,
        "has_more": False,
        "reset": True,
    }


def test_a_cursor_just_before_what_is_kept_holds(api: ApiClient) -> None:
    chips = make_snack()
    tell(chips)
    start = cursor(api)
    tell(chips)
    prune(1)
    assert named(since(api, start)) == [("upsert", "CHP-1")]


def test_a_cursor_is_reset_where_its_fact_is_kept_and_others_are_pruned(api: ApiClient) -> None:
    chips = make_snack()
    tell(chips)
    start = cursor(api)
    tell(chips)
    tell(chips)
    OutboxEvent.objects.filter(sequence=2).delete()  # somebody else still wants the first
    OutboxSequence.objects.update(pruned_through=2)
    assert since(api, start)["reset"] is True


def test_a_cursor_at_the_end_holds_though_everything_is_pruned(api: ApiClient) -> None:
    tell(make_snack())
    start = cursor(api)
    OutboxEvent.objects.all().delete()
    assert since(api, start)["reset"] is False


def test_a_cursor_ahead_of_a_restored_head_office_is_reset(api: ApiClient) -> None:
    tell(make_snack())
    number, rest = cursor(api).split(".", 1)
    assert since(api, f"{int(number) + 1}.{rest}")["reset"] is True


def test_a_cursor_of_another_past_is_reset_though_its_number_is_known(api: ApiClient) -> None:
    chips = make_snack()
    tell(chips)
    start = cursor(api)
    OutboxEvent.objects.update(event_id="0197c0de-0000-4000-8000-000000000001")
    tell(chips)
    assert since(api, start)["reset"] is True


def test_a_store_that_sells_by_another_book_reads_all_anew(api: ApiClient, store: Store) -> None:
    make_snack()
    start = cursor(api)
    with transaction():
        give_store_its_book(store_id=store.pk, code="MIAMI", name="Miami")
    assert since(api, start)["reset"] is True


@pytest.mark.parametrize(("name", "most"), [("MOST_MENTIONS", 2), ("MOST_FACTS", 2)])
def test_where_more_was_changed_than_is_worth_naming_all_is_read_anew(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    goods, start = [make_snack(f"S-{number}") for number in range(3)], cursor(api)
    monkeypatch.setattr(changes, name, most)
    tell(goods[0])
    tell(goods[1])
    assert since(api, start)["reset"] is False
    tell(goods[2])
    assert since(api, start)["reset"] is True


@pytest.mark.parametrize("text", ["0", "x", "-1..1", "1.zz.1", "9" * 40, "0..0.0.0", "٣..1"])
def test_what_is_no_cursor_is_reset(api: ApiClient, text: str) -> None:
    assert since(api, text)["reset"] is True
