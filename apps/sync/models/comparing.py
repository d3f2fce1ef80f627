"""A day in our books and in a destination's, side by side."""

from __future__ import annotations

from django.db import models

from apps.core.choices import choices, is_one_of
from apps.sync.types import Comparison


class SyncReconciliation(models.Model):
    """One comparison of a business date with what a destination has of it. Never changed."""

    destination = models.ForeignKey(
        "sync.Destination", on_delete=models.PROTECT, related_name="reconciliations"
    )
    day = models.DateField(help_text="A business date.")
    compared_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=choices(Comparison))
    detail = models.TextField(blank=True, help_text="Why it was not compared, where it was not.")
    totals = models.JSONField(default=list, help_text="Of both sides, by store and type.")
    differences = models.JSONField(default=list, help_text="Each by its name, the first 500.")
    difference_count = models.PositiveIntegerField(default=0)
    waiting = models.JSONField(default=list, help_text="What has not arrived yet, the first 500.")
    waiting_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "comparison"
        verbose_name_plural = "comparisons"
        indexes = [
            models.Index(fields=["-compared_at", "-id"], name="sync_comparisons_newest"),
        ]
        constraints = [
            is_one_of("state", Comparison, name="sync_comparison_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=Comparison.DIFFERS, difference_count__gt=0)
                | (~models.Q(state=Comparison.DIFFERS) & models.Q(difference_count=0)),
                name="sync_comparison_differs_by_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} with {self.destination.code}"
