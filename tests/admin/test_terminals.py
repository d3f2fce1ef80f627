"""Terminals in the back office: paired by a code that is shown once, locked out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from apps.core.models import AuditEntry
from apps.stores.models import Terminal
from tests.conftest import NOON
from tests.factories import PIN, api_client, make_checkout, make_store, make_terminal, open_till
from tests.goods import basket, make_snack

from .office import errors_of, form_on, said, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import Checkout

pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return make_terminal(store, number=3)


@pytest.fixture
def chips(store: Store) -> Product:
    """Sold at any hour of the day."""
    return make_snack(on_hand=10, store=store)


@pytest.fixture
def checkout(store: Store) -> Checkout:
    """A till that is paired, and Ana, who may log in there."""
    return make_checkout(store)


def pairing_of(terminal: Terminal) -> str:
    return url("stores_terminal_pair", terminal.pk)


def code_for(client: Client, terminal: Terminal) -> str:
    """Ask for a pairing code, and read it off the page."""
    code: str = send(client, pairing_of(terminal), {}).context["code"]
    return code


def pair(code: str) -> str | None:
    """Type a code at a terminal: its token, or None where the code is refused."""
    token: str | None = api_client().post("terminals/pair", {"code": code}).json().get("token")
    return token


def state_of(client: Client, terminal: Terminal) -> str:
    return text_of(client.get(url_of(terminal))).partition("State ")[2].partition(" Paired at")[0]


# --- Pairing --------------------------------------------------------------------------------------


def test_a_code_shown_in_the_office_pairs_the_terminal(manager: Client, terminal: Terminal) -> None:
    token = pair(code_for(manager, terminal))
    assert token
    login = api_client(token).post("sessions", {"staff_code": "ana", "pin": PIN})
    assert login.json()["code"] == "pin-wrong"  # the terminal is known; nobody works there yet


def test_opening_the_page_asks_and_makes_no_code(manager: Client, terminal: Terminal) -> None:
    page = manager.get(pairing_of(terminal))
    assert page.context["code"] is None
    assert "Show a pairing code" in text_of(page)
    assert not Terminal.objects.filter(pairing_code_hash__isnull=False).exists()


def test_a_code_is_shown_once_and_kept_nowhere(manager: Client, terminal: Terminal) -> None:
    page = send(manager, pairing_of(terminal), {})
    code = page.context["code"]
    assert code in text_of(page)
    assert "no-store" in page.headers["Cache-Control"]
    for address in (pairing_of(terminal), url_of(terminal), url("stores_terminal_changelist")):
        assert code not in manager.get(address).content.decode()
    kept = str(Terminal.objects.values().get()) + str(list(AuditEntry.objects.values()))
    assert code not in kept


def test_a_new_code_makes_the_one_before_worthless(manager: Client, terminal: Terminal) -> None:
    first, second = code_for(manager, terminal), code_for(manager, terminal)
    assert pair(first) is None
    assert pair(second)


def test_a_terminal_keeps_its_token_until_the_new_code_is_used(
    manager: Client, checkout: Checkout
) -> None:
    who = {"staff_code": "ana", "pin": PIN}
    code = code_for(manager, checkout.terminal)
    assert api_client(checkout.token).post("sessions", who).status_code == 201
    assert pair(code)
    assert api_client(checkout.token).post("sessions", who).status_code == 401


def test_the_page_follows_the_terminal_from_new_to_paired(
    manager: Client, terminal: Terminal
) -> None:
    assert state_of(manager, terminal) == "not paired"
    code = code_for(manager, terminal)
    assert state_of(manager, terminal) == "waiting for its code"
    pair(code)
    assert state_of(manager, terminal) == "paired"
    send(manager, url("stores_terminal_revoke", terminal.pk), {})
    assert state_of(manager, terminal) == "revoked"


# --- Revoking -------------------------------------------------------------------------------------


def test_revoking_asks_first(manager: Client, checkout: Checkout) -> None:
    page = text_of(manager.get(url("stores_terminal_revoke", checkout.terminal.pk)))
    assert "Till 1 in Broward Liquors loses its token" in page
    answer = api_client(checkout.token).post("sessions", {"staff_code": "ana", "pin": PIN})
    assert answer.status_code == 201


def test_a_revoked_terminal_sells_nothing_from_that_moment(
    manager: Client, store: Store, chips: Product
) -> None:
    till, token = open_till(store)
    body = basket(chips, cash=None)
    assert api_client(token).post("orders/quote", body).status_code == 200
    page = send(manager, url("stores_terminal_revoke", till.register.id), {})
    assert said(page) == ["Till 1 is locked out; its sessions have ended."]
    answer = api_client(token).post("orders", basket(chips), key=str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


def test_a_revoked_terminal_lets_nobody_log_in_until_it_is_paired_anew(
    manager: Client, checkout: Checkout
) -> None:
    who = {"staff_code": "ana", "pin": PIN}
    send(manager, url("stores_terminal_revoke", checkout.terminal.pk), {})
    assert api_client(checkout.token).post("sessions", who).status_code == 401
    token = pair(code_for(manager, checkout.terminal))
    assert api_client(token).post("sessions", who).status_code == 201


def test_pairing_and_revoking_are_in_the_audit(manager: Client, terminal: Terminal) -> None:
    pair(code_for(manager, terminal))
    send(manager, url("stores_terminal_revoke", terminal.pk), {})
    entries = AuditEntry.objects.filter(subject=f"terminal:{terminal.pk}").order_by("pk")
    assert list(entries.values_list("action", "actor_name")) == [
        ("terminal.code_issued", "manager"),
        ("terminal.paired", "Till 3"),
        ("terminal.revoked", "manager"),
    ]


# --- What a terminal is ---------------------------------------------------------------------------


def test_a_terminal_is_made_with_its_store_and_number(manager: Client, store: Store) -> None:
    new = {"store": store.pk, "number": "4", "name": "Bar"}
    assert errors_of(save(manager, url("stores_terminal_add"), **new)) == {}
    assert Terminal.objects.get().number == 4
    page = save(manager, url("stores_terminal_add"), **{**new, "name": "Other bar"})
    assert "already exists" in " ".join(errors_of(page).values())


def test_store_and_number_stay_whatever_is_posted(
    manager: Client, terminal: Terminal, store: Store
) -> None:
    other = make_store("MIA", county="Miami-Dade")
    form = form_on(manager, url_of(terminal))
    assert {"store", "number"} & form.keys() == set()
    send(manager, url_of(terminal), {**form, "store": other.pk, "number": 9, "name": "Bar"})
    terminal.refresh_from_db()
    assert (terminal.store_id, terminal.number, terminal.name) == (store.pk, 3, "Bar")


def test_a_new_name_is_what_the_next_receipt_of_the_till_says(
    manager: Client, store: Store, chips: Product
) -> None:
    till, token = open_till(store)
    save(manager, url("stores_terminal_change", till.register.id), name="Bar")
    order = api_client(token).post("orders", basket(chips), key=str(uuid4())).json()
    receipt = api_client(token).get(f"orders/{order['id']}/receipt", format="text")
    assert "Served by Ana, Bar" in receipt.content.decode()


def test_the_list_names_each_till_with_its_store_and_when_it_was_last_seen(
    manager: Client, store: Store
) -> None:
    open_till(store, now=NOON)
    make_terminal(store, number=2)
    page = text_of(manager.get(url("stores_terminal_changelist")))
    assert f"Till 1 {store} 1 not paired Nov. 22, 2026, noon" in page
    assert f"Till 2 {store} 2 not paired -" in page


def test_a_terminal_is_never_deleted(root: Client, terminal: Terminal) -> None:
    assert root.post(url_of(terminal, "delete"), {"post": "yes"}).status_code == 403
    assert Terminal.objects.count() == 1
