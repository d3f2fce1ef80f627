"""Tokens of programs that call without a cashier."""

from __future__ import annotations

from django.core.validators import validate_slug
from django.db import models

from apps.stores.models.store import Store


class ServiceToken(models.Model):
    """Lets one program in for what its scopes name. Only the hash of the token is kept."""

    name = models.CharField(max_length=60, unique=True, help_text="Whose token it is.")
    source = models.CharField(
        max_length=60,
        blank=True,
        validators=[validate_slug],
        help_text="The installation that calls, as its SYNC_SOURCE names it.",
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    store = models.ForeignKey(
        Store,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="service_tokens",
        help_text="Whose prices a reader of the catalog sees. Empty: it says which store it means.",
    )
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name
