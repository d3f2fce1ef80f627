"""The office freezes and sets right, and the ledger proves itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.payments.errors import (
    StoredValueAccountUnknown,
    StoredValueInsufficient,
    StoredValueStateConflict,
)
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.payments.services.stored_value.minding import adjust_balance, set_status
from apps.payments.stored_value_codes import hash_code, make_code, read_code
from apps.payments.stored_value_selectors import find_stored_value_drift, sum_liability
from apps.payments.stored_value_types import StoredValueKind, StoredValueStatus
from tests.conftest import NOON
from tests.factories import MANAGER

from .stored_value import make_account, make_entry

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db


def adjust(account_id: UUID, cents: int, key: UUID | None = None) -> int:
    with transaction():
        return adjust_balance(
            actor=MANAGER,
            account_id=account_id,
            amount_cents=cents,
            reason="printed twice",
            key=key or uuid4(),
            now=NOON,
        )


def turn(account: StoredValueAccount, status: StoredValueStatus) -> None:
    with transaction():
        set_status(actor=MANAGER, account_id=account.pk, status=status, reason="stolen", now=NOON)


def test_an_adjustment_is_an_entry_with_its_reason_and_an_audit_row() -> None:
    account = make_account(500)
    assert adjust(account.pk, -200) == 300
    entry = StoredValueEntry.objects.order_by("pk").last()
    assert entry is not None
    assert (entry.amount_cents, entry.balance_cents, entry.reason) == (-200, 300, "printed twice")
    assert AuditEntry.objects.get().action == "stored_value.adjusted"
    assert list(find_stored_value_drift()) == []


def test_a_form_that_is_sent_twice_adjusts_once() -> None:
    account, key = make_account(500), uuid4()
    adjust(account.pk, -200, key)
    with pytest.raises(StoredValueStateConflict):
        adjust(account.pk, -200, key)
    account.refresh_from_db()
    assert account.balance_cents == 300


def test_nothing_goes_off_that_is_not_on() -> None:
    account = make_account(500)
    with pytest.raises(StoredValueInsufficient):
        adjust(account.pk, -501)
    assert not AuditEntry.objects.exists()


def test_an_account_that_does_not_exist_is_refused() -> None:
    with pytest.raises(StoredValueAccountUnknown):
        adjust(uuid4(), 100)


def test_freezing_and_thawing_are_audited_and_done_once() -> None:
    account = make_account(500)
    turn(account, StoredValueStatus.FROZEN)
    with pytest.raises(StoredValueStateConflict):
        turn(account, StoredValueStatus.FROZEN)
    turn(account, StoredValueStatus.ACTIVE)
    actions = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["stored_value.frozen", "stored_value.thawed"]


def test_a_balance_that_its_entries_do_not_come_to_is_found() -> None:
    make_account(700)
    account = make_account(500)
    StoredValueAccount.objects.filter(pk=account.pk).update(balance_cents=499)
    faults = list(find_stored_value_drift())
    assert len(faults) == 2
    assert all(str(account.pk) in fault for fault in faults)


def test_an_entry_that_says_another_balance_is_found() -> None:
    account = make_account()
    make_entry(account, amount_cents=100, balance_cents=200)
    StoredValueAccount.objects.filter(pk=account.pk).update(balance_cents=100)
    (fault,) = find_stored_value_drift()
    assert "last entry" in fault


def test_the_liability_is_what_is_on_all_cards() -> None:
    make_account(500)
    make_account(250)
    make_account(100, kind="STORE_CREDIT", status="FROZEN")
    make_account(0)
    assert sum_liability() == [
        (StoredValueKind.GIFT_CARD, "USD", 750),
        (StoredValueKind.STORE_CREDIT, "USD", 100),
    ]


def test_a_hash_cannot_be_made_without_the_key(settings: Any) -> None:
    code = make_code()
    before = hash_code(code)
    settings.GIFT_CARD_KEY = "another"
    assert hash_code(code) != before


def test_codes_are_made_in_groups_and_never_twice() -> None:
    codes = {make_code() for _ in range(50)}
    assert len(codes) == 50
    assert all(len(read_code(code)) == 20 and code.count("-") == 4 for code in codes)
