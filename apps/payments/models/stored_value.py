"""Gift cards and store credit: one ledger of what the shop owes its customers in goods."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.core.money import format_cents
from apps.core.written_once import AppendOnly, WrittenOnce
from apps.payments.stored_value_types import (
    GOES_DOWN,
    GOES_UP,
    OF_AN_ORDER,
    EntryKind,
    StoredValueKind,
    StoredValueStatus,
)

_SIGN_FITS = (
    Q(kind__in=[kind.value for kind in GOES_UP], amount_cents__gt=0)
    | Q(kind__in=[kind.value for kind in GOES_DOWN], amount_cents__lt=0)
    | (Q(kind=EntryKind.ADJUSTED.value) & ~Q(amount_cents=0))
)
_SAYS_WHY = (
    Q(kind__in=[kind.value for kind in OF_AN_ORDER], order__isnull=False)
    | Q(kind=EntryKind.CREDITED.value, return_id__isnull=False)
    | (Q(kind=EntryKind.ADJUSTED.value) & ~Q(reason=""))
)


class StoredValueAccount(models.Model):
    """A gift card or a store credit. Its balance is the sum of its entries, and never below zero.

    The code that spends it is not here: only a hash of it under a key that the database does not
    have, so that who reads the database can spend nothing. It never expires, and costs nothing
    (s. 501.95, F.S.).
    """

    id = models.UUIDField(primary_key=True, help_text="Made by us; it spends nothing.")
    kind = models.CharField(max_length=12, choices=choices(StoredValueKind))
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    last4 = models.CharField(max_length=4, help_text="The end of its code, to tell it by.")
    currency = models.CharField(max_length=3)
    balance_cents = models.BigIntegerField()
    status = models.CharField(max_length=6, choices=choices(StoredValueStatus))
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = "gift card or store credit"
        verbose_name_plural = "gift cards and store credit"
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="stored_value_newest_first"),
            models.Index(fields=["last4"], name="stored_value_by_last_four"),
            models.Index(
                fields=["kind", "currency", "balance_cents"],
                condition=Q(balance_cents__gt=0),
                name="stored_value_owed",
            ),
        ]
        constraints = [
            is_one_of("kind", StoredValueKind, name="stored_value_kind_is_known"),
            is_one_of("status", StoredValueStatus, name="stored_value_status_is_known"),
            models.CheckConstraint(
                condition=Q(balance_cents__gte=0), name="stored_value_not_overspent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ...{self.last4}, {str(self.pk)[:8]}"


class StoredValueEntry(WrittenOnce):
    """One movement of an account, in cents, with the balance that it left."""

    account = models.ForeignKey(
        StoredValueAccount, on_delete=models.PROTECT, related_name="entries"
    )
    kind = models.CharField(max_length=14, choices=choices(EntryKind))
    amount_cents = models.BigIntegerField(help_text="Negative where it went off the account.")
    balance_cents = models.BigIntegerField(help_text="What was on it afterwards.")
    order = models.ForeignKey(
        "orders.Order",
        on_delete=models.PROTECT,
        related_name="stored_value_entries",
        null=True,
        db_index=False,
    )
    return_id = models.UUIDField(null=True, help_text="The return that gave it, if one did.")
    reason = models.CharField(max_length=200, blank=True)
    key = models.UUIDField(
        null=True, unique=True, help_text="Of the office's form: sent twice, it is one entry."
    )
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    objects: models.Manager[StoredValueEntry] = AppendOnly.as_manager()

    class Meta:
        verbose_name = "stored value entry"
        verbose_name_plural = "stored value entries"
        indexes = [
            models.Index(
                fields=["order"], condition=Q(order__isnull=False), name="stored_value_of_an_order"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=_SIGN_FITS, name="stored_value_entry_goes_its_way"),
            models.CheckConstraint(condition=_SAYS_WHY, name="stored_value_entry_says_why"),
            models.CheckConstraint(
                condition=Q(balance_cents__gte=0)
                & (Q(balance_cents__gte=F("amount_cents")) | Q(amount_cents__lt=0)),
                name="stored_value_entry_leaves_no_debt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {format_cents(self.amount_cents)} of account {self.account_id}"
