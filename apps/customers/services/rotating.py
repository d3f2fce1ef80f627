"""Sealing everything anew under the first field key, a few rows at a time, while the shop sells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextField
from django.db.models.functions import Cast
from django_subatomic.db import transaction

from apps.core import audit
from apps.core.errors import FieldKeyMissing
from apps.core.sealing import is_current
from apps.core.types import system_actor
from apps.customers.blind_index import index_of
from apps.customers.models import Customer
from apps.customers.types import ContactKind, Rotated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

_SEALED = ("name", "phone", "email")
ROWS_AT_ONCE = 200
_ACTOR = system_actor("rotate_field_keys")


def rotate_field_keys(*, now: datetime) -> Iterator[Rotated]:
    """Seal and index every customer under the first key; yields how far it is after each step.

    A row that no key opens is counted and left as it is. Breaking off does no harm: what is done
    is done, and the rest opens with the older keys still.
    """
    rotated, last = Rotated(total=Customer.objects.count()), None
    while rows := _next_rows(last):
        last = rows[-1]
        with transaction():
            for customer_id in rows:
                _reseal(customer_id, rotated)
        yield rotated
    with transaction():
        facts = {"resealed": rotated.resealed, "unreadable": rotated.unreadable}
        audit.record(audit.AuditFact(now, _ACTOR, "field_keys.rotated", "customers", {**facts}))


def _next_rows(last: UUID | None) -> list[UUID]:
    rows = Customer.objects.order_by("pk").values_list("pk", flat=True)
    return list((rows.filter(pk__gt=last) if last else rows)[:ROWS_AT_ONCE])


def _reseal(customer_id: UUID, rotated: Rotated) -> None:
    rotated.done += 1
    tokens = {name: Cast(name, TextField()) for name in _SEALED}
    stored = Customer.objects.annotate(**{f"{k}_token": v for k, v in tokens.items()})
    row = stored.filter(pk=customer_id).values(*(f"{name}_token" for name in _SEALED)).first()
    if row is None or all(is_current(token) for token in row.values()):
        return
    try:
        customer = Customer.objects.select_for_update().get(pk=customer_id)
    except FieldKeyMissing:
        rotated.unreadable += 1
        return
    customer.phone_index = index_of(ContactKind.PHONE, customer.phone)
    customer.email_index = index_of(ContactKind.EMAIL, customer.email)
    customer.save(update_fields=[*_SEALED, "phone_index", "email_index"])
    rotated.resealed += 1
