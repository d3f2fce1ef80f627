"""Editions: prices that are written ahead, looked at together, and begin at one instant."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from apps.catalog.models.pricing import PriceBook
from apps.catalog.models.product import MAX_PRICE_CENTS, Product
from apps.catalog.types import EditionState
from apps.core.choices import choices, is_one_of

CODE = RegexValidator(r"^[A-Z0-9-]+$", "Capital letters, digits and hyphens only.")


class PriceEdition(models.Model):
    """The next prices of one or more price books. Its version counts the changes to the draft.

    What is published is never changed. Whether it is scheduled, live or superseded is a matter of
    the clock and of later prices, so it is not written down.
    """

    code = models.CharField(max_length=20, unique=True, validators=[CODE])
    name = models.CharField(max_length=80)
    starts_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: from the moment it is published."
    )
    state = models.CharField(
        max_length=12, choices=choices(EditionState), default=EditionState.DRAFT.value
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)
    rolled_back_at = models.DateTimeField(null=True)
    rolled_back_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            is_one_of("state", EditionState, name="price_edition_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=EditionState.DRAFT.value, published_at__isnull=True)
                | ~Q(state=EditionState.DRAFT.value)
                & Q(
                    published_at__isnull=False,
                    starts_at__isnull=False,
                    starts_at__gte=F("published_at"),
                ),
                name="published_edition_starts_no_earlier",
            ),
            models.CheckConstraint(
                condition=Q(state=EditionState.ROLLED_BACK.value, rolled_back_at__isnull=False)
                | ~Q(state=EditionState.ROLLED_BACK.value) & Q(rolled_back_at__isnull=True),
                name="rolled_back_edition_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class EditionPrice(models.Model):
    """What a product is to cost in one price book, per base unit."""

    edition = models.ForeignKey(PriceEdition, on_delete=models.CASCADE, related_name="prices")
    book = models.ForeignKey(PriceBook, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    price_cents = models.PositiveIntegerField(validators=[MaxValueValidator(MAX_PRICE_CENTS)])

    class Meta:
        verbose_name = "price of an edition"
        verbose_name_plural = "prices of editions"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "book", "product"],
                name="one_price_per_edition_book_and_product",
            ),
            models.CheckConstraint(
                condition=Q(price_cents__gte=0, price_cents__lte=MAX_PRICE_CENTS),
                name="edition_price_is_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"edition {self.edition_id}: product {self.product_id} in book {self.book_id}"
