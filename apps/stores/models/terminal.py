"""A till: paired once by a code, known from then on by its token."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from apps.stores.models.store import Store


class Terminal(models.Model):
    """One device at one counter. Only hashes of its code and token are kept."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="terminals")
    number = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)], help_text="Printed in receipt numbers."
    )
    name = models.CharField(max_length=60)
    pairing_code_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    pairing_expires_at = models.DateTimeField(null=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    paired_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number"], name="one_terminal_per_store_and_number"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="terminal_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (till {self.number})"
