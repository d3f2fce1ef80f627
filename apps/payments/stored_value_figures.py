"""Gift cards and store credit as the back office shows them: what is owed, what moved one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.core.choices import label
from apps.core.money import format_cents
from apps.payments.drawer_figures import Moment
from apps.payments.stored_value_selectors import list_entries, sum_entries_by_day, sum_liability
from apps.payments.stored_value_types import EntryKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from apps.payments.models import StoredValueAccount, StoredValueEntry

_TITLES = {
    EntryKind.SOLD: "sold",
    EntryKind.SALE_VOIDED: "taken off: its sale was voided",
    EntryKind.SPENT: "spent",
    EntryKind.SPEND_REVERSED: "put back: what it paid for came back",
    EntryKind.CREDITED: "credited for goods that came back without a receipt",
    EntryKind.ADJUSTED: "adjusted by the office",
}
_PUT_ON = (EntryKind.SOLD, EntryKind.SALE_VOIDED, EntryKind.CREDITED)
_SPENT = (EntryKind.SPENT, EntryKind.SPEND_REVERSED)
_TONES = {EntryKind.SOLD: "good", EntryKind.CREDITED: "good", EntryKind.ADJUSTED: "warn"}


def say_liability() -> list[tuple[str, str]]:
    """By kind: what it is called, and what is owed."""
    return [
        (label(kind), f"{format_cents(cents)} {currency}")
        for kind, currency, cents in sum_liability()
    ]


@dataclass(frozen=True, slots=True)
class ValueDay:
    """What a day put on to gift cards and credit and took off them, and what was owed by its end.

    In cents; what the office adjusted is in the balance alone.
    """

    day: date
    put_on: int
    spent: int
    balance: int


def list_value_days(*, days: Sequence[date]) -> dict[str, list[ValueDay]]:
    """By currency, each of these days, which follow each other and end with today."""
    moved = sum_entries_by_day(since=days[0])
    balances: Counter[str] = Counter()
    for _kind, currency, cents in sum_liability():
        balances[currency] += cents
    return {
        currency: list(_value_days(currency, days, balances[currency], moved))
        for currency in sorted({*balances, *(currency for currency, _, _ in moved)})
    }


def _value_days(
    currency: str,
    days: Sequence[date],
    balance: int,
    moved: Mapping[tuple[str, date, EntryKind], int],
) -> list[ValueDay]:
    """The days of one currency, counted back from what is owed today."""
    found = []
    for day in reversed(days):
        sums = {kind: moved.get((currency, day, kind), 0) for kind in EntryKind}
        put_on = sum(sums[kind] for kind in _PUT_ON)
        spent = -sum(sums[kind] for kind in _SPENT)
        found.append(ValueDay(day, put_on, spent, balance))
        balance -= sum(sums.values())
    return found[::-1]


def list_moments(account: StoredValueAccount) -> list[Moment]:
    """What moved an account, oldest first."""
    return [_moment(entry) for entry in list_entries(account_id=account.pk)]


def _moment(entry: StoredValueEntry) -> Moment:
    kind = EntryKind(entry.kind)
    title = f"{format_cents(abs(entry.amount_cents))} {_TITLES[kind]}"
    note = f"{entry.actor_name}: {entry.reason}" if entry.reason else f"by {entry.actor_name}"
    left = f"{format_cents(entry.balance_cents)} left on it"
    tone = "bad" if kind is EntryKind.ADJUSTED and entry.amount_cents < 0 else _TONES.get(kind, "")
    number = entry.order.number if entry.order else ""
    return Moment(entry.at, title, note, left, tone, entry.order_id, number)
