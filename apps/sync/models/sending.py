"""Where facts are sent, the frozen batches in which they go, and those that did not arrive."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.core.fields import SealedField
from apps.sync.options import check_options
from apps.sync.types import (
    BatchState,
    DestinationState,
    Format,
    UndeliveredState,
)


class Destination(models.Model):
    """A back office that is told. How far it has been told is one number: `settled_through`.

    Whoever sends holds the lease and its epoch. Each of their writes names the epoch, so one who
    slept through the end of their lease changes nothing any more.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    url = models.URLField("address", max_length=500)
    format = models.CharField(max_length=10, choices=choices(Format), default=Format.TILLHOUSE)
    options = models.JSONField(
        blank=True,
        default=dict,
        validators=[check_options],
        help_text=(
            'Accounts of journal lines: {"accounts": {"cash": {"code": "1000", "name": "Till"}}}.'
        ),
    )
    compresses = models.BooleanField(
        "compressed", default=True, help_text="Whether it takes bodies in gzip."
    )
    token = SealedField(blank=True, default="", help_text="What it gave us to log in with.")
    secret = SealedField(blank=True, default="", help_text="What we sign with: whsec_...")
    second_secret = SealedField(
        blank=True, default="", help_text="Signed with as well, while secrets are being changed."
    )
    state = models.CharField(
        max_length=8,
        choices=choices(DestinationState),
        default=DestinationState.ACTIVE,
        editable=False,
    )
    reason = models.TextField(
        blank=True, default="", editable=False, help_text="Why it is not sent to, or fails"
    )
    starts_after = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="The last fact that was told before it was added"
    )
    settled_through = models.PositiveBigIntegerField(
        default=0,
        editable=False,
        help_text="Every fact up to this number is there, or among the undelivered",
    )
    synced_count = models.PositiveBigIntegerField(default=0, editable=False)
    batch_limit = models.PositiveIntegerField(
        "facts per batch", default=1_000, help_text="Halved when it says that a batch is too large."
    )
    bad_until = models.PositiveBigIntegerField(
        null=True,
        editable=False,
        help_text="Some fact after settled_through and up to this number is refused",
    )
    insists_on = models.PositiveBigIntegerField(
        null=True,
        editable=False,
        help_text="The number of an undelivered fact that it takes before any other",
    )
    dead_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    lease_epoch = models.PositiveBigIntegerField(default=0, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    next_attempt_at = models.DateTimeField(null=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    last_delivered_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    given_up_at = models.DateTimeField(null=True, editable=False)
    given_up_count = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Facts that were undelivered when it was given up"
    )

    class Meta:
        constraints = [
            is_one_of("format", Format, name="sync_destination_format_known"),
            is_one_of("state", DestinationState, name="sync_destination_state_known"),
            models.CheckConstraint(
                condition=Q(settled_through__gte=F("starts_after")),
                name="sync_settles_from_where_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(batch_limit__gte=1, batch_limit__lte=1_000),
                name="sync_batch_of_one_to_a_thousand",
            ),
            models.CheckConstraint(
                condition=Q(state=DestinationState.GIVEN_UP, given_up_at__isnull=False)
                | (~Q(state=DestinationState.GIVEN_UP) & Q(given_up_at__isnull=True)),
                name="sync_given_up_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Batch(models.Model):
    """One contiguous run of facts, as the bytes that are sent until they are answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="batches")
    first_sequence = models.PositiveBigIntegerField()
    last_sequence = models.PositiveBigIntegerField()
    event_count = models.PositiveIntegerField()
    body = models.BinaryField(help_text="As sent; let go of once it is settled")
    sha256 = models.CharField(max_length=64, help_text="Of the body as sent")
    is_replay = models.BooleanField(default=False, help_text="One fact that was undelivered")
    state = models.CharField(max_length=10, choices=choices(BatchState), default=BatchState.OPEN)
    attempt_count = models.PositiveIntegerField(default=0)
    accepted_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    frozen_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes = [
            models.Index(fields=["destination", "-frozen_at"], name="sync_batches_newest_first"),
        ]
        constraints = [
            is_one_of("state", BatchState, name="sync_batch_state_known"),
            models.UniqueConstraint(
                fields=["destination"],
                condition=Q(state=BatchState.OPEN),
                name="sync_one_open_batch_per_destination",
            ),
            models.CheckConstraint(
                condition=Q(last_sequence=F("first_sequence") + F("event_count") - 1),
                name="sync_batch_is_one_run",
            ),
            models.CheckConstraint(
                condition=Q(state=BatchState.OPEN, settled_at__isnull=True)
                | (~Q(state=BatchState.OPEN) & Q(settled_at__isnull=False)),
                name="sync_batch_is_open_or_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"Batch {str(self.id)[:8]}"


class Attempt(models.Model):
    """One sending of a batch, and what came of it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    epoch = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    outcome = models.CharField(max_length=20)
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP; none where none came")
    detail = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="sync_attempts_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} of batch {str(self.batch_id)[:8]}"


class Undelivered(models.Model):
    """A fact up to `settled_through` that a destination does not have, and why."""

    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, related_name="undelivered"
    )
    event = models.ForeignKey("core.OutboxEvent", on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField()
    aggregate = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=choices(UndeliveredState))
    code = models.CharField(max_length=80, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    attempt_count = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    since = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)
    discarded_by = models.CharField(max_length=150, blank=True, default="")
    discarded_reason = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "undelivered"
        indexes = [
            models.Index(fields=["destination", "aggregate"], name="sync_undelivered_of_one"),
            models.Index(fields=["destination", "state", "sequence"], name="sync_undelivered_next"),
        ]
        constraints = [
            is_one_of("state", UndeliveredState, name="sync_undelivered_state_known"),
            models.UniqueConstraint(
                fields=["destination", "sequence"], name="sync_undelivered_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=UndeliveredState.DISCARDED)
                | (Q(discarded_at__isnull=False) & ~Q(discarded_by="") & ~Q(discarded_reason="")),
                name="sync_discarded_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Fact #{self.sequence} for {self.destination.code}"
