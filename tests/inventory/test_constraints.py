"""What must never stand in the tables of the stock ledger, the database itself refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError

from apps.inventory.models import CountRequest, StockBalance, StockDocument, StockMovement
from apps.inventory.types import MovementKind
from apps.stores.models import Store
from tests.conftest import NOON
from tests.factories import make_store
from tests.goods import make_product

if TYPE_CHECKING:
    from django.db.models import Model

PAPER = {"kind": MovementKind.RECEIPT, "reason": "-", "actor_name": "Maria", "at": NOON}
VALID: dict[type[Model], dict[str, Any]] = {
    StockBalance: {"on_hand": -1, "reserved": 0},
    StockMovement: {**PAPER, "quantity": -1, "document_id": uuid4()},
    StockDocument: PAPER,
    CountRequest: {"on_hand": -1, "asked_at": NOON},
}

CHECKS: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("nothing_less_is_reserved", StockBalance, {"reserved": -1}),
    ("movement_kind_is_known", StockMovement, {"kind": "THEFT"}),
    ("a_movement_moves_something", StockMovement, {"quantity": 0}),
    ("stock_document_kind_is_known", StockDocument, {"kind": "THEFT"}),
    ("a_transfer_has_two_stores", StockDocument, {"other_store": "the same"}),
]

# Per rule, the table and the other values with which a second row is welcome.
UNIQUE: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("one_balance_per_store_and_product", StockBalance, {"store": "another"}),
    ("one_open_count_request_per_store_and_product", CountRequest, {"done_at": NOON}),
]


def insert(model: type[Model], **changes: Any) -> Model:
    """A row that is valid but for the changes, in the first store and of the first product."""
    fields = {"store": Store.objects.order_by("pk").first() or make_store("ONE"), **VALID[model]}
    fields |= changes
    if fields["store"] == "another":
        fields["store"] = make_store("TWO")
    if fields.get("other_store") == "the same":
        fields["other_store"] = fields["store"]
    elif "other_store" in fields:
        fields["other_store"] = make_store("TWO")
    if model is StockDocument:
        fields["id"] = uuid4()
    else:
        known = StockBalance.objects.first() or CountRequest.objects.first()
        fields["product"] = known.product if known else make_product()
    return model._default_manager.create(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize("model", VALID, ids=lambda model: model.__name__)
def test_a_valid_row_is_welcome(model: type[Model]) -> None:
    assert insert(model).pk


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "changes"), CHECKS)
def test_a_row_that_breaks_a_rule_is_refused(
    name: str, model: type[Model], changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        insert(model, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "other"), UNIQUE)
def test_a_second_row_for_the_same_is_refused(
    name: str, model: type[Model], other: dict[str, Any]
) -> None:
    insert(model)
    insert(model, **other)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model)


def test_every_constraint_of_the_tables_of_the_ledger_is_proved_here() -> None:
    proved = {name for name, _, _ in [*CHECKS, *UNIQUE]}
    tables = apps.get_app_config("inventory").get_models()
    assert proved == {rule.name for table in tables for rule in table._meta.constraints}


@pytest.mark.django_db
def test_a_document_between_two_stores_is_welcome() -> None:
    assert insert(StockDocument, other_store="another").pk


@pytest.mark.django_db
def test_a_document_id_stands_once() -> None:
    document = insert(StockDocument)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        StockDocument.objects.create(
            id=document.pk, store=make_store("TWO"), **VALID[StockDocument]
        )
