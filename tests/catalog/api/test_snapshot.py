"""GET /api/v1/catalog/snapshot: all that a store sells, streamed, and where to go on from."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog import shelf
from apps.catalog.models import Product
from apps.catalog.services import copies
from apps.catalog.services.products import tell_product
from apps.core.numbering import number_facts
from apps.core.reference import bump_revision
from tests.factories import api_client, make_service_token
from tests.facts import schema_of
from tests.goods import make_product, make_snack, set_price

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse
    from pytest_django import DjangoAssertNumQueries

    from apps.stores.models import Store
    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db


def ask(api: ApiClient, method: str = "GET", **headers: str) -> ApiResponse:
    headers = {"Authorization": f"Bearer {api.token}", **headers}
    return api.client.generic(method, "/api/v1/catalog/snapshot", headers=headers)


def lines(response: ApiResponse) -> list[dict[str, Any]]:
    return [json.loads(line) for line in response.getvalue().splitlines()]


def skus(api: ApiClient) -> list[str]:
    _start, *products, _end = lines(ask(api))
    return [line["product"]["sku"] for line in products]


def tell(product: Product) -> None:
    with transaction():
        bump_revision()
        tell_product(product_id=product.pk, now=timezone.now())
    number_facts()


# --- What is in it --------------------------------------------------------------------------------


def test_it_has_a_line_per_product_between_a_cursor_and_a_count(api: ApiClient) -> None:
    make_snack()
    make_product()
    response = ask(api)
    assert response.headers["Content-Type"] == "application/x-ndjson"
    start, *products, end = lines(response)
    assert start == {
        "kind": "start",
        "cursor": response.headers["X-Catalog-Cursor"],
        "store": "BRW",
    }
    assert end == {"kind": "end", "count": 2}
    listed = api.get("products").json()["results"]
    assert sorted(listed, key=lambda p: p["id"]) == [line["product"] for line in products]


def test_what_is_not_sold_is_left_out_and_what_will_be_is_not(api: ApiClient) -> None:
    set_price(make_snack("SOON", price_cents=None), 199, timezone.now() + timedelta(days=1))
    make_snack("NEVER", price_cents=None)
    make_snack("OVER", is_active=False)
    assert skus(api) == ["SOON"]


def test_an_empty_shop_has_a_start_and_an_end(api: ApiClient) -> None:
    assert [line["kind"] for line in lines(ask(api))] == ["start", "end"]


def test_an_installation_gets_every_product_whole(store: Store) -> None:
    make_product()
    office = api_client(make_service_token(store=store))
    record = lines(ask(office))[1]["record"]
    assert [price["price_cents"] for price in record.pop("prices")] == [1999]
    schema_of("product.updated", 1).validate({"products": [record]})


def test_it_is_read_some_at_a_time_past_the_shelf(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "PRODUCTS_AT_ONCE", 2)
    for number in range(5):
        make_snack(f"S-{number}")
    assert skus(api) == [f"S-{number}" for number in range(5)]
    assert not shelf._items._state[1]


def test_its_statements_grow_with_pages_and_not_with_products(
    store: Store, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_snack(f"S-{number}")
    office = api_client(make_service_token(store=store))
    with django_assert_max_num_queries(20):
        assert len(skus(office)) == 20


def test_it_is_compressed_for_who_takes_it_so(api: ApiClient) -> None:
    make_snack()
    packed = ask(api, **{"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.getvalue()) == ask(api).getvalue()
    assert packed.headers["Vary"] == "Accept-Encoding, Authorization"


# --- The cursor -----------------------------------------------------------------------------------


def test_what_changes_while_it_is_read_comes_with_the_changes(api: ApiClient) -> None:
    chips = make_snack()
    response = ask(api)
    content = iter(response)
    Product.objects.update(name="Crisps")
    tell(chips)
    b"".join(content)
    changes = api.get("catalog/changes", since=response.headers["X-Catalog-Cursor"]).json()
    assert [change["product"]["name"] for change in changes["changes"]] == ["Crisps"]


# --- ETag -----------------------------------------------------------------------------------------


def test_who_has_it_already_gets_the_cursor_alone(api: ApiClient) -> None:
    chips = make_snack()
    tell(chips)
    tag = ask(api).headers["ETag"]
    again = ask(api, **{"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["X-Catalog-Cursor"].startswith("1.")


def test_a_change_makes_it_another(api: ApiClient) -> None:
    chips = make_snack()
    tag = ask(api).headers["ETag"]
    tell(chips)
    again = ask(api, **{"If-None-Match": tag})
    assert again.status_code == 200
    assert again.headers["ETag"] != tag


def test_a_tills_copy_is_no_installations(api: ApiClient, store: Store) -> None:
    tag = ask(api).headers["ETag"]
    office = api_client(make_service_token(store=store))
    assert ask(office, **{"If-None-Match": tag}).status_code == 200


def test_a_head_request_reads_no_product(api: ApiClient) -> None:
    make_snack()
    answer = ask(api, "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == ask(api).headers["ETag"]
