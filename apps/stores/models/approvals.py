"""What a role may do alone, and what somebody with more rights has approved."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from apps.core.choices import choices, is_one_of
from apps.stores.models.staff import Staff
from apps.stores.models.store import Store
from apps.stores.models.terminal import Terminal
from apps.stores.types import ApprovalAction, Role

WHOLE_PERCENT = 100


class RoleLimit(models.Model):
    """What a role may do at a till without asking. A role without a row has its default."""

    role = models.CharField(max_length=12, unique=True, choices=choices(Role))
    discount_percent = models.PositiveSmallIntegerField(
        "price off by, in percent",
        validators=[MaxValueValidator(WHOLE_PERCENT)],
        help_text="How far a price may be off the one on file. 0: not at all.",
    )
    refund_cents = models.BigIntegerField(
        "refund", null=True, blank=True, help_text="Per return. Empty: no limit. 0: never."
    )
    void_cents = models.BigIntegerField(
        "void", null=True, blank=True, help_text="Per sale. Empty: no limit. 0: never."
    )
    may_open_drawer = models.BooleanField("may open the drawer without a sale", default=False)
    blind_refund_cents = models.BigIntegerField(
        "refund without a receipt",
        null=True,
        blank=True,
        default=0,
        help_text="What this role may approve per return, to store credit. Empty: no limit.",
    )
    pay_out_cents = models.BigIntegerField(
        "pay-out",
        null=True,
        blank=True,
        default=0,
        help_text="Each time, out of the drawer. Empty: no limit. 0: never.",
    )

    class Meta:
        constraints = [
            is_one_of("role", Role, name="role_limit_role_is_known"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=WHOLE_PERCENT),
                name="role_limit_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=(Q(refund_cents__isnull=True) | Q(refund_cents__gte=0))
                & (Q(void_cents__isnull=True) | Q(void_cents__gte=0))
                & (Q(blind_refund_cents__isnull=True) | Q(blind_refund_cents__gte=0))
                & (Q(pay_out_cents__isnull=True) | Q(pay_out_cents__gte=0)),
                name="role_limits_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class Approval(models.Model):
    """One deed of one cashier that somebody may approve: asked for, decided, used once.

    Only a hash of its token is kept. An approval by PIN is decided when it is made; one that was
    asked of the back office waits until somebody decides.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.CharField(max_length=16, choices=choices(ApprovalAction))
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField(null=True, help_text="Empty: any one order.")
    amount_cents = models.BigIntegerField(
        null=True, help_text="At most. Empty: what the approver's own limits allow."
    )
    percent = models.PositiveIntegerField(
        null=True, help_text="How far a price may be off. Empty: it is no price, or not decided."
    )
    reason = models.CharField(max_length=200, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    approver = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    is_denied = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(decided_at__isnull=True),
                name="approvals_waiting_oldest_first",
            ),
            models.Index(fields=["-asked_at", "-id"], name="approvals_newest_first"),
        ]
        constraints = [
            is_one_of("action", ApprovalAction, name="approval_action_is_known"),
            models.CheckConstraint(
                condition=Q(amount_cents__isnull=True) | Q(amount_cents__gte=0),
                name="approval_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, approver__isnull=True, is_denied=False)
                | Q(decided_at__isnull=False, approver__isnull=False),
                name="approval_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(decided_at__isnull=False, is_denied=False),
                name="only_what_was_approved_is_used",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} for {self.cashier}"

    @property
    def wording(self) -> str:
        """What is approved, in words: of a price with how far it may be off."""
        far = "" if self.percent is None else f", up to {self.percent} % off"
        return f"{self.get_action_display()}{far}"
