"""Loyalty points: the programme, an account per customer, and its ledger."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from apps.core.choices import choices, is_one_of
from apps.core.written_once import AppendOnly, WrittenOnce
from apps.customers.models.customer import Customer
from apps.customers.types import PointsEntryKind

MOST_POINTS_PER_DOLLAR = 1_000
MOST_WORTH_CENTS = 10_000


class LoyaltyProgramme(models.Model):
    """How points are earned and what they are worth, in some stores or in all of them."""

    name = models.CharField(max_length=60, unique=True)
    stores = models.ManyToManyField(
        "stores.Store", blank=True, related_name="+", help_text="None chosen: all of them."
    )
    points_per_dollar = models.PositiveIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_POINTS_PER_DOLLAR)],
        help_text="Of what goods cost after discounts, before tax.",
    )
    counts_alcohol = models.BooleanField(
        "alcohol too", default=False, help_text="Whether alcohol earns points and takes them."
    )
    tax_classes = models.JSONField(
        default=list, blank=True, help_text="Kinds of goods that earn and take points; none: all."
    )
    hundred_points_cents = models.PositiveIntegerField(
        "worth of 100 points",
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_WORTH_CENTS)],
        help_text="What comes off the price for a hundred points.",
    )
    minimum_points = models.PositiveIntegerField(
        default=100,
        validators=[MinValueValidator(1)],
        help_text="The fewest that can be used at once.",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    points_per_dollar__gte=1, hundred_points_cents__gte=1, minimum_points__gte=1
                ),
                name="a_programme_gives_something",
            )
        ]

    def __str__(self) -> str:
        return self.name


class LoyaltyAccount(models.Model):
    """A customer's points. Only a return brings them below nothing: the goods went back."""

    programme = models.ForeignKey(
        LoyaltyProgramme, on_delete=models.PROTECT, related_name="accounts"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    balance = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "customer"], name="one_account_per_programme_and_customer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.balance} points of account {self.pk}"


class LoyaltyEntry(WrittenOnce):
    """One line of the ledger of points, signed. `balance_after` is what it left."""

    account = models.ForeignKey(LoyaltyAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=choices(PointsEntryKind))
    points = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    order_id = models.UUIDField(null=True, db_index=True)
    return_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    objects: models.Manager[LoyaltyEntry] = AppendOnly.as_manager()

    class Meta:
        verbose_name_plural = "loyalty entries"
        indexes = [models.Index(fields=["-at", "-id"], name="loyalty_entries_newest_first")]
        constraints = [
            is_one_of("kind", PointsEntryKind, name="loyalty_entry_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(
                    kind__in=[PointsEntryKind.REDEEMED.value, PointsEntryKind.ADJUSTED.value]
                )
                | Q(balance_after__gte=0)
                | Q(points__gt=0),
                name="nobody_spends_points_they_lack",
            ),
            models.CheckConstraint(
                condition=Q(kind=PointsEntryKind.EARNED.value, points__gt=0)
                | Q(kind=PointsEntryKind.GIVEN_BACK.value, points__gt=0)
                | Q(kind=PointsEntryKind.REDEEMED.value, points__lt=0)
                | Q(kind=PointsEntryKind.REVERSED.value, points__lt=0)
                | (Q(kind=PointsEntryKind.ADJUSTED.value) & ~Q(points=0)),
                name="loyalty_entry_has_the_sign_of_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PointsEntryKind.ADJUSTED.value) | ~Q(reason=""),
                name="points_are_adjusted_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["order_id", "kind"],
                condition=Q(
                    kind__in=[PointsEntryKind.EARNED.value, PointsEntryKind.REDEEMED.value]
                ),
                name="an_order_earns_and_redeems_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points:+}, entry {self.pk}"
