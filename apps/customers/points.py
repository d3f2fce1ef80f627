"""Reads of loyalty points, and the proof that their ledger adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.customers.models import LoyaltyAccount, LoyaltyEntry, LoyaltyProgramme
from apps.customers.points_rules import worth_of
from apps.customers.types import PointsEntryKind, Programme

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

_OF_SALES = (PointsEntryKind.EARNED.value, PointsEntryKind.REVERSED.value)


def find_programme(*, store_id: int) -> Programme | None:
    """The programme of a store, or None; one of its own goes before one of all stores."""
    active = LoyaltyProgramme.objects.filter(is_active=True)
    mine = active.annotate(named=Count("stores")).filter(Q(named=0) | Q(stores=store_id))
    row = mine.order_by("-named", "-pk").first()
    return as_programme(row) if row else None


def as_programme(row: LoyaltyProgramme) -> Programme:
    """A programme as a sale sees it."""
    return Programme(
        row.pk,
        row.name,
        row.points_per_dollar,
        row.counts_alcohol,
        frozenset(row.tax_classes),
        row.hundred_points_cents,
        row.minimum_points,
    )


def find_balance(*, programme_id: int, customer_id: UUID) -> int:
    """How many points a customer has; none without an account."""
    account = LoyaltyAccount.objects.filter(programme=programme_id, customer=customer_id)
    return account.values_list("balance", flat=True).first() or 0


def describe_points(*, store_id: int, customer_id: UUID) -> dict[str, Any] | None:
    """A customer's points as a till of this store shows them; None without a programme."""
    programme = find_programme(store_id=store_id)
    if programme is None:
        return None
    balance = find_balance(programme_id=programme.id, customer_id=customer_id)
    return {
        "programme": programme.name,
        "balance": balance,
        "worth_cents": worth_of(max(balance, 0), programme),
        "minimum_points": programme.minimum_points,
    }


def list_entries(*, customer_id: UUID) -> QuerySet[LoyaltyEntry]:
    """All that happened to a customer's points, newest first."""
    entries = LoyaltyEntry.objects.filter(account__customer=customer_id)
    return entries.select_related("account__programme").order_by("-at", "-pk")


def list_accounts(*, customer_id: UUID) -> QuerySet[LoyaltyAccount]:
    """A customer's accounts, one per programme."""
    accounts = LoyaltyAccount.objects.filter(customer=customer_id)
    return accounts.select_related("programme").order_by("pk")


def standing_of_order(*, order_id: UUID) -> tuple[LoyaltyAccount | None, int, int]:
    """The account of an order, what it has earned there by now, and what of it is used."""
    entries = list(LoyaltyEntry.objects.filter(order_id=order_id).select_related("account"))
    if not entries:
        return None, 0, 0
    earned = sum(entry.points for entry in entries if entry.kind in _OF_SALES)
    used = -sum(entry.points for entry in entries if entry.kind not in _OF_SALES)
    return entries[0].account, earned, used


def find_points_drift() -> Iterator[str]:
    """A sentence for every account whose balance is not what its ledger comes to."""
    newest = LoyaltyEntry.objects.filter(account=OuterRef("pk")).order_by("-pk")
    summed = LoyaltyAccount.objects.annotate(
        comes_to=Coalesce(Sum("entries__points"), 0),
        left=Coalesce(Subquery(newest.values("balance_after")[:1]), 0),
    )
    for account in summed.exclude(comes_to=F("balance"), left=F("balance")).order_by("pk"):
        yield (
            f"account {account.pk}: {account.balance} points stand in it, its entries come to"
            f" {account.comes_to}, and the last of them left {account.left}"
        )


def sum_by_order(*, order_ids: Iterable[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """What each order earned and used when it was sold."""
    rows = LoyaltyEntry.objects.filter(order_id__in=list(order_ids)).values("order_id")
    summed = rows.annotate(
        earned=Coalesce(Sum("points", filter=Q(kind=PointsEntryKind.EARNED.value)), 0),
        used=Coalesce(-Sum("points", filter=Q(kind=PointsEntryKind.REDEEMED.value)), 0),
    )
    return {
        row["order_id"]: (row["earned"], row["used"])
        for row in summed.order_by("order_id")
        if row["order_id"]
    }
