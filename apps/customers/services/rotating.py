"""Sealing everything anew under the first field key: customers, and whatever else is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction

from apps.core import audit
from apps.core.resealing import Resealed, list_sealed_models, reseal
from apps.core.types import system_actor
from apps.customers.blind_index import index_of
from apps.customers.models import Customer
from apps.customers.types import ContactKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apps.core.types import JSON

_INDEXES = ("phone_index", "email_index")
_ACTOR = system_actor("rotate_field_keys")


def rotate_field_keys(*, now: datetime) -> Iterator[Resealed]:
    """Seal every sealed row of every table under the first key, and index customers under it.

    Yields how far a table is after each step.
    """
    tables: dict[str, Resealed] = {}
    for model in list_sealed_models():
        is_customer = model is Customer
        also, refresh = (_INDEXES, _index) if is_customer else ((), None)
        for so_far in reseal(model, also=also, refresh=refresh):
            tables[so_far.table] = so_far
            yield so_far
    with transaction():
        audit.record(audit.AuditFact(now, _ACTOR, "field_keys.rotated", "sealed", _sums(tables)))


def _index(customer: Customer) -> None:
    customer.phone_index = index_of(ContactKind.PHONE, customer.phone)
    customer.email_index = index_of(ContactKind.EMAIL, customer.email)


def _sums(tables: dict[str, Resealed]) -> dict[str, JSON]:
    return {
        "resealed": sum(table.resealed for table in tables.values()),
        "unreadable": sum(table.unreadable for table in tables.values()),
    }
