"""What other installations sold, took back and counted: views of the inbox, a page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from apps.sync.models.inbox import ReceivedFact
from apps.sync.models.picking import OfTypes, Rejected
from apps.sync.types import PAYMENTS

if TYPE_CHECKING:
    from django.db import models

SALES = ("order.completed",)
VOIDS = ("order.voided",)
RETURNS = ("return.completed", "return.without_receipt")
SHIFTS = ("shift.closed", "shift.amended")


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
