"""Prices: dated, per book, one lawful price at any instant."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from apps.catalog.models.product import MAX_PRICE_CENTS, Product


class PriceBook(models.Model):
    """A list of prices that one or more stores sell by."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class StorePriceBook(models.Model):
    """Which book a store sells by."""

    store = models.OneToOneField(
        "stores.Store", on_delete=models.CASCADE, related_name="price_book_link"
    )
    book = models.ForeignKey(PriceBook, on_delete=models.PROTECT, related_name="store_links")

    class Meta:
        verbose_name = "store's price book"

    def __str__(self) -> str:
        return f"store {self.store_id}: book {self.book_id}"


class Price(models.Model):
    """A price from an instant on.

    A price ends where the next one of the same product and book begins. Since no two can begin at
    the same instant, there is never more than one lawful price.
    """

    book = models.ForeignKey(PriceBook, on_delete=models.PROTECT, related_name="prices")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    starts_at = models.DateTimeField(db_index=True, help_text="In UTC. From this instant on.")
    price_cents = models.PositiveIntegerField(validators=[MaxValueValidator(MAX_PRICE_CENTS)])
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    import_run = models.ForeignKey(
        "catalog.ImportRun", on_delete=models.SET_NULL, null=True, related_name="prices"
    )
    edition = models.ForeignKey(
        "catalog.PriceEdition",
        on_delete=models.PROTECT,
        null=True,
        related_name="dated_prices",
        help_text="That it was published with.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "product", "starts_at"],
                name="one_price_per_book_product_and_instant",
            ),
            models.CheckConstraint(
                condition=Q(price_cents__gte=0, price_cents__lte=MAX_PRICE_CENTS),
                name="price_is_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_cents} cents from {self.starts_at:%Y-%m-%d %H:%M}"
