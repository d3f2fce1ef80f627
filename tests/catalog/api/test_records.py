"""What another installation gets of a product, to keep a copy by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.core.models import OutboxEvent
from tests.factories import api_client, make_service_token
from tests.facts import schema_of
from tests.goods import make_product, make_snack

from .reading import cursor, named, price, since, tell

if TYPE_CHECKING:
    from apps.stores.models import Store
    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(store: Store) -> ApiClient:
    """A store server whose prices are the store's."""
    return api_client(make_service_token(store=store))


def test_an_installation_gets_the_product_whole_with_every_price_it_needs(
    office: ApiClient, store: Store
) -> None:
    bourbon = make_product(barcodes=[("12345678905", 1)], vendor="Sazerac", unit_cost_cents=900)
    start = cursor(office)
    price(bourbon, 2199, days=1)
    price(bourbon, 1899, days=3)
    (change,) = since(office, start)["changes"]
    record = change["record"]
    prices = record.pop("prices")
    schema_of("product.updated", 1).validate({"products": [record]})
    assert (record["vendor"], record["unit_cost_cents"]) == ("Sazerac", 900)
    assert record["barcodes"] == [{"gtin": "00012345678905", "pack_size": 1}]
    assert [(p["price_book"], p["price_cents"]) for p in prices] == [
        ("STANDARD", 1999), ("STANDARD", 2199), ("STANDARD", 1899)
    ]  # fmt: skip
    assert [p["until"] for p in prices] == [p["starts_at"] for p in prices[1:]] + [None]


def test_a_till_is_told_nothing_of_costs(api: ApiClient) -> None:
    chips, start = make_snack(unit_cost_cents=77), cursor(api)
    tell(chips)
    assert b"77" not in api.get("catalog/changes", since=start).content


def test_an_installation_learns_of_every_rename_in_its_order(office: ApiClient) -> None:
    chips, start = make_snack("C-3"), cursor(office)
    tell(chips, previous_sku="C-2")
    OutboxEvent.objects.update(payload={"products": [{"sku": "C-2", "previous_sku": "C-1"}]})
    tell(chips, previous_sku="C-2")
    page = since(office, start)
    assert renames(page) == [("C-1", "C-2"), ("C-2", "C-3")]
    assert sorted(named(page)) == [("delete", "C-1"), ("delete", "C-2"), ("upsert", "C-3")]


def test_a_rename_is_told_on_the_page_that_covers_it_and_once(office: ApiClient) -> None:
    chips, dip = make_snack("NEW"), make_snack("DIP-1")
    start = cursor(office)
    tell(chips, previous_sku="OLD")
    tell(dip)
    tell(chips)
    page = since(office, start, limit="2")
    assert (named(page), renames(page)) == (
        [("delete", "OLD"), ("upsert", "DIP-1")], [("OLD", "NEW")]
    )  # fmt: skip
    page = since(office, page["cursor"], limit="2")
    assert (named(page), renames(page)) == ([("upsert", "NEW")], [])


def test_a_till_is_told_of_no_renames(api: ApiClient) -> None:
    chips, start = make_snack("NEW"), cursor(api)
    tell(chips, previous_sku="OLD")
    assert "renames" not in since(api, start)


def renames(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["previous_sku"], each["sku"]) for each in page["renames"]]
