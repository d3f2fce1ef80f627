"""Whatever a buyer changes while pages are read, the store ends with the head office's catalog."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from apps.catalog.models import Product
from apps.core.numbering import number_facts
from apps.sync.models import CatalogSource
from tests.catalog.api.reading import since
from tests.factories import api_client, make_service_token

from .buyer import DEEDS, SKUS, Buyer
from .offices import Office, follow, pull

if TYPE_CHECKING:
    from collections.abc import Sequence

    import time_machine

    from apps.stores.models import Store
    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db
SWEEP = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
WHICH = st.integers(0, len(SKUS) - 1)

type Deed = tuple[str, int, int]
# A is D from now on, and is changed once more after a page that ended with B.
SPLIT: list[Deed] = [("rename", 0, 3), ("edit", 1, 0), ("edit", 3, 0)]
SWAPPED: list[Deed] = [("rename", 0, 3), ("rename", 1, 0), ("rename", 3, 1)]


@pytest.fixture
def api(store: Store) -> ApiClient:
    """The store server, as a reader of the head office."""
    return api_client(make_service_token(store=store))


def lines_of(api: ApiClient) -> list[dict[str, Any]]:
    """The catalog as it stands, line by line."""
    answer = api.get("catalog/snapshot")
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]  # type: ignore[attr-defined]


def goods(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is said of each product, but for when a price that is in force began."""
    records = {line["record"]["sku"]: line["record"] for line in lines[1:-1]}
    for record in records.values():
        record["prices"] = [
            (price["price_cents"], price["starts_at"] if place else "by now")
            for place, price in enumerate(record["prices"])
        ]
    return records


def trade(buyer: Buyer, api: ApiClient, deeds: Sequence[Deed], limit: int) -> list[Any]:
    """Do these deeds, some of which are a page's being read; the pages, to the last one."""
    pages = [{"cursor": lines_of(api)[0]["cursor"], "has_more": True}]

    def read() -> None:
        pages.append(since(api, pages[-1]["cursor"], limit=str(limit)))
        assert pages[-1]["reset"] is False

    for deed, which, other in deeds:
        read() if deed == "read" else getattr(buyer, deed)(which, other)
    number_facts()
    read()
    while pages[-1]["has_more"]:
        read()
    return pages[1:]


def rows() -> dict[str, int]:
    """The key of each product, by what it is called for life."""
    return dict(Product.objects.values_list("vendor", "pk"))


def open_head_office(clock: time_machine.Traveller) -> Buyer:
    """The database is a head office's from here on, with three products."""
    Product.objects.all().delete()
    CatalogSource.objects.all().delete()
    buyer = Buyer(clock)
    for which in range(3):
        buyer.make(which, 0)
    number_facts()
    return buyer


def open_store(line: Office, start: Sequence[dict[str, Any]]) -> None:
    """The database is a store server's from here on, which has read all that there was."""
    Product.objects.all().delete()
    follow(line.url)
    line.say_all(*start[1:-1], cursor=start[0]["cursor"])
    pull()


@SWEEP
@example(deeds=SPLIT, limit=2)
@example(deeds=SWAPPED, limit=5)
@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), WHICH, WHICH), min_size=8, max_size=20),
    limit=st.integers(1, 5),
)
def test_no_change_and_no_stock_is_lost_between_two_pages(
    line: Office, api: ApiClient, clock: time_machine.Traveller, deeds: list[Deed], limit: int
) -> None:
    note(f"{deeds}, {limit} a page")
    buyer = open_head_office(clock)
    start = lines_of(api)
    pages = trade(buyer, api, deeds, limit)
    wanted = goods(lines_of(api))
    open_store(line, start)
    before = rows()
    line.say(*pages)
    while line.answers:
        clock.shift(timedelta(seconds=1))
        pull()
    clock.shift(timedelta(seconds=1))
    assert goods(lines_of(api)) == wanted
    known = {record["vendor"] for record in wanted.values()} & before.keys()
    assert [rows()[lot] for lot in known] == [before[lot] for lot in known]
