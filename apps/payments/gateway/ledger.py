"""Stripe's own books: what was made, booked and paid out between two instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apps.payments.gateway.calling import MOST, call, id_of, made_between, part
from apps.payments.gateway.intents import read_intent
from apps.payments.gateway.refunds import read_refund
from apps.payments.types import Intent, LedgerEntry, StripePayout, StripeRefund

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.payments.types import Outcome


def list_intents(*, since: datetime, until: datetime) -> Outcome[tuple[Intent, ...]]:
    """Every payment intent made between two instants, the newest first."""
    asked = {**made_between(since, until), "expand": ["data.latest_charge"]}
    return _list(lambda v1: v1.payment_intents.list(asked), _read_shown)


def list_refunds_made(*, since: datetime, until: datetime) -> Outcome[tuple[StripeRefund, ...]]:
    """Every refund made between two instants, the newest first."""
    return _list(lambda v1: v1.refunds.list(made_between(since, until)), read_refund)


def list_entries(*, since: datetime, until: datetime) -> Outcome[tuple[LedgerEntry, ...]]:
    """Every line that Stripe wrote into its ledger between two instants, the newest first."""
    asked = {**made_between(since, until), "expand": ["data.source"]}
    return _list(lambda v1: v1.balance_transactions.list(asked), read_entry)


def list_entries_of(payout_id: str) -> Outcome[tuple[LedgerEntry, ...]]:
    """What an automatic payout has collected, without the line of the payout itself."""
    asked = {"payout": payout_id, "limit": MOST, "expand": ["data.source"]}
    return _list(lambda v1: v1.balance_transactions.list(asked), read_entry)


def list_payouts(*, since: datetime, until: datetime) -> Outcome[tuple[StripePayout, ...]]:
    """Every payout made between two instants, the newest first."""
    return _list(lambda v1: v1.payouts.list(made_between(since, until)), read_payout)


def retrieve_payout(payout_id: str) -> Outcome[StripePayout]:
    """Where a payout stands."""
    return call(lambda v1: read_payout(v1.payouts.retrieve(payout_id)))


def read_entry(shown: Any) -> LedgerEntry:
    """A balance transaction of the SDK's as one of ours."""
    return LedgerEntry(
        id=shown.id,
        kind=shown.reporting_category,
        source_id=id_of(shown, "source"),
        intent_id=id_of(part(shown, "source"), "payment_intent"),
        currency=shown.currency.upper(),
        amount_cents=shown.amount,
        fee_cents=shown.fee,
        net_cents=shown.net,
        booked_at=datetime.fromtimestamp(shown.created, UTC),
        available_at=datetime.fromtimestamp(shown.available_on, UTC),
    )


def read_payout(shown: Any) -> StripePayout:
    """A payout of the SDK's as one of ours."""
    return StripePayout(
        id=shown.id,
        status=shown.status,
        amount_cents=shown.amount,
        currency=shown.currency.upper(),
        is_automatic=shown.automatic,
        created_at=datetime.fromtimestamp(shown.created, UTC),
        arrival_date=datetime.fromtimestamp(shown.arrival_date, UTC).date(),
    )


def _read_shown(shown: Any) -> Intent:
    return read_intent(shown.to_dict())


def _list[T](ask: Callable[[Any], Any], read: Callable[[Any], T]) -> Outcome[tuple[T, ...]]:
    return call(lambda v1: tuple(read(shown) for shown in ask(v1).auto_paging_iter()))
