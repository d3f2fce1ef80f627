"""Tables that every app leans on: answers kept for replay, facts on their way out, the audit."""

from __future__ import annotations

import uuid

from django.db import models

from apps.core.fields import WholeJSONField
from apps.core.written_once import AppendOnly, WrittenOnce


class IdempotencyRecord(models.Model):
    """The answer that was given under an idempotency key, kept 90 days for replay."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of operation and body")
    status = models.PositiveSmallIntegerField()
    body = models.TextField(help_text="The answer, byte for byte")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="one_answer_per_key_and_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class OutboxEvent(models.Model):
    """A fact, written in the transaction that made it true, on its way to who must hear of it.

    What other systems are told has a `sequence` too: dense for this installation, and given once
    the fact is committed.
    """

    position = models.BigAutoField(
        primary_key=True, help_text="In the order of writing, whatever the clock says"
    )
    event_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    aggregate = models.CharField(max_length=120, help_text="What it is about: kind and id")
    payload = WholeJSONField()
    occurred_at = models.DateTimeField(db_index=True)
    leased_until = models.DateTimeField(null=True, help_text="A relay is handing it on until then")
    relayed_at = models.DateTimeField(null=True, help_text="All subscribers have been told")
    is_shared = models.BooleanField(default=False, help_text="Other systems are told")
    sequence = models.PositiveBigIntegerField(
        null=True, unique=True, help_text="Its place among all facts that other systems are told"
    )
    fault = models.TextField(
        blank=True, db_default="", help_text="Why it cannot be told: it is not as its schema says"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["position"],
                condition=models.Q(relayed_at__isnull=True),
                name="outbox_waiting_in_order",
            ),
            models.Index(
                fields=["position"],
                condition=models.Q(is_shared=True, sequence__isnull=True),
                name="outbox_unnumbered_in_order",
            ),
            models.Index(fields=["aggregate"], condition=~models.Q(fault=""), name="outbox_faulty"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sequence__isnull=True) | models.Q(is_shared=True, fault=""),
                name="outbox_number_of_what_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class OutboxSequence(models.Model):
    """The last number given to a fact. Locking this row puts those who number in a queue.

    No till ever touches it.
    """

    last = models.PositiveBigIntegerField(default=0)
    pruned_through = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="Facts up to this number may be gone: all were told"
    )

    def __str__(self) -> str:
        return str(self.last)


class AuditChain(models.Model):
    """The head of one hash chain. Locking this row puts the chain's writers in a queue."""

    name = models.CharField(max_length=80, unique=True)
    last_sequence = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class AuditEntry(WrittenOnce):
    """Who did what, when: append-only, each entry sealed with the hash of the one before."""

    chain = models.CharField(max_length=80)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=120)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=120, db_index=True)
    facts = models.JSONField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects: models.Manager[AuditEntry] = AppendOnly.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="one_entry_per_chain_link"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence} {self.action}"


class Revision(models.Model):
    """One row, counting the changes of reference data; see `core.reference`."""

    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.value)
