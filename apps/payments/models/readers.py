"""Card readers of Stripe Terminal, and the places where they stand."""

from __future__ import annotations

from django.db import models


class Location(models.Model):
    """A store as Stripe Terminal knows it: where its readers are registered."""

    store = models.OneToOneField(
        "stores.Store", on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    stripe_id = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.stripe_id


class Reader(models.Model):
    """A card reader that our server drives."""

    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    stripe_id = models.CharField(max_length=80, unique=True)
    label = models.CharField(max_length=80, help_text="What it is called at the counter.")
    device_type = models.CharField(max_length=40)
    serial_number = models.CharField(max_length=80)
    is_online = models.BooleanField(default=False)
    seen_at = models.DateTimeField(help_text="When Stripe last told us of it.")
    registered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label
