"""The head office whose catalog this installation sells by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.fields import SealedField

ONLY_ROW = 1


class CatalogSource(models.Model):
    """Where products and prices come from, how far they were read, and what came of it lastly.

    There is one row at most. Whoever pulls holds the lease and its epoch; each of their writes
    names the epoch, so one who slept through the end of their lease changes nothing any more.
    """

    url = models.URLField("address", max_length=500, help_text="As https://office.example.com.")
    token = SealedField(help_text="A service token of the head office, with catalog:read.")
    store_code = models.CharField(
        "store",
        max_length=20,
        blank=True,
        default="",
        help_text="Its code at the head office, where the token is for no store of its own.",
    )
    is_active = models.BooleanField(default=True, help_text="Off: nothing is read.")
    cursor = models.CharField(max_length=100, blank=True, default="", editable=False)
    last_tried_at = models.DateTimeField(null=True, editable=False)
    last_pulled_at = models.DateTimeField(null=True, editable=False)
    last_whole_at = models.DateTimeField(null=True, editable=False)
    last_changed_at = models.DateTimeField(null=True, editable=False)
    last_change = models.CharField(max_length=200, blank=True, default="", editable=False)
    last_error = models.TextField(blank=True, default="", editable=False)
    refused = models.JSONField(default=list, editable=False)
    books = models.JSONField(default=list, editable=False)
    lease_epoch = models.PositiveBigIntegerField(default=0, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "head office"
        verbose_name_plural = "head office"
        constraints = [
            models.CheckConstraint(condition=Q(id=ONLY_ROW), name="sync_one_head_office"),
        ]

    def __str__(self) -> str:
        return self.url
