"""What must never stand in the ledger of gift cards, the database itself refuses."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from apps.payments.models import StoredValueEntry, Tender
from tests.conftest import NOON
from tests.factories import make_store
from tests.orders.rows import make_order

from .stored_value import STORED_VALUE_RULES, make_account, make_entry

pytestmark = pytest.mark.django_db
BAD_ACCOUNTS: list[tuple[str, dict[str, Any]]] = [
    ("stored_value_kind_is_known", {"kind": "LOYALTY"}),
    ("stored_value_status_is_known", {"status": "LOST"}),
    ("stored_value_not_overspent", {"balance_cents": -1}),
]
BAD_ENTRIES: list[tuple[str, dict[str, Any]]] = [
    ("stored_value_entry_goes_its_way", {"kind": "GIVEN"}),
    ("stored_value_entry_goes_its_way", {"kind": "CREDITED", "amount_cents": -1}),
    ("stored_value_entry_goes_its_way", {"kind": "ADJUSTED", "amount_cents": 0}),
    ("stored_value_entry_says_why", {"reason": ""}),
    ("stored_value_entry_says_why", {"kind": "SOLD"}),
    ("stored_value_entry_says_why", {"kind": "CREDITED"}),
    ("stored_value_entry_leaves_no_debt", {"balance_cents": 99}),
    ("stored_value_entry_leaves_no_debt", {"amount_cents": -1, "balance_cents": -1}),
]


@pytest.mark.parametrize(("rule", "fields"), BAD_ACCOUNTS)
def test_what_breaks_a_rule_of_accounts_is_refused(rule: str, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule):
        make_account(**fields)


@pytest.mark.parametrize(("rule", "fields"), BAD_ENTRIES)
def test_what_breaks_a_rule_of_entries_is_refused(rule: str, fields: dict[str, Any]) -> None:
    account = make_account()
    with pytest.raises(IntegrityError, match=rule):
        make_entry(account, **fields)


@pytest.mark.parametrize("kind", ["SPENT", "SALE_VOIDED"])
def test_what_goes_off_an_account_is_negative(kind: str) -> None:
    account, order = make_account(), make_order(make_store())
    make_entry(account, kind=kind, order=order, amount_cents=-1, balance_cents=0)
    with pytest.raises(IntegrityError, match="goes_its_way"):
        make_entry(account, kind=kind, order=order, amount_cents=1)


def test_what_comes_of_a_return_names_it() -> None:
    assert make_entry(make_account(), kind="CREDITED", return_id=uuid4()).pk


@pytest.mark.parametrize(("kind", "has_entry"), [("GIFT_CARD", False), ("CASH", True)])
def test_a_tender_has_an_entry_where_it_is_stored_value(kind: str, has_entry: bool) -> None:  # noqa: FBT001 - a case
    entry = make_entry(make_account()) if has_entry else None
    order = make_order(make_store())
    with pytest.raises(IntegrityError, match="a_tender_of_stored_value_has_its_entry"):
        Tender.objects.create(order=order, kind=kind, amount_cents=1, entry=entry, at=NOON)


def test_an_entry_is_written_once() -> None:
    entry = make_entry(make_account())
    with pytest.raises(TypeError, match="written once"):
        entry.save()
    with pytest.raises(TypeError, match="written once"):
        StoredValueEntry.objects.all().delete()


def test_every_rule_is_proved_here() -> None:
    here = {rule for rule, _ in (*BAD_ACCOUNTS, *BAD_ENTRIES)}
    assert here | {"a_tender_of_stored_value_has_its_entry"} == STORED_VALUE_RULES
