"""Long lists: older and newer without loss or repetition, found by key and never by counting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.orders.models import Order
from tests.conftest import NOON
from tests.factories import make_store
from tests.orders.rows import make_order

from .office import text_of, url

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

ORDERS = 120  # two full pages of fifty, and one that is not
TIED = 30  # orders that share an instant: the first page ends in the midst of such


@pytest.fixture
def orders(store: Store) -> list[str]:
    """The ids of so many orders, in the order in which the list has to show them."""
    first = make_order(store, letterhead={"timezone": store.timezone})
    fields = {f.attname: getattr(first, f.attname) for f in Order._meta.concrete_fields}
    first.delete()
    Order.objects.bulk_create(
        Order(**{**fields, **one_of_many(number)}) for number in range(ORDERS)
    )
    return newest_first(Order.objects.all())


def one_of_many(number: int) -> dict[str, Any]:
    """What tells an order from its neighbours; its key says nothing of its place."""
    key = f"{number * 7919 % 1000:08d}-0000-4000-8000-000000000000"
    at = NOON + timedelta(minutes=number // TIED, microseconds=17)
    return {"id": UUID(key), "sequence": number, "placed_at": at, "number": f"BRW-{number:04d}"}


def newest_first(rows: Any) -> list[str]:
    return [str(order.pk) for order in sorted(rows, key=lambda o: (o.placed_at, o.pk))][::-1]


def keys(page: Page) -> list[str]:
    return [str(order.pk) for order in page.context["cl"].result_list]


def first_page(client: Client, **query: Any) -> Page:
    return client.get(url("orders_order_changelist", **query))


def turn(client: Client, page: Page, way: str) -> Page | None:
    """The page that "Older" or "Newer" leads to, or None where the list ends."""
    query = getattr(page.context["cl"], f"{way}_url")
    return client.get(url("orders_order_changelist") + query) if query else None


def walk(client: Client, page: Page, way: str) -> list[Page]:
    """This page and all that lie that way."""
    pages = [page]
    while (following := turn(client, pages[-1], way)) is not None:
        pages.append(following)
    return pages


# --- Walking --------------------------------------------------------------------------------------


def test_walking_to_the_oldest_shows_every_order_once_in_order(
    manager: Client, orders: list[str]
) -> None:
    pages = walk(manager, first_page(manager), "older")
    assert [len(keys(page)) for page in pages] == [50, 50, 20]
    assert [key for page in pages for key in keys(page)] == orders


def test_walking_back_shows_the_same_pages(manager: Client, orders: list[str]) -> None:
    there = walk(manager, first_page(manager), "older")
    back = walk(manager, there[-1], "newer")
    assert [keys(page) for page in back] == [keys(page) for page in reversed(there)]


def test_an_order_placed_meanwhile_moves_no_page(
    manager: Client, orders: list[str], store: Store
) -> None:
    first = first_page(manager)
    make_order(
        store,
        sequence=ORDERS,
        placed_at=NOON + timedelta(days=1),
        letterhead={"timezone": store.timezone},
    )
    second = turn(manager, first, "older")
    assert second is not None
    assert keys(second) == orders[50:100]


def test_the_ends_of_the_list_have_no_link_further(manager: Client, orders: list[str]) -> None:
    first, _middle, last = walk(manager, first_page(manager), "older")
    assert (first.context["cl"].newer_url, last.context["cl"].older_url) == (None, None)
    assert 'rel="next"' in first.content.decode()
    assert 'rel="prev"' not in first.content.decode()
    assert 'rel="prev"' in last.content.decode()
    assert 'rel="next"' not in last.content.decode()


def test_a_list_that_fits_on_one_page_has_no_links(manager: Client, store: Store) -> None:
    make_order(store, letterhead={"timezone": store.timezone})
    (only,) = walk(manager, first_page(manager), "older")
    assert 'rel="' not in text_of(only)
    assert (only.context["cl"].newer_url, only.context["cl"].older_url) == (None, None)


# --- Questions kept while paging ------------------------------------------------------------------


@pytest.mark.parametrize("question", [{"q": "BRW-00"}, {"status__exact": "COMPLETED"}])
def test_a_question_is_kept_from_page_to_page(
    manager: Client, orders: list[str], question: dict[str, str]
) -> None:
    Order.objects.filter(number__gte="BRW-0100").update(status="VOIDED", voided_at=NOON)
    pages = walk(manager, first_page(manager, **question), "older")
    wanted = newest_first(Order.objects.filter(number__lt="BRW-0100"))
    assert [key for page in pages for key in keys(page)] == wanted
    assert len(pages) == 2


def test_whoever_asks_anew_begins_at_the_newest(manager: Client, orders: list[str]) -> None:
    second = turn(manager, first_page(manager), "older")
    assert second is not None
    (stores, *_rest) = second.context["cl"].filter_specs
    links = [choice["query_string"] for choice in stores.choices(second.context["cl"])]
    assert links
    for link in links:
        assert not {"older", "newer"} & parse_qs(urlsplit(link).query).keys()


# --- Forged positions -----------------------------------------------------------------------------


def forged() -> list[str]:
    """Positions that this list never gave out."""
    other_list = signing.dumps(["7"], salt="payments.Tender by pk")
    unsalted = signing.dumps([str(NOON), "7"])
    return ["", "x", "a:b:c", "\x00", "9" * 5000, other_list, unsalted]


@pytest.mark.parametrize("way", ["older", "newer"])
def test_a_forged_position_leads_to_the_list_and_to_no_crash(
    manager: Client, store: Store, way: str
) -> None:
    order = make_order(store, letterhead={"timezone": store.timezone})
    for token in forged():
        page = manager.get(url("orders_order_changelist", **{way: token}), follow=True)
        assert page.status_code == 200, token
        assert keys(page) == [str(order.pk)], token


def test_a_position_with_one_letter_changed_is_forged(manager: Client, orders: list[str]) -> None:
    address = url("orders_order_changelist") + (first_page(manager).context["cl"].older_url or "")
    answer = manager.get(address[:-1] + ("A" if address[-1] != "A" else "B"))
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        url("orders_order_changelist", e=1),
    )


# --- The database ---------------------------------------------------------------------------------


def plan_of(client: Client, address: str) -> str:
    """How PostgreSQL finds the rows of a page, where it sorts only if it must."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    (sql,) = [q["sql"] for q in captured.captured_queries if "LIMIT 51" in q["sql"]]
    with connection.cursor() as cursor:
        for node in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{node} = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.postgres
def test_a_page_is_read_from_the_index_of_the_newest(manager: Client, orders: list[str]) -> None:
    first = first_page(manager)
    for address in ("", first.context["cl"].older_url or ""):
        plan = plan_of(manager, url("orders_order_changelist") + address)
        assert "Index Scan using orders_newest_first" in plan
        assert "Sort" not in plan


@pytest.mark.postgres
def test_a_page_far_down_is_sought_and_not_counted_off(manager: Client, orders: list[str]) -> None:
    older = first_page(manager).context["cl"].older_url or ""
    plan = plan_of(manager, url("orders_order_changelist") + older)
    assert "Index Cond: (placed_at <=" in plan


@pytest.mark.postgres
def test_the_orders_of_one_store_are_read_from_their_own_index(
    manager: Client, orders: list[str], store: Store
) -> None:
    make_store("MIA", county="Miami-Dade")
    address = url("orders_order_changelist", store__id__exact=store.pk)
    plan = plan_of(manager, address)
    assert "Index Scan using orders_of_a_store_newest" in plan
    assert "Sort" not in plan
