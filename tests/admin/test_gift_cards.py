"""The office sees what is owed on gift cards, freezes one, and sets one right with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from apps.core.models import AuditEntry
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.stores.types import Role
from tests.payments.stored_value import make_account

from .office import office, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> StoredValueAccount:
    """A gift card with $50.00 on it."""
    return make_account(5_000)


@pytest.fixture
def manager() -> Client:
    return office(Role.MANAGER)


def act(client: Client, account: StoredValueAccount, name: str, **typed: str) -> str:
    """What the office reads after it has sent a form, or been refused."""
    address = url(f"payments_storedvalueaccount_{name}", account.pk)
    answer = client.post(address, {"reason": "lost", "token": str(uuid4()), **typed}, follow=True)
    return text_of(answer)


def test_above_the_list_stands_what_is_owed(manager: Client, account: StoredValueAccount) -> None:
    make_account(250)
    make_account(100, kind="STORE_CREDIT")
    page = text_of(manager.get(url("payments_storedvalueaccount_changelist")))
    assert "Gift card $52.50 USD owed in goods" in page
    assert "Store credit $1.00 USD owed in goods" in page
    assert account.last4 in page


def test_a_card_is_found_by_its_last_four(manager: Client, account: StoredValueAccount) -> None:
    other = make_account(100, last4="1234")
    address = url("payments_storedvalueaccount_changelist")
    page = manager.get(address, {"q": "...1234"}).content.decode()
    assert str(other.pk) in page
    assert str(account.pk) not in page


def test_its_page_tells_what_moved_it(manager: Client, account: StoredValueAccount) -> None:
    page = text_of(manager.get(url_of(account)))
    assert "$50.00 adjusted by the office Maria: a test $50.00 left on it" in page


def test_a_card_is_frozen_and_let_go_again(manager: Client, account: StoredValueAccount) -> None:
    assert "Unfreeze" not in text_of(manager.get(url_of(account)))
    assert "gift card ...8899 is frozen" in act(manager, account, "freeze")
    account.refresh_from_db()
    assert account.status == "FROZEN"
    assert "frozen already" in act(manager, account, "freeze")
    assert "gift card ...8899 is active" in act(manager, account, "thaw")
    actions = AuditEntry.objects.filter(action__startswith="stored_value").order_by("pk")
    assert [entry.action for entry in actions] == ["stored_value.frozen", "stored_value.thawed"]


@pytest.mark.parametrize(("typed", "left"), [("-12.50", 3_750), ("12.50", 6_250)])
def test_a_card_is_set_right_with_a_reason(
    manager: Client, account: StoredValueAccount, typed: str, left: int
) -> None:
    act(manager, account, "adjust", amount=typed)
    account.refresh_from_db()
    assert account.balance_cents == left
    entry = StoredValueEntry.objects.order_by("pk").last()
    assert entry is not None
    assert (entry.reason, abs(entry.amount_cents)) == ("lost", 1_250)


@pytest.mark.parametrize("typed", ["", "0", "--5", "2000.01", "-50.01", "five"])
def test_what_cannot_be_adjusted_is_said_and_changes_nothing(
    manager: Client, account: StoredValueAccount, typed: str
) -> None:
    act(manager, account, "adjust", amount=typed)
    account.refresh_from_db()
    assert (account.balance_cents, StoredValueEntry.objects.count()) == (5_000, 1)


def test_a_form_sent_twice_is_done_once(manager: Client, account: StoredValueAccount) -> None:
    token = str(uuid4())
    act(manager, account, "adjust", amount="1", token=token)
    assert "done already" in act(manager, account, "adjust", amount="1", token=token)
    account.refresh_from_db()
    assert account.balance_cents == 5_100


@pytest.mark.parametrize("name", ["freeze", "thaw", "adjust"])
def test_an_auditor_changes_none(account: StoredValueAccount, name: str) -> None:
    auditor = office(Role.AUDITOR)
    address = url(f"payments_storedvalueaccount_{name}", account.pk)
    answer = auditor.post(address, {"reason": "x", "amount": "1", "token": str(uuid4())})
    assert answer.status_code == 403
    assert not AuditEntry.objects.filter(action__startswith="stored_value").exists()
