"""Books are read and never written, by nobody; and they open as fast on their millionth row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Product
from apps.core.admin.base import ReadOnlyAdmin
from apps.core.models import AuditEntry
from apps.inventory.models import StockMovement
from apps.orders.models import Order
from apps.payments.models import Tender
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import line_of, make_snack, receive
from tests.orders.sales import sold, voided

from .everything import make_everything
from .office import office, text_of, url, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

NEVER = "0001-01-01"


def books() -> Iterator[type[models.Model]]:
    """The tables whose pages are for reading."""
    for model, page in admin.site._registry.items():
        if isinstance(page, ReadOnlyAdmin):
            yield model


def list_of(model: type[models.Model], **query: Any) -> str:
    return url(f"{model._meta.app_label}_{model._meta.model_name}_changelist", **query)


def some(model: type[models.Model]) -> models.Model:
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    return row


def everything_of(model: type[models.Model]) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())


def forged(row: models.Model) -> dict[str, Any]:
    """A form that would change whatever of a row can be changed."""
    other = {"CharField": "forged", "BigIntegerField": "666", "DateTimeField": NEVER}
    return {
        field.name: other.get(field.get_internal_type(), "")
        for field in row._meta.concrete_fields
        if not field.primary_key
    }


# --- Read, not written ----------------------------------------------------------------------------


def test_whoever_set_it_up_can_change_no_row_of_any_book(root: Client) -> None:
    make_everything()
    for model in books():
        row, before = some(model), everything_of(model)
        answer = root.post(url_of(row), {**forged(row), "_save": "Save"})
        assert answer.status_code == 403, model
        assert everything_of(model) == before, model


def test_whoever_set_it_up_can_delete_no_row_of_any_book(root: Client) -> None:
    make_everything()
    for model in books():
        row, before = some(model), everything_of(model)
        assert root.post(url_of(row, "delete"), {"post": "yes"}).status_code == 403, model
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        root.post(list_of(model), {**chosen, "index": "0"})
        assert everything_of(model) == before, model


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_nobody_in_the_office_changes_or_deletes_an_order_or_a_movement(role: Role) -> None:
    make_everything()
    client = office(role)
    for model in (Order, StockMovement):
        row, before = some(model), everything_of(model)
        assert client.post(url_of(row), forged(row)).status_code == 403
        assert client.post(url_of(row, "delete"), {"post": "yes"}).status_code == 403
        assert everything_of(model) == before


def test_no_page_of_a_book_has_a_button_to_save_or_delete(root: Client) -> None:
    make_everything()
    for model in books():
        page = root.get(url_of(some(model))).content.decode()
        assert 'name="_save"' not in page, model
        assert "/delete/" not in page, model


# --- Fast -----------------------------------------------------------------------------------------


def statements_of(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def test_no_book_is_counted_or_read_as_a_whole(root: Client) -> None:
    make_everything()
    for model in books():
        for sql in statements_of(root, list_of(model, q="BRW-1")):
            assert not sql.startswith("SELECT COUNT("), model
            assert "DISTINCT" not in sql, model


def test_no_list_needs_more_statements_for_more_rows(root: Client) -> None:
    def count() -> dict[type[models.Model], int]:
        lists = {model: list_of(model) for model in admin.site._registry}
        return {model: len(statements_of(root, address)) for model, address in lists.items()}

    make_everything()
    _more_of_everything("MIA")  # so that a day waits to be closed
    before = count()
    _more_of_everything("ORL", "TPA")
    assert count() == before


def _more_of_everything(*codes: str) -> None:
    """Other stores with people, tills, goods and sales of their own."""
    for code in codes:
        store = make_store(code)
        till, _token = open_till(store, Role.SHIFT_LEAD, code=f"lea{code}", number=7, now=NOON)
        chips = make_snack(f"CHP-{code}", on_hand=9, store=store)
        order = sold(till, line_of(chips, 2), now=NOON)
        voided(till, order["id"])


# --- The ledger and the money ---------------------------------------------------------------------


def listed(page: Page) -> list[Any]:
    return list(page.context["cl"].result_list)


def test_the_ledger_shows_signed_units_with_product_reason_and_hand(
    manager: Client, store: Store, bourbon: Product
) -> None:
    page = text_of(manager.get(list_of(StockMovement)))
    assert f"{bourbon} {store} +10 Receipt delivery Maria" in page


def test_the_ledger_is_searched_by_sku_by_barcode_and_by_document(
    manager: Client, store: Store, bourbon: Product
) -> None:
    receive(store, make_snack(), 5)
    movement = StockMovement.objects.get(product=bourbon)
    for asked in ("brb-1", " BRB-1 ", "012345678905", str(movement.document_id)):
        assert listed(manager.get(list_of(StockMovement, q=asked))) == [movement], asked
    assert listed(manager.get(list_of(StockMovement, q="BRB"))) == []


def test_the_ledger_of_a_product_that_is_sold_no_more_is_found(
    manager: Client, bourbon: Product
) -> None:
    bourbon.is_active = False
    bourbon.save(update_fields=["is_active"])
    assert len(listed(manager.get(list_of(StockMovement, q="BRB-1")))) == 1


# --- The audit ------------------------------------------------------------------------------------


def test_the_audit_is_narrowed_to_what_was_done_of_late(manager: Client, store: Store) -> None:
    till, _token = open_till(store, now=NOON)
    sold(till, make_snack(on_hand=9, store=store))
    page = manager.get(list_of(AuditEntry))
    offered = [spec.lookup_choices for spec in page.context["cl"].filter_specs]
    assert offered == [
        ["account.logged_in", "order.completed", "staff.office_role_given", "stock.receipt"],
        ["STAFF", "USER"],
    ]
    (entry,) = listed(manager.get(list_of(AuditEntry, action="order.completed")))
    assert (entry.action, entry.actor_name) == ("order.completed", "Ana")
    found = listed(manager.get(list_of(AuditEntry, q=entry.subject)))
    assert found == [entry]


# --- Addresses that no page gave out --------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "query"),
    [(Product, {"tax_class__exact": "\x00"}), (Tender, {"kind": "\x00"}), (Product, {"q": "\x00"})],
)
def test_a_nul_in_the_address_of_a_list_is_no_crash(
    root: Client, bourbon: Product, model: type[models.Model], query: dict[str, str]
) -> None:
    assert root.get(list_of(model, **query), follow=True).status_code == 200


def test_a_nul_in_a_box_that_completes_is_no_crash(root: Client, store: Store) -> None:
    who = {"app_label": "catalog", "model_name": "product", "field_name": "category"}
    assert root.get(url("autocomplete", term="\x00", **who)).status_code == 200
