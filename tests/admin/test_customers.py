"""A manager finds a customer, changes them and forgets them; an auditor sees little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.core.models import AuditEntry
from apps.customers.models import Customer
from tests.customers.people import EMAIL, NAME, PHONE, make_customer

from .office import errors_of, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = "customers_customer_changelist"


def test_a_manager_registers_somebody_and_it_is_in_the_audit(manager: Client) -> None:
    save(manager, url("customers_customer_add"), name=NAME, phone="561-555-0142", email="")
    customer = Customer.objects.get()
    assert (customer.name, customer.phone, customer.registered_by) == (NAME, PHONE, "manager")
    assert AuditEntry.objects.get(action="customer.registered").facts == {
        "accepts_marketing": False
    }


def test_what_is_no_phone_is_said_beside_its_field(manager: Client) -> None:
    page = save(manager, url("customers_customer_add"), name=NAME, phone="0142")
    assert "ten digits" in errors_of(page)["phone"]
    assert not Customer.objects.exists()


@pytest.mark.parametrize("term", ["(561) 555-0142", "ADA.QUILL@example.com"])
def test_a_customer_is_found_by_the_whole_contact(manager: Client, term: str) -> None:
    make_customer()
    make_customer(name="Bob Sample", phone="", email="")
    page = text_of(manager.get(url(LIST, q=term)))
    assert NAME in page
    assert "Bob Sample" not in page


def test_a_part_of_a_contact_finds_nobody_and_says_what_to_type(manager: Client) -> None:
    make_customer()
    page = manager.get(url(LIST, q="555"))
    assert NAME not in text_of(page)
    assert "whole phone number" in page.content.decode()


def test_the_list_shows_contacts_masked(manager: Client) -> None:
    make_customer()
    page = manager.get(url(LIST)).content.decode()
    assert "0142" in page
    assert PHONE not in page
    assert EMAIL not in page


def test_a_change_is_saved_and_found(manager: Client) -> None:
    ada = make_customer()
    save(manager, url_of(ada), phone="561-555-0199")
    assert Customer.objects.get().phone == "+15615550199"
    assert NAME in text_of(manager.get(url(LIST, q="561-555-0199")))


def test_forgetting_is_asked_about_and_leaves_an_empty_row(manager: Client) -> None:
    ada = make_customer()
    address = url("customers_customer_forget", ada.pk)
    assert "nobody can bring them back" in text_of(manager.get(address))
    assert Customer.objects.get().name == NAME
    send(manager, address, {})
    assert Customer.objects.get().forgotten_at
    page = manager.get(url_of(ada))
    assert b'name="_save"' not in page.content
    assert "Forget" not in text_of(page)


def test_an_auditor_reads_no_whole_contact_and_forgets_nobody(auditor: Client) -> None:
    ada = make_customer()
    page = auditor.get(url_of(ada)).content.decode()
    assert PHONE not in page
    assert EMAIL not in page
    assert auditor.post(url("customers_customer_forget", ada.pk)).status_code == 403
    assert Customer.objects.get().name == NAME


def test_the_page_says_what_customers_can_be_searched_by(manager: Client) -> None:
    make_customer()
    page = text_of(manager.get(url(LIST, q=NAME)))
    assert "Names are sealed and cannot be searched." in page
    assert "A customer is found by a whole phone number or e-mail address." in page
