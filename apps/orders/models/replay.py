"""What past baskets would have cost under a draft of prices, kept with the draft."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.orders.types import ReplayState


class BasketReplay(models.Model):
    """One replay: what was asked, how far it is, and what it came to. It is no ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(
        "catalog.PriceEdition", on_delete=models.CASCADE, related_name="replays"
    )
    edition_version = models.PositiveIntegerField(help_text="Of the draft, when it was asked for.")
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=choices(ReplayState), default=ReplayState.WAITING.value
    )
    baskets_total = models.PositiveIntegerField()
    baskets_done = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-asked_at", "-id"], name="replays_newest_first")]
        constraints = [
            is_one_of("state", ReplayState, name="replay_state_is_known"),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="replay_has_a_length"),
            models.CheckConstraint(
                condition=Q(baskets_done__lte=F("baskets_total")), name="replay_within_its_baskets"
            ),
            models.CheckConstraint(
                condition=Q(state=ReplayState.DONE.value, result__isnull=False)
                | ~Q(state=ReplayState.DONE.value) & Q(result__isnull=True),
                name="replay_that_is_done_has_its_result",
            ),
        ]

    def __str__(self) -> str:
        return f"replay of {self.asked_at:%Y-%m-%d %H:%M:%S}"
