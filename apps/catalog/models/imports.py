"""Imports: what a file changed, kept so that it can be taken back."""

from __future__ import annotations

import uuid

from django.db import models

from apps.catalog.models.pricing import PriceBook
from apps.catalog.models.product import Product


class ImportRun(models.Model):
    """One file that was taken in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    book = models.ForeignKey(PriceBook, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=120)
    imported_at = models.DateTimeField()
    created_count = models.PositiveIntegerField()
    changed_count = models.PositiveIntegerField()
    unchanged_count = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-imported_at"], name="imports_newest_first")]

    def __str__(self) -> str:
        return f"{self.file_name} of {self.imported_at:%Y-%m-%d %H:%M}"


class ImportChange(models.Model):
    """One product as it was before a run (null where the run made it) and as the run left it."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="changes")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="import_changes")
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "product"], name="one_change_per_run_and_product"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: product {self.product_id}"
