"""Stock levels: what there is in each store, and from where on to order more."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.models import AuditEntry
from apps.inventory.models import StockBalance
from tests.factories import make_store
from tests.goods import make_snack, receive

from .office import errors_of, form_on, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def levels(store: Store, bourbon: Product) -> str:
    """The list, with ten bottles and one bag of chips on it."""
    make_snack("CHP-1", on_hand=1, store=store)
    return url("inventory_stockbalance_changelist")


def shown(client: Client, **query: Any) -> set[str]:
    page = client.get(url("inventory_stockbalance_changelist", **query))
    return {f"{b.store.code} {b.product.sku}" for b in page.context["cl"].result_list}


def point_of(product: Product) -> int | None:
    return StockBalance.objects.get(product=product).reorder_point


def test_reorder_points_are_typed_into_the_list(
    manager: Client, levels: str, bourbon: Product
) -> None:
    save(manager, levels, **{"form-0-reorder_point": "12", "form-1-reorder_point": "0"})
    assert point_of(bourbon) == 12
    save(manager, levels, **{"form-0-reorder_point": ""})
    assert point_of(bourbon) is None


def test_a_reorder_point_below_zero_is_an_error(
    manager: Client, levels: str, bourbon: Product
) -> None:
    page = save(manager, levels, **{"form-0-reorder_point": "-1"})
    assert "greater than or equal to 0" in text_of(page)
    assert point_of(bourbon) is None


def test_only_the_reorder_point_can_be_typed(
    manager: Client, store: Store, bourbon: Product
) -> None:
    balance = StockBalance.objects.get()
    forged = {"on_hand": "999", "reserved": "5", "product": "", "reorder_point": "4"}
    save(manager, url_of(balance), **forged)
    balance.refresh_from_db()
    assert (balance.on_hand, balance.reserved, balance.reorder_point) == (10, 0, 4)


def test_stock_that_moved_since_the_page_was_opened_is_not_undone(
    manager: Client, store: Store, bourbon: Product
) -> None:
    balance = StockBalance.objects.get()
    form = form_on(manager, url_of(balance))
    receive(store, bourbon, 24)
    assert errors_of(send(manager, url_of(balance), {**form, "reorder_point": "4"})) == {}
    balance.refresh_from_db()
    assert (balance.on_hand, balance.reorder_point) == (34, 4)


def test_a_save_writes_the_typed_column_and_no_other(
    manager: Client, store: Store, bourbon: Product
) -> None:
    balance = StockBalance.objects.get()
    form = form_on(manager, url_of(balance))
    with CaptureQueriesContext(connection) as captured:
        manager.post(url_of(balance), {**form, "reorder_point": "4"})
    (update,) = (
        query["sql"] for query in captured if 'UPDATE "inventory_stockbalance"' in query["sql"]
    )
    assert re.findall(r'"(\w+)" =', update.partition("WHERE")[0]) == ["reorder_point"]


def test_a_reorder_point_is_in_the_audit(manager: Client, levels: str, bourbon: Product) -> None:
    save(manager, levels, **{"form-0-reorder_point": "12"})
    entry = AuditEntry.objects.get(action="stockbalance.changed")
    assert (entry.actor_name, entry.facts) == ("manager", {"fields": ["reorder_point"]})
    assert entry.subject == f"stockbalance:{StockBalance.objects.get(product=bourbon).pk}"


def test_what_is_low_negative_or_gone_is_found(
    manager: Client, store: Store, bourbon: Product
) -> None:
    miami = make_store("MIA", county="Miami-Dade")
    receive(miami, bourbon, 1)
    receive(store, make_snack("GONE"), 1)
    receive(store, make_snack("LESS"), 1)
    StockBalance.objects.filter(product__sku="GONE").update(on_hand=0)
    StockBalance.objects.filter(product__sku="LESS").update(on_hand=-2, reorder_point=5)
    StockBalance.objects.filter(product=bourbon).update(reorder_point=5)
    assert shown(manager, level="low") == {"MIA BRB-1"}
    assert shown(manager, level="negative") == {"BRW LESS"}
    assert shown(manager, level="none") == {"BRW GONE"}
    assert shown(manager, store__id__exact=miami.pk) == {"MIA BRB-1"}
    assert shown(manager, q="gone") == {"BRW GONE"}


def test_a_level_leads_to_its_own_movements(manager: Client, levels: str, store: Store) -> None:
    page = manager.get(levels).content.decode()
    links = re.findall(r'href="([^"]*/stockmovement/[?][^"]*)"', page)
    ledgers = [manager.get(unescape(link)).context["cl"].result_list for link in links]
    assert [[m.product.sku for m in ledger] for ledger in ledgers] == [["BRB-1"], ["CHP-1"]]
