"""The stock ledger: movements that are never changed, and the balances they add up to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.core.written_once import AppendOnly, WrittenOnce
from apps.inventory.types import MovementKind


class StockBalance(models.Model):
    """What a store has of a product: the sum of its movements, at all times.

    No index holds `on_hand`, so PostgreSQL can update a hot row in place.
    """

    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="stock_balances"
    )
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=0)
    reorder_point = models.PositiveIntegerField(
        null=True, blank=True, help_text="Order more when the stock falls to this."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "product"], name="one_balance_per_store_and_product"
            ),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="nothing_less_is_reserved"),
        ]

    def __str__(self) -> str:
        return f"store {self.store_id}, product {self.product_id}: {self.on_hand}"


class StockMovement(WrittenOnce):
    """One line of the ledger, in base units: positive came in, negative went out."""

    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=choices(MovementKind))
    document_id = models.UUIDField(help_text="The order or stock document behind it.")
    reason = models.CharField(max_length=200, blank=True)
    actor_name = models.CharField(max_length=120)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[StockMovement]] = AppendOnly.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["product", "store", "id"], name="movements_of_a_product"),
            models.Index(fields=["document_id"], name="movements_of_a_document"),
        ]
        constraints = [
            is_one_of("kind", MovementKind, name="movement_kind_is_known"),
            models.CheckConstraint(condition=~Q(quantity=0), name="a_movement_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity:+d} of product {self.product_id}"


class StockDocument(models.Model):
    """The paper behind movements that are no sale: who moved what, and why."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10, choices=choices(MovementKind))
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    other_store = models.ForeignKey(
        "stores.Store",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Where a transfer went.",
    )
    reason = models.CharField(max_length=200)
    actor_name = models.CharField(max_length=120)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            is_one_of("kind", MovementKind, name="stock_document_kind_is_known"),
            models.CheckConstraint(
                condition=Q(other_store__isnull=True) | ~Q(other_store=F("store")),
                name="a_transfer_has_two_stores",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class CountRequest(models.Model):
    """Somebody should count this shelf: the books say less than nothing is there."""

    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    on_hand = models.BigIntegerField(help_text="What the books said when it was asked for.")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "product"],
                condition=Q(done_at__isnull=True),
                name="one_open_count_request_per_store_and_product",
            ),
        ]

    def __str__(self) -> str:
        return f"count product {self.product_id} in store {self.store_id}"
