"""Stock moved by hand: deliveries, adjustments, waste, transfers and counts on one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.inventory.models import StockDocument, StockMovement
from apps.inventory.selectors import find_ledger_drift, list_levels
from apps.inventory.services.moving import request_counts
from tests.conftest import NOON
from tests.factories import make_store
from tests.goods import make_product, make_snack

from .office import errors_of, form_on, said, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.catalog.models import Product
    from apps.stores.models import Store

    from .office import Form

pytestmark = pytest.mark.django_db

CASE, BOTTLE = "10012345678902", "012345678905"


@pytest.fixture
def miami(db: None) -> Store:
    return make_store("MIA", county="Miami-Dade")


def filled_in(client: Client, *rows: tuple[str, int | str], **head: Any) -> Form:
    """The form with these rows of code and quantity: a delivery, unless another kind is said."""
    form = {**form_on(client, url("inventory_stockdocument_move")), "reason": "note 17", **head}
    for number, (code, quantity) in enumerate(rows):
        form |= {f"form-{number}-code": code, f"form-{number}-quantity": quantity}
    return form


def move(client: Client, *rows: tuple[str, int | str], **head: Any) -> Page:
    return send(client, url("inventory_stockdocument_move"), filled_in(client, *rows, **head))


def on_hand(store: Store, product: Product) -> int:
    (level,) = list_levels(store_id=store.pk, product_ids=[product.pk])
    return level.on_hand


# --- Each kind ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "quantity", "left"),
    [
        ("RECEIPT", 5, 15),
        ("ADJUSTMENT", -3, 7),
        ("WASTE", 2, 8),
        ("WASTE", 12, -2),
        ("COUNT", 4, 4),
        ("COUNT", 0, 0),
    ],
)
def test_what_happened_is_in_the_stock(
    manager: Client, store: Store, bourbon: Product, kind: str, quantity: int, left: int
) -> None:
    page = move(manager, ("BRB-1", quantity), kind=kind)
    assert said(page) == ["1 shelf is up to date."]
    assert on_hand(store, bourbon) == left
    assert list(find_ledger_drift()) == []


def test_a_transfer_leaves_one_store_and_reaches_the_other(
    manager: Client, store: Store, miami: Store, bourbon: Product
) -> None:
    move(manager, ("BRB-1", 4), kind="TRANSFER", store=store.pk, to_store=miami.pk)
    assert (on_hand(store, bourbon), on_hand(miami, bourbon)) == (6, 4)


def test_a_case_of_twelve_counts_twelve(manager: Client, store: Store, bourbon: Product) -> None:
    move(manager, (CASE, 2), (BOTTLE, 1), ("brb-1", 1))
    assert on_hand(store, bourbon) == 10 + 2 * 12 + 1 + 1


def test_the_document_says_who_moved_what_where_and_why(
    manager: Client, store: Store, bourbon: Product
) -> None:
    chips = make_snack()
    page = text_of(move(manager, (CASE, 1), ("CHP-1", 3), kind="WASTE"))
    assert f"What happened Waste Store {store}" in page
    assert "Reason note 17 Actor name manager" in page
    assert f"{bourbon} {store.name} -12 note 17" in page
    assert f"{chips} {store.name} -3 note 17" in page


def test_a_move_is_in_the_audit_under_the_name_of_the_manager(
    manager: Client, store: Store, bourbon: Product
) -> None:
    move(manager, ("BRB-1", -1), kind="ADJUSTMENT")
    entry = AuditEntry.objects.get(action="stock.adjustment")
    assert (entry.actor_name, entry.facts) == ("manager", {"store": store.pk, "reason": "note 17"})


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "field", "complaint"),
    [
        (("036000291452", 1), "form-1-code", "No active product"),
        (("OLD-1", 1), "form-1-code", "No active product"),
        (("BRB-1", ""), "form-1-quantity", "required"),
        (("BRB-1", "1.5"), "form-1-quantity", "whole number"),
        (("BRB-1", 1_000_001), "form-1-quantity", "less than or equal"),
        (("", 3), "form-1-code", "required"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_moved(
    manager: Client, bourbon: Product, row: tuple[str, Any], field: str, complaint: str
) -> None:
    make_product("OLD-1", is_active=False)
    page = move(manager, ("BRB-1", 2), row)
    errors = errors_of(page)
    assert set(errors) == {field}
    assert complaint in errors[field]
    assert complaint in text_of(page)
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize(
    ("head", "rows", "complaint"),
    [
        ({}, [], "at least one product"),
        ({}, [("BRB-1", 0)], "above zero"),
        ({"kind": "WASTE"}, [("BRB-1", -2)], "above zero"),
        ({"kind": "COUNT"}, [("BRB-1", -2)], "less than nothing"),
        ({"kind": "ADJUSTMENT"}, [("BRB-1", 2), (BOTTLE, -2)], "changes nothing"),
        ({"kind": "SALE"}, [("BRB-1", 2)], "valid choice"),
        ({"reason": ""}, [("BRB-1", 2)], "required"),
        ({"store": "999"}, [("BRB-1", 2)], "valid choice"),
        ({"kind": "TRANSFER"}, [("BRB-1", 2)], "where the goods go"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(
    manager: Client, bourbon: Product, head: Form, rows: list[tuple[str, int]], complaint: str
) -> None:
    page = move(manager, *rows, **head)
    assert complaint in " ".join(errors_of(page).values())
    assert complaint in text_of(page)
    assert StockMovement.objects.count() == 1
    assert StockDocument.objects.count() == 1


@pytest.mark.parametrize(("to", "quantity"), [("MIA", 11), ("BRW", 1)])
def test_nothing_is_sent_that_is_not_there_or_to_nowhere(
    manager: Client, store: Store, miami: Store, bourbon: Product, to: str, quantity: int
) -> None:
    to_store = {"MIA": miami.pk, "BRW": store.pk}[to]
    head = {"kind": "TRANSFER", "store": store.pk, "to_store": to_store}
    page = move(manager, ("BRB-1", quantity), **head)
    assert errors_of(page)["__all__"]
    assert (on_hand(store, bourbon), on_hand(miami, bourbon)) == (10, 0)


def test_what_was_typed_is_still_there_after_a_refusal(manager: Client, bourbon: Product) -> None:
    page = move(manager, ("BRB-1", 2), ("hello", 1), kind="WASTE").content.decode()
    assert 'value="BRB-1"' in page
    assert 'value="hello"' in page
    assert 'value="WASTE" selected' in page


# --- Sent twice -----------------------------------------------------------------------------------


def test_a_form_sent_twice_moves_the_stock_once(
    manager: Client, store: Store, bourbon: Product
) -> None:
    form = filled_in(manager, (CASE, 1))
    first, second = (send(manager, url("inventory_stockdocument_move"), form) for _ in range(2))
    assert on_hand(store, bourbon) == 22
    assert first.redirect_chain == second.redirect_chain
    assert said(second) == ["This form was sent twice; the stock was moved once."]


def test_a_form_that_was_refused_is_sent_again_and_moves(
    manager: Client, store: Store, bourbon: Product
) -> None:
    form = filled_in(manager, ("hello", 1))
    send(manager, url("inventory_stockdocument_move"), form)
    send(manager, url("inventory_stockdocument_move"), {**form, "form-0-code": "BRB-1"})
    assert on_hand(store, bourbon) == 11


def test_two_deliveries_of_the_same_are_two(
    manager: Client, store: Store, bourbon: Product
) -> None:
    for _ in range(2):
        move(manager, (CASE, 1))
    assert on_hand(store, bourbon) == 34


# --- Ways in --------------------------------------------------------------------------------------


def test_the_link_on_a_product_leads_to_a_count_of_its_shelf(
    manager: Client, store: Store, miami: Store, bourbon: Product
) -> None:
    page = manager.get(url_of(bourbon))
    (link,) = [cell.url for _, cells in page.context["panel"].rows for cell in cells if cell.url]
    form = form_on(manager, link)
    assert (form["kind"], form["store"], form["form-0-code"]) == ("COUNT", str(store.pk), "BRB-1")
    send(manager, link, {**form, "form-0-quantity": "11", "reason": "found one"})
    assert on_hand(store, bourbon) == 11


@pytest.mark.parametrize("query", [{"store": "abc"}, {"sku": ""}, {"sku": "\x00"}])
def test_a_link_that_names_nothing_opens_an_empty_form(
    manager: Client, store: Store, query: dict[str, str]
) -> None:
    assert manager.get(url("inventory_stockdocument_move", **query)).status_code == 200


def test_a_count_settles_the_request_for_it(
    manager: Client, store: Store, bourbon: Product
) -> None:
    move(manager, ("BRB-1", 13), kind="WASTE")
    with transaction():
        request_counts(store_id=store.pk, product_ids=[bourbon.pk], now=NOON)
    asked = url("inventory_countrequest_changelist")
    assert f"{bourbon} {store} -3 waiting" in text_of(manager.get(asked))
    move(manager, ("BRB-1", 2), kind="COUNT")
    assert f"{bourbon} {store} -3 counted" in text_of(manager.get(asked))
