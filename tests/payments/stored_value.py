"""Rows of the ledger of gift cards and store credit, made as a test wants them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from apps.payments.models import StoredValueAccount, StoredValueEntry
from tests.conftest import NOON

STORED_VALUE_RULES = {  # proved in test_stored_value_constraints.py
    "stored_value_kind_is_known",
    "stored_value_status_is_known",
    "stored_value_not_overspent",
    "stored_value_entry_goes_its_way",
    "stored_value_entry_says_why",
    "stored_value_entry_leaves_no_debt",
    "a_tender_of_stored_value_has_its_entry",
}


def make_account(balance_cents: int = 0, **fields: Any) -> StoredValueAccount:
    """An account with so much on it, put there by the office."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "kind": "GIFT_CARD",
        "code_hash": uuid4().hex,
        "last4": "8899",
        "currency": "USD",
        "balance_cents": balance_cents,
        "status": "ACTIVE",
        "opened_at": NOON,
    }
    account = StoredValueAccount.objects.create(**{**values, **fields})
    if balance_cents > 0:
        make_entry(account, amount_cents=balance_cents, balance_cents=balance_cents)
    return account


def make_entry(account: StoredValueAccount, **fields: Any) -> StoredValueEntry:
    values: dict[str, Any] = {
        "account": account,
        "kind": "ADJUSTED",
        "amount_cents": 100,
        "balance_cents": 100,
        "reason": "a test",
        "actor_name": "Maria",
        "at": NOON,
    }
    return StoredValueEntry.objects.create(**{**values, **fields})
