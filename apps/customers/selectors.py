"""Reads of customers. They belong to the company: every store knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from apps.core.errors import FieldError
from apps.customers.blind_index import indexes_of
from apps.customers.errors import CustomerForgotten, CustomerNotOnFile, CustomerUnknown
from apps.customers.models import Customer
from apps.customers.rules import normalise

if TYPE_CHECKING:
    from uuid import UUID

    from apps.customers.types import ContactKind

MOST_FOUND = 20


def get_customer(*, customer_id: UUID) -> Customer:
    """A customer, forgotten or not.

    Raises:
        CustomerUnknown: there is none.
    """
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise CustomerUnknown("There is no such customer.", id=str(customer_id))
    return customer


def get_known_customer(*, customer_id: UUID) -> Customer:
    """A customer who has not been forgotten.

    Raises:
        CustomerUnknown, CustomerForgotten: there is none, or none any more.
    """
    customer = get_customer(customer_id=customer_id)
    if customer.forgotten_at:
        raise CustomerForgotten("Register the customer anew.", id=str(customer_id))
    return customer


def require_known(*, customer_id: UUID) -> None:
    """See that a sale can name a customer; nothing of them is opened.

    Raises:
        CustomerNotOnFile: there is none of that id, or none any more.
    """
    if not Customer.objects.filter(pk=customer_id, forgotten_at__isnull=True).exists():
        detail = "Sell without a customer, or look them up again."
        fault = FieldError("/customer_id", "customer-not-on-file", detail)
        raise CustomerNotOnFile(detail, errors=[fault], id=str(customer_id))


def list_by_contact(*, kind: ContactKind, text: str) -> list[Customer]:
    """The customers with exactly this phone number or e-mail address, the newest first.

    Raises:
        ContactInvalid: it is none.
    """
    found = Customer.objects.filter(contact_is(kind, normalise(kind, text)))
    return list(found.order_by("-registered_at", "-pk")[:MOST_FOUND])


def contact_is(kind: ContactKind, normalised: str) -> Q:
    """What holds of the customers with a contact, whichever key indexed it."""
    if not normalised:
        return Q(pk__in=[])
    return Q(**{f"{kind.value.lower()}_index__in": indexes_of(kind, normalised)})


def describe_customer(customer: Customer) -> dict[str, Any]:
    """A customer as tills see them."""
    return {
        "id": str(customer.pk),
        "name": customer.name,
        "phone": customer.phone,
        "email": customer.email,
        "accepts_marketing": customer.accepts_marketing,
        "registered_at": customer.registered_at,
        "forgotten": customer.forgotten_at is not None,
    }
