"""What must never stand in the tables of customers, the database itself refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.db.models import CheckConstraint

from apps.customers.models import Customer

if TYPE_CHECKING:
    from django.db.models import Model

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)
VALID: dict[type[Model], dict[str, Any]] = {
    Customer: {"name": "Ada", "registered_at": NOW, "registered_by": "Maria"},
}
CHECKS: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("a_customer_has_a_name", Customer, {"name": ""}),
    ("a_forgotten_customer_leaves_nothing", Customer, {"forgotten_at": NOW}),
    ("a_phone_has_its_index", Customer, {"phone": "+15615550142"}),
    ("a_phone_has_its_index", Customer, {"phone_index": "ab"}),
    ("an_email_has_its_index", Customer, {"email": "a@example.com"}),
    ("an_email_has_its_index", Customer, {"email_index": "ab"}),
]


def make(model: type[Model], **fields: Any) -> Model:
    return model._default_manager.create(**{"id": uuid4(), **VALID[model], **fields})


@pytest.mark.django_db
@pytest.mark.parametrize("model", VALID)
def test_a_sound_row_is_taken(model: type[Model]) -> None:
    assert make(model).pk


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "fields"), CHECKS)
def test_the_database_refuses(name: str, model: type[Model], fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=name):
        make(model, **fields)


def test_every_check_is_tried() -> None:
    own = {
        constraint.name
        for model in apps.get_app_config("customers").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert {name for name, _, _ in CHECKS} == own
