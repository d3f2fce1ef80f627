"""Gift cards and store credit as the back office shows them: what is owed, what moved one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.choices import label
from apps.core.money import format_cents
from apps.payments.drawer_figures import Moment
from apps.payments.stored_value_selectors import list_entries, sum_liability
from apps.payments.stored_value_types import EntryKind

if TYPE_CHECKING:
    from apps.payments.models import StoredValueAccount, StoredValueEntry

_TITLES = {
    EntryKind.SOLD: "sold",
    EntryKind.SALE_VOIDED: "taken off: its sale was voided",
    EntryKind.SPENT: "spent",
    EntryKind.SPEND_REVERSED: "put back: what it paid for came back",
    EntryKind.CREDITED: "credited for goods that came back without a receipt",
    EntryKind.ADJUSTED: "adjusted by the office",
}
_TONES = {EntryKind.SOLD: "good", EntryKind.CREDITED: "good", EntryKind.ADJUSTED: "warn"}


def say_liability() -> list[tuple[str, str]]:
    """By kind: what it is called, and what is owed."""
    return [
        (label(kind), f"{format_cents(cents)} {currency}")
        for kind, currency, cents in sum_liability()
    ]


def list_moments(account: StoredValueAccount) -> list[Moment]:
    """What moved an account, oldest first."""
    return [_moment(entry) for entry in list_entries(account_id=account.pk)]


def _moment(entry: StoredValueEntry) -> Moment:
    kind = EntryKind(entry.kind)
    sale = f" in sale {entry.order.number}" if entry.order else ""
    title = f"{format_cents(abs(entry.amount_cents))} {_TITLES[kind]}{sale}"
    note = f"{entry.actor_name}: {entry.reason}" if entry.reason else f"by {entry.actor_name}"
    left = f"{format_cents(entry.balance_cents)} left on it"
    tone = "bad" if kind is EntryKind.ADJUSTED and entry.amount_cents < 0 else _TONES.get(kind, "")
    return Moment(entry.at, title, note, left, tone)
