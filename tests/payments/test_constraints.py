"""What must never stand in the table of tenders, the database itself refuses."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError

from apps.payments.models import Tender
from tests.conftest import NOON
from tests.factories import make_store
from tests.orders.rows import make_order


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["CASH", "CARD"])
def test_a_tender_of_a_known_kind_is_welcome(kind: str) -> None:
    order = make_order(make_store())
    assert Tender.objects.create(order=order, kind=kind, amount_cents=-1, at=NOON).pk


@pytest.mark.django_db
def test_a_tender_of_an_unknown_kind_is_refused() -> None:
    order = make_order(make_store())
    with pytest.raises(IntegrityError, match="tender_kind_is_known"):
        Tender.objects.create(order=order, kind="CHECK", amount_cents=1, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_tender_belongs_to_an_order() -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        Tender.objects.create(order_id=uuid4(), kind="CASH", amount_cents=1, at=NOON)


def test_every_constraint_of_the_table_of_tenders_is_proved_here() -> None:
    tables = apps.get_app_config("payments").get_models()
    rules = {rule.name for table in tables for rule in table._meta.constraints}
    assert rules == {"tender_kind_is_known"}
