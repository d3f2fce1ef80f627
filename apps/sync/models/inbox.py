"""Who sends to us, and what they sent: the inbox is also what the office sees of other stores.

What belongs to a peer has a unique key that begins with it, so no index of the peer alone is kept.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.core.fields import SealedField, WholeJSONField
from apps.sync.types import BOOKS, PAYMENTS, ReceivedState


class Peer(models.Model):
    """An installation that sends its facts to us, and how far it has come.

    Locking this row puts batches of one source in a queue.
    """

    source = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    secret = SealedField(help_text="What it signs with: whsec_...")
    second_secret = SealedField(
        blank=True, default="", help_text="Taken as well, while secrets are being changed."
    )
    seen_through = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="The highest number seen, whatever is missing below"
    )
    accepted_count = models.PositiveBigIntegerField(default=0, editable=False)
    duplicate_count = models.PositiveBigIntegerField(default=0, editable=False)
    rejected_count = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Facts that stand rejected"
    )
    warning = models.TextField(blank=True, default="", editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    def __str__(self) -> str:
        return self.source


class SequenceGap(models.Model):
    """Numbers of a peer that have not come, while later ones have.

    They are closed where somebody has said that they never come.
    """

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="gaps", db_index=False)
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="Nobody waits for them any more")
    closed_by = models.CharField(max_length=150, blank=True, db_default="")
    closed_reason = models.TextField(blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "first"], name="sync_gap_begins_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="", closed_reason="")
                | Q(Q(closed_at__isnull=False), ~Q(closed_by=""), ~Q(closed_reason="")),
                name="sync_gap_closed_with_a_reason",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="sync_gap_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class ReceivedBatch(models.Model):
    """The answer to a batch, for when the same batch comes again."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="batches", db_index=False)
    batch_id = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, help_text="Of the body, unpacked")
    first_sequence = models.PositiveBigIntegerField()
    event_count = models.PositiveIntegerField()
    accepted_count = models.PositiveIntegerField()
    duplicate_count = models.PositiveIntegerField()
    rejected_count = models.PositiveIntegerField()
    answer = models.TextField(help_text="Byte for byte")
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "received batches"
        constraints = [
            models.UniqueConstraint(fields=["peer", "batch_id"], name="sync_batch_answered_once"),
        ]

    def __str__(self) -> str:
        return self.batch_id


class ReceivedFact(models.Model):
    """A fact of another installation, kept as it came. An id counts once, however often it comes.

    The columns beside the payload are what lists and totals need; they are taken from it when the
    fact is taken in. Nobody here changes it.
    """

    position = models.BigAutoField(primary_key=True, help_text="In the order of arrival")
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="facts", db_index=False)
    event_id = models.UUIDField(help_text="Made from its content, where it came without one")
    sequence = models.PositiveBigIntegerField()
    type = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField()
    aggregate = models.CharField(max_length=120, blank=True)
    occurred_at = models.DateTimeField(null=True)
    store = models.CharField(max_length=40, blank=True, default="", help_text="Code of the store")
    number = models.CharField(max_length=80, blank=True, default="")
    business_date = models.DateField(null=True)
    amount_cents = models.BigIntegerField(null=True)
    payload = WholeJSONField(null=True)
    raw = models.TextField(blank=True, default="", help_text="The whole event, of a rejected one")
    state = models.CharField(max_length=8, choices=choices(ReceivedState))
    code = models.CharField(max_length=80, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["peer", "aggregate"], name="sync_received_of_one"),
            models.Index(fields=["type", "business_date", "store"], name="sync_received_days"),
            models.Index(
                fields=["occurred_at"],  # payments have no business date to be found by
                condition=Q(type__in=PAYMENTS),
                name="sync_received_payments_at",
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(state=ReceivedState.REJECTED) | ~Q(type__in=BOOKS),
                name="sync_received_to_forget",
            ),
        ]
        constraints = [
            is_one_of("state", ReceivedState, name="sync_received_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReceivedState.ACCEPTED, payload__isnull=False, code="")
                | Q(Q(state=ReceivedState.REJECTED, payload__isnull=True), ~Q(code="")),
                name="sync_received_whole_or_with_a_reason",
            ),
            models.UniqueConstraint(fields=["peer", "event_id"], name="sync_fact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class RemoteStock(models.Model):
    """What is on hand of a product in another installation's store, as its facts add up."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="stock", db_index=False)
    store = models.CharField(max_length=40)
    sku = models.CharField("SKU", max_length=80)
    on_hand = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "stock of other stores"
        constraints = [
            models.UniqueConstraint(fields=["peer", "store", "sku"], name="sync_stock_once"),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.sku}"
