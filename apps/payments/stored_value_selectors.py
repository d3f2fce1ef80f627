"""Reads of gift cards and store credit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.payments.errors import StoredValueAccountUnknown, StoredValueUnknown
from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.payments.stored_value_codes import hash_code
from apps.payments.stored_value_types import (
    Account,
    EntryKind,
    StoredValueKind,
    StoredValueStatus,
)
from apps.payments.types import Tender, TenderKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from django.db.models import QuerySet

    from apps.payments.models import Tender as TenderRow
    from apps.payments.types import Offered

NO_ACCOUNTS: Mapping[str, Account] = MappingProxyType({})

DRIFT = {
    "entries do not come to its balance": (
        "SELECT a.id FROM payments_storedvalueaccount a"
        " LEFT JOIN (SELECT e.account_id, SUM(e.amount_cents) AS cents"
        " FROM payments_storedvalueentry e GROUP BY e.account_id) moved ON moved.account_id = a.id"
        " WHERE a.balance_cents <> COALESCE(moved.cents, 0) ORDER BY a.id"
    ),
    "last entry does not say its balance": (
        "SELECT a.id FROM payments_storedvalueaccount a"
        " JOIN payments_storedvalueentry e ON e.account_id = a.id"
        " WHERE e.balance_cents <> a.balance_cents AND e.id = (SELECT MAX(l.id)"
        " FROM payments_storedvalueentry l WHERE l.account_id = a.id) ORDER BY a.id"
    ),
}


def find_accounts(*, codes: Collection[str]) -> Mapping[str, Account]:
    """The accounts behind these codes, by the codes; those that nobody knows are left out.

    Raises:
        StoredValueCodeInvalid: one of them is no code.
    """
    hashes = {hash_code(code): code for code in codes}
    rows = StoredValueAccount.objects.filter(code_hash__in=hashes)
    return {hashes[row.code_hash]: to_account(row) for row in rows}


def get_account(*, account_id: UUID) -> StoredValueAccount:
    """An account.

    Raises:
        StoredValueAccountUnknown: there is none of this id.
    """
    account = StoredValueAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise StoredValueAccountUnknown("There is no such account.", id=str(account_id))
    return account


def to_account(row: StoredValueAccount) -> Account:
    """An account without its secret."""
    return Account(
        row.pk,
        StoredValueKind(row.kind),
        row.last4,
        row.currency,
        row.balance_cents,
        StoredValueStatus(row.status),
    )


def tender_of(offer: Offered, account: Account) -> Tender:
    """The tender that an offered gift card or store credit makes.

    Raises:
        StoredValueUnknown: it is one of the other kind.
    """
    if account.kind.value != offer.kind.value:
        word = account.kind.value.lower()
        raise StoredValueUnknown(f"Tender it as {word}: that is what it is.", last4=account.last4)
    return Tender(offer.kind, offer.amount_cents, account_id=account.id, last4=account.last4)


def to_tender(row: TenderRow) -> Tender:
    """A tender from the books; its entry must have been selected with its account."""
    tender = Tender(TenderKind(row.kind), row.amount_cents, row.payment_id)
    if row.entry is None:
        return tender
    return replace(
        tender,
        account_id=row.entry.account_id,
        last4=row.entry.account.last4,
        entry_id=row.entry.pk,
        left_cents=row.entry.balance_cents,
    )


def describe_account(account: Account) -> dict[str, str | int]:
    """An account as the API shows it."""
    return {
        "id": str(account.id),
        "kind": account.kind.value.lower(),
        "last4": account.last4,
        "currency": account.currency,
        "balance_cents": account.balance_cents,
        "status": account.status.value.lower(),
    }


def list_entries(*, account_id: UUID) -> QuerySet[StoredValueEntry]:
    """What moved an account, oldest first."""
    entries = StoredValueEntry.objects.filter(account=account_id).select_related("order")
    return entries.order_by("pk")


def list_loads(*, order_ids: Collection[UUID]) -> dict[UUID, list[StoredValueEntry]]:
    """What each of these orders loaded on to gift cards that it sold."""
    loads: dict[UUID, list[StoredValueEntry]] = {}
    sold = StoredValueEntry.objects.filter(order__in=order_ids, kind=EntryKind.SOLD.value)
    for row in sold.select_related("account").order_by("pk"):
        loads.setdefault(cast("UUID", row.order_id), []).append(row)
    return loads


def sum_liability() -> list[tuple[StoredValueKind, str, int]]:
    """What the shop owes, by kind and currency, in cents; from an index of what holds something."""
    held = StoredValueAccount.objects.filter(balance_cents__gt=0).values_list("kind", "currency")
    sums = held.annotate(cents=Sum("balance_cents")).order_by("kind", "currency")
    return [(StoredValueKind(kind), currency, cents) for kind, currency, cents in sums]


def sum_entries_by_day(*, since: date) -> dict[tuple[str, date, EntryKind], int]:
    """What moved since the beginning of a day, in cents by currency, day and kind.

    Days are those of the active time zone.
    """
    start = timezone.make_aware(datetime.combine(since, time.min))
    rows = StoredValueEntry.objects.filter(at__gte=start).annotate(day=TruncDate("at"))
    sums = rows.values_list("account__currency", "day", "kind").annotate(cents=Sum("amount_cents"))
    return {
        (currency, day, EntryKind(kind)): cents for currency, day, kind, cents in sums.order_by()
    }


def find_stored_value_drift() -> Iterator[str]:
    """A sentence per gift card or store credit whose entries are not its balance."""
    for fault, sql in DRIFT.items():
        with connection.cursor() as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall()
        for (account_id,) in rows:
            yield f"Gift card or store credit {UUID(str(account_id))}: its {fault}."
