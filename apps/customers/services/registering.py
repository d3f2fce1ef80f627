"""Registering customers, changing what they said, and forgetting them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.customers.blind_index import index_of
from apps.customers.errors import CustomerExists
from apps.customers.models import Customer
from apps.customers.rules import normalise_email, normalise_name, normalise_phone
from apps.customers.selectors import get_known_customer
from apps.customers.types import ContactKind, NewCustomer

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON, Actor

_SAID = ("name", "phone", "email", "accepts_marketing")
_INDEXES = ("phone_index", "email_index")


@transaction_required
def register_customer(
    *, actor: Actor, store_id: int | None, new: NewCustomer, now: datetime
) -> Customer:
    """Write a customer down. The same sent again is the same customer, as they stand.

    Raises:
        ContactInvalid: the name, the phone number or the e-mail address cannot be one.
        CustomerExists: somebody else has this id.
    """
    new = _clean(new)
    if known := Customer.objects.filter(pk=new.id).first():
        if _changes(known, new):
            raise CustomerExists("Make a new id for a new customer.", id=str(new.id))
        return known
    customer = Customer(id=new.id, store_id=store_id, registered_at=now, registered_by=actor.name)
    _fill(customer, new)
    customer.save(force_insert=True)
    _note(customer, actor, "registered", {"accepts_marketing": new.accepts_marketing}, now)
    return customer


@transaction_required
def change_customer(*, actor: Actor, new: NewCustomer, now: datetime) -> Customer:
    """Change what a customer said of themselves; the audit names the fields and nothing else.

    Raises:
        ContactInvalid: as `register_customer`.
        CustomerUnknown, CustomerForgotten: there is nobody of that id, or nobody any more.
    """
    customer, new = get_known_customer(customer_id=new.id), _clean(new)
    changed = _changes(customer, new)
    if changed:
        _fill(customer, new)
        customer.save(update_fields=[*changed, *_INDEXES])
        _note(customer, actor, "changed", {"fields": list(changed)}, now)
    return customer


@transaction_required
def forget_customer(*, actor: Actor, customer_id: UUID, now: datetime) -> Customer:
    """Forget a person for good: nothing personal is left. Their sales stay, and are nobody's.

    Raises:
        CustomerUnknown, CustomerForgotten: there is nobody of that id, or nobody any more.
    """
    customer = get_known_customer(customer_id=customer_id)
    customer.name = customer.phone = customer.email = ""
    customer.phone_index = customer.email_index = ""
    customer.accepts_marketing = False
    customer.forgotten_at, customer.forgotten_by = now, actor.name
    fields = [*_SAID, *_INDEXES, "forgotten_at", "forgotten_by"]
    customer.save(update_fields=fields)
    _note(customer, actor, "forgotten", {}, now)
    return customer


def _clean(new: NewCustomer) -> NewCustomer:
    return replace(
        new,
        name=normalise_name(new.name),
        phone=normalise_phone(new.phone),
        email=normalise_email(new.email),
    )


def _changes(customer: Customer, new: NewCustomer) -> tuple[str, ...]:
    return tuple(name for name in _SAID if getattr(customer, name) != getattr(new, name))


def _fill(customer: Customer, new: NewCustomer) -> None:
    for name in _SAID:
        setattr(customer, name, getattr(new, name))
    customer.phone_index = index_of(ContactKind.PHONE, new.phone)
    customer.email_index = index_of(ContactKind.EMAIL, new.email)


def _note(
    customer: Customer, actor: Actor, what: str, facts: dict[str, JSON], now: datetime
) -> None:
    subject = f"customer:{customer.pk}"
    audit.record(audit.AuditFact(now, actor, f"customer.{what}", subject, facts))
