"""What other installations sold, took back and counted: views of the inbox, a page of each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from apps.sync.models.inbox import ReceivedFact
from apps.sync.types import ReceivedState

SALES = ("order.completed",)
VOIDS = ("order.voided",)
RETURNS = ("return.completed", "return.without_receipt")
PAYMENTS = ("payment.captured", "payment.refunded")
SHIFTS = ("shift.closed",)


class OfTypes(models.Manager[Any]):
    """Facts of some types that were taken in."""

    def __init__(self, *types: str) -> None:
        super().__init__()
        self.types = types

    def get_queryset(self) -> models.QuerySet[Any]:
        accepted = super().get_queryset().filter(state=ReceivedState.ACCEPTED)
        return accepted.filter(type__in=self.types)


class Rejected(models.Manager[Any]):
    """Facts that were not taken in."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(state=ReceivedState.REJECTED)


class RemoteSale(ReceivedFact):
    """A sale of another store."""

    objects: ClassVar[models.Manager[Any]] = OfTypes(*SALES)

    class Meta:
        proxy = True
        verbose_name = "sale of another store"
        verbose_name_plural = "sales of other stores"

    def __str__(self) -> str:
        return f"{self.store} {self.number}"


class RemoteReturn(ReceivedFact):
    """Goods that another store took back."""

    objects: ClassVar[models.Manager[Any]] = OfTypes(*RETURNS)

    class Meta:
        proxy = True
        verbose_name = "return of another store"
        verbose_name_plural = "returns of other stores"

    def __str__(self) -> str:
        return f"{self.store} return {self.number or self.sequence}"


class RemotePayment(ReceivedFact):
    """Money of a card that another store took or sent back."""

    objects: ClassVar[models.Manager[Any]] = OfTypes(*PAYMENTS)

    class Meta:
        proxy = True
        verbose_name = "payment of another store"
        verbose_name_plural = "payments of other stores"

    def __str__(self) -> str:
        return f"{self.store} card payment #{self.sequence}"


class RemoteShift(ReceivedFact):
    """A drawer that another store counted."""

    objects: ClassVar[models.Manager[Any]] = OfTypes(*SHIFTS)

    class Meta:
        proxy = True
        verbose_name = "shift of another store"
        verbose_name_plural = "shifts of other stores"

    def __str__(self) -> str:
        return f"{self.store} Z {self.number}"


class RejectedFact(ReceivedFact):
    """What another store told us and we could not take in."""

    objects: ClassVar[models.Manager[Any]] = Rejected()

    class Meta:
        proxy = True
        verbose_name = "rejected fact"

    def __str__(self) -> str:
        return f"#{self.sequence} {self.type}"
