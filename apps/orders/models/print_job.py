"""What is to come out of a printer, and where it stands."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.orders.models.closing import ZReport
from apps.orders.models.order import Order
from apps.orders.types import PrintKind, PrintState

_OPEN = [PrintState.QUEUED.value, PrintState.LEASED.value]
_OVER = [PrintState.DONE.value, PrintState.FAILED.value]


class PrintJob(models.Model):
    """One thing for the printer, or the drawer under it, of one till.

    `attempts` only ever grows. It is the fence: whoever leased the job is known by it, and an
    answer to an older lease changes nothing.
    """

    id = models.UUIDField(primary_key=True, help_text="Made by the terminal.")
    kind = models.CharField(max_length=8, choices=choices(PrintKind))
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("stores.Terminal", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="print_jobs")
    z = models.ForeignKey(
        ZReport, on_delete=models.PROTECT, null=True, related_name="print_jobs", verbose_name="Z"
    )
    is_from_its_till = models.BooleanField(help_text="Asked for where it is printed.")
    state = models.CharField(max_length=8, choices=choices(PrintState))
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is not printed.")
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField()
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="From when on it may be leased (again).")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["terminal", "asked_at"],
                condition=Q(due_at__isnull=False),
                name="print_jobs_waiting_at_a_till",
            ),
            models.Index(fields=["-asked_at", "-id"], name="print_jobs_newest_first"),
        ]
        constraints = [
            is_one_of("kind", PrintKind, name="print_job_kind_is_known"),
            is_one_of("state", PrintState, name="print_job_state_is_known"),
            models.CheckConstraint(
                condition=Q(kind=PrintKind.RECEIPT.value, order__isnull=False, z__isnull=True)
                | Q(kind=PrintKind.Z.value, order__isnull=True, z__isnull=False)
                | Q(kind=PrintKind.DRAWER.value, order__isnull=True, z__isnull=True),
                name="print_job_names_what_it_prints",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, due_at__isnull=False, ended_at__isnull=True)
                | Q(state__in=_OVER, due_at__isnull=True, ended_at__isnull=False),
                name="print_job_is_due_or_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=F("attempts_allowed")),
                name="print_job_attempts_are_allowed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at till {self.terminal_id}, {str(self.id)[:8]}"
