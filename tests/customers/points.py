"""Loyalty programmes and points, with good defaults."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction

from apps.customers.models import LoyaltyAccount, LoyaltyProgramme
from apps.customers.services.pointing import adjust_points
from tests.factories import MANAGER

if TYPE_CHECKING:
    from apps.customers.models import Customer


def make_programme(**fields: Any) -> LoyaltyProgramme:
    """A point a dollar on everything; a hundred of them are worth a dollar."""
    told = {"name": "Regulars", "counts_alcohol": True, **fields}
    stores = told.pop("stores", ())
    programme = LoyaltyProgramme.objects.create(**told)
    programme.stores.set(stores)
    return programme


def make_points(programme: LoyaltyProgramme, customer: Customer, points: int) -> LoyaltyAccount:
    """A customer's account with so many points in it, given by a manager."""
    account = LoyaltyAccount.objects.create(programme=programme, customer=customer)
    if points:
        adjust(account, points)
    return LoyaltyAccount.objects.get(pk=account.pk)


def adjust(account: LoyaltyAccount, points: int, reason: str = "welcome") -> None:
    with transaction():
        adjust_points(
            actor=MANAGER,
            account_id=account.pk,
            points=points,
            reason=reason,
            now=datetime.now(UTC),
        )
