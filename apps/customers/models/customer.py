"""A customer: no more than what it takes to greet, find and write to somebody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.fields import SealedField


class Customer(models.Model):
    """Somebody who buys here and has left a name. Everything personal is sealed.

    Whoever is forgotten leaves this row behind, empty: their sales point to it.
    """

    id = models.UUIDField(primary_key=True, help_text="Made by whoever registers them.")
    name = SealedField()
    phone = SealedField(blank=True, default="")
    email = SealedField("e-mail", blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    email_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    accepts_marketing = models.BooleanField(
        "may be written to", default=False, help_text="They have agreed to hear of offers."
    )
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=150)
    store = models.ForeignKey(
        "stores.Store",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="At whose till; none for the back office.",
    )
    forgotten_at = models.DateTimeField(null=True, editable=False)
    forgotten_by = models.CharField(max_length=150, blank=True, default="", editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["-registered_at", "-id"], name="customers_newest_first"),
            models.Index(
                fields=["phone_index"], condition=~Q(phone_index=""), name="customers_by_phone"
            ),
            models.Index(
                fields=["email_index"], condition=~Q(email_index=""), name="customers_by_email"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True)
                | Q(
                    name="",
                    phone="",
                    email="",
                    phone_index="",
                    email_index="",
                    accepts_marketing=False,
                ),
                name="a_forgotten_customer_leaves_nothing",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=False) | ~Q(name=""),
                name="a_customer_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(phone="", phone_index="") | (~Q(phone="") & ~Q(phone_index="")),
                name="a_phone_has_its_index",
            ),
            models.CheckConstraint(
                condition=Q(email="", email_index="") | (~Q(email="") & ~Q(email_index="")),
                name="an_email_has_its_index",
            ),
        ]

    def __str__(self) -> str:
        return f"Customer {str(self.id)[:8]}"
