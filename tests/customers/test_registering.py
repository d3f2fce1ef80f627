"""A customer is registered once, changed by what they say, and forgotten when they ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.customers.errors import CustomerExists, CustomerForgotten, CustomerUnknown
from apps.customers.models import Customer
from apps.customers.selectors import get_known_customer, list_by_contact
from apps.customers.services.registering import (
    change_customer,
    forget_customer,
    register_customer,
)
from apps.customers.types import ContactKind, NewCustomer
from tests.factories import MANAGER

from .people import EMAIL, NAME, PHONE, make_customer, somebody

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)


def register(new: NewCustomer) -> Customer:
    with transaction():
        return register_customer(actor=MANAGER, store_id=None, new=new, now=NOW)


def change(new: NewCustomer) -> Customer:
    with transaction():
        return change_customer(actor=MANAGER, new=new, now=NOW)


def forget(customer: Customer) -> Customer:
    with transaction():
        return forget_customer(actor=MANAGER, customer_id=customer.pk, now=NOW)


def test_a_customer_is_found_by_phone_and_by_email_however_they_are_typed() -> None:
    ada = make_customer()
    make_customer(name="Bob", phone="+15615550143", email="")
    assert list_by_contact(kind=ContactKind.PHONE, text="(561) 555-0142") == [ada]
    assert list_by_contact(kind=ContactKind.EMAIL, text="ADA.Quill@example.com") == [ada]
    assert list_by_contact(kind=ContactKind.PHONE, text="561-555-0199") == []


def test_two_people_may_share_a_phone_and_both_are_found() -> None:
    ada, bob = make_customer(), make_customer(name="Bob", email="")
    assert set(list_by_contact(kind=ContactKind.PHONE, text=PHONE)) == {ada, bob}


def test_nothing_is_found_by_nothing() -> None:
    make_customer(phone="", email="")
    assert list_by_contact(kind=ContactKind.PHONE, text=" ") == []


def test_the_same_customer_sent_again_is_the_same_customer() -> None:
    ada = somebody()
    assert register(ada) == register(replace(ada, phone="561.555.0142"))
    assert Customer.objects.count() == 1
    assert AuditEntry.objects.filter(action="customer.registered").count() == 1


def test_somebody_else_under_the_same_id_is_refused() -> None:
    ada = somebody()
    register(ada)
    with pytest.raises(CustomerExists):
        register(replace(ada, name="Bob"))


def test_a_changed_phone_is_found_and_the_former_one_is_not() -> None:
    ada = make_customer()
    change(somebody(id=ada.pk, phone="561-555-0199"))
    assert list_by_contact(kind=ContactKind.PHONE, text="561-555-0199") == [ada]
    assert list_by_contact(kind=ContactKind.PHONE, text=PHONE) == []
    facts = AuditEntry.objects.get(action="customer.changed").facts
    assert facts == {"fields": ["phone"]}


def test_a_change_that_changes_nothing_is_no_entry_of_the_audit() -> None:
    ada = make_customer()
    change(somebody(id=ada.pk))
    assert not AuditEntry.objects.filter(action="customer.changed").exists()


def test_a_forgotten_customer_leaves_nothing_personal_and_is_found_no_more() -> None:
    ada = make_customer(accepts_marketing=True)
    forget(ada)
    left = Customer.objects.get(pk=ada.pk)
    assert {left.name, left.phone, left.email, left.phone_index, left.email_index} == {""}
    assert (left.accepts_marketing, left.forgotten_by) == (False, "Maria")
    for kind, text in ((ContactKind.PHONE, PHONE), (ContactKind.EMAIL, EMAIL)):
        assert list_by_contact(kind=kind, text=text) == []


def test_who_was_forgotten_is_neither_changed_nor_forgotten_again_nor_sold_to() -> None:
    ada = forget(make_customer())
    with pytest.raises(CustomerForgotten):
        change(somebody(id=ada.pk))
    with pytest.raises(CustomerForgotten):
        forget(ada)
    with pytest.raises(CustomerForgotten):
        get_known_customer(customer_id=ada.pk)
    with pytest.raises(CustomerUnknown):
        get_known_customer(customer_id=uuid4())


def test_a_customer_shows_nobody_who_they_are_in_a_log() -> None:
    texts = f"{make_customer()!r} {somebody()!r}"
    assert not any(secret in texts for secret in (NAME, PHONE, EMAIL))
