"""The office sees what is owed on gift cards, freezes one, and sets one right with a reason."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.payments.stored_value_figures import list_value_days
from apps.stores.types import Role
from tests.factories import open_till
from tests.orders.gift_cards import sold_card
from tests.payments.stored_value import make_account, make_entry

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


def test_what_moves_by_day_is_charted_and_leads_to_what_is_owed_now(manager: Client) -> None:
    now = timezone.now()
    account = make_account(2_000, opened_at=now)
    entries = StoredValueEntry.objects.filter(account=account)
    assert entries.count() == 1
    page = manager.get(url("payments_storedvalueaccount_changelist"))
    ((currency, _moved, owed),) = page.context["charts"]
    line = json.loads(owed)["datasets"][0]["data"]
    assert (currency, line[-1]) == ("USD", 20)


def test_the_days_of_gift_cards_are_counted_back_from_today() -> None:
    today = timezone.localdate()
    days = [today - timedelta(days=ago) for ago in (2, 1, 0)]
    at = {day: timezone.make_aware(datetime.combine(day, time(12))) for day in days}
    account = make_account(balance_cents=0)
    StoredValueAccount.objects.update(balance_cents=3_500)
    credit = {"kind": "CREDITED", "return_id": uuid4(), "reason": ""}
    make_entry(account, amount_cents=5_000, balance_cents=5_000, at=at[days[0]], **credit)
    make_entry(account, amount_cents=-1_000, balance_cents=4_000, at=at[days[1]])
    make_entry(account, amount_cents=-500, balance_cents=3_500, at=at[days[2]])
    found = list_value_days(days=days)["USD"]
    assert [(day.put_on, day.spent, day.balance) for day in found] == [
        (5_000, 0, 5_000),
        (0, 0, 4_000),
        (0, 0, 3_500),
    ]


def test_its_page_leads_to_the_orders_that_moved_it(manager: Client) -> None:
    till, _token = open_till()
    order = sold_card(till, 5_000)
    account = StoredValueAccount.objects.get()
    page = manager.get(url_of(account))
    assert f"$50.00 sold, sale {order['number']}" in text_of(page)
    assert url("orders_order_change", order["id"]) in page.content.decode()
    entries = manager.get(url("payments_storedvalueentry_changelist")).content.decode()
    assert url("orders_order_change", order["id"]) in entries
