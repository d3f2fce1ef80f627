"""Card readers in the back office: registered with the code they show, removed with a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.payments.models import Location, Reader
from apps.payments.services.readers import register_reader
from sandbox.stripe.faults import Fault, Kind
from tests.conftest import NOON
from tests.factories import MANAGER, make_store
from tests.payments.at_readers import new_reader
from tests.payments.conftest import stripe

from .office import form_on, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.models import Store
    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {"registration_code": "simulated-wpe", "label": "Counter 1"}
WHERE = {"city": "Fort Lauderdale", "state": "fl", "postal_code": "33301"}


@pytest.fixture
def store(transactional_db: None, stripe: Simulator) -> Store:
    return make_store(address="1 Main Street, Fort Lauderdale, FL 33301")


@pytest.fixture
def reader(store: Store) -> Reader:
    return register_reader(actor=MANAGER, new=new_reader(store.pk), now=NOON)


def register(client: Client, **typed: str) -> Page:
    """Open the page, type what is missing, and send it."""
    address = url("payments_reader_register")
    return send(client, address, {**form_on(client, address), **TYPED, **typed})


def test_a_manager_registers_the_first_reader_of_a_store(store: Store, manager: Client) -> None:
    page = register(manager)
    assert "Counter 1 is registered" in text_of(page)
    assert Reader.objects.get().store_id == store.pk


def test_the_address_of_the_store_is_filled_in(
    store: Store, manager: Client, stripe: Simulator
) -> None:
    register(manager)
    place = stripe.client().v1.terminal.locations.retrieve(Location.objects.get().stripe_id)
    where = place.address
    assert (where.line1, where.city, where.state, where.postal_code) == (
        "1 Main Street",
        "Fort Lauderdale",
        "FL",
        "33301",
    )


def test_the_second_reader_needs_no_address(reader: Reader, manager: Client) -> None:
    assert "line1" not in form_on(manager, url("payments_reader_register"))
    register(manager, label="Counter 2")
    assert Reader.objects.count() == 2


def test_of_several_stores_one_is_chosen_first(store: Store, manager: Client) -> None:
    other = make_store("MIA", county="Miami-Dade", address="a place that nobody can read")
    asked = send(manager, url("payments_reader_register"), {"store": str(other.pk)})
    assert f"Register a card reader in {other.name}" in text_of(asked)
    address = url("payments_reader_register", store=other.pk)
    assert form_on(manager, address)["line1"] == "a place that nobody can read"
    send(manager, address, {**form_on(manager, address), **TYPED, **WHERE})
    assert Reader.objects.get().store_id == other.pk


def test_a_refused_code_is_said_and_can_be_typed_again(store: Store, manager: Client) -> None:
    page = register(manager, registration_code="worn-out-wand")
    assert "registration code is not valid" in text_of(page)
    assert not Reader.objects.exists()
    register(manager)
    assert Reader.objects.exists()


def test_a_silent_stripe_is_said(store: Store, manager: Client, stripe: Simulator) -> None:
    stripe.world.faults.add("POST", "/v1/terminal/readers", Fault(Kind.DROP))
    assert "Try again" in text_of(register(manager))
    assert not Reader.objects.exists()


def test_removing_a_reader_asks_first(reader: Reader, manager: Client, stripe: Simulator) -> None:
    address = url("payments_reader_remove", reader.pk)
    assert "can take no more cards" in text_of(manager.get(address))
    assert Reader.objects.get().removed_at is None
    page = send(manager, address, form_on(manager, address))
    assert "Counter 1 is removed" in text_of(page)
    assert not stripe.client().v1.terminal.readers.list().data


def test_removed_readers_are_listed_for_those_who_ask(reader: Reader, manager: Client) -> None:
    listed = url("payments_reader_changelist")
    assert "online" in text_of(manager.get(listed))
    Reader.objects.update(removed_at=NOON)
    assert "Counter 1" not in text_of(manager.get(listed))
    assert "Counter 1" in text_of(manager.get(listed, {"use": "removed"}))
    assert "Remove" not in text_of(manager.get(url_of(reader))).replace("Removed", "")


def test_an_auditor_sees_readers_and_changes_none(reader: Reader, auditor: Client) -> None:
    assert "Counter 1" in text_of(auditor.get(url("payments_reader_changelist")))
    assert auditor.get(url("payments_reader_register")).status_code == 403
    assert auditor.post(url("payments_reader_remove", reader.pk), {"x": "y"}).status_code == 403
    assert Reader.objects.get().removed_at is None
