"""Print jobs: where each stands and why, printed again or cancelled from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.orders.models import PrintJob
from apps.orders.services.print_jobs.asking import ask_print_from_office, cancel_print
from apps.orders.types import NewPrintJob, PrintKind, PrintState
from apps.payments.admin.asking import confirm
from apps.payments.forms import AskForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said

_QUEUED = "It waits for the printer of {}. From the second print on it says that it is a copy."


@admin.register(PrintJob)
class PrintJobAdmin(ReadOnlyAdmin):
    """All that was to be printed, newest first."""

    keyset = ("asked_at", "pk")
    list_display = ("asked_at", "what", "terminal", "standing", "attempts", "reason", "asked_by")
    list_select_related = ("order", "z", "terminal")
    list_filter = ("store", "state", "kind")
    fields = (
        "kind",
        "terminal",
        "order",
        "z",
        "standing",
        "reason",
        "attempts",
        "due_at",
        "ended_at",
        "asked_by",
        "asked_at",
    )
    readonly_fields = ("standing",)
    actions_detail = ("print_again", "cancel")

    @display(description="What")
    def what(self, job: PrintJob) -> str:
        if job.order:
            return f"Receipt {job.order.number}"
        return str(job.z) if job.z else "Opens the drawer"

    @display(
        description="State",
        label={"Queued": "info", "Leased": "info", "Done": "success", "Failed": "danger"},
    )
    def standing(self, job: PrintJob) -> str:
        return job.get_state_display()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["title"] = self.what(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def has_print_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for everything that puts paper in motion, or stops it."""
        return request.user.has_perm("orders.change_printjob")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        job = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        return [each for each in offered if isinstance(job, PrintJob) and _fits(job, each.path)]

    @action(description="Print again", icon="print", permissions=["print"])
    def print_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put the same in the queue of the same printer once more."""
        job = get_row(self, request, object_id)
        question = {
            "title": "Print it again?",
            "text": f"{self.what(job)} at {job.terminal.name}. {job.reason}",
            "hint": "From the second print on it says that it is a copy.",
            "confirm": "Print again",
            "back": reverse("admin:orders_printjob_changelist"),
        }

        def do(given: dict[str, Any]) -> Said:
            shift_id = job.z.shift_id if job.z else None
            kind = PrintKind(job.kind)
            wanted = NewPrintJob(given["token"], kind, order_id=job.order_id, shift_id=shift_id)
            with transaction():
                ask_print_from_office(
                    actor=actor_of(request),
                    store_id=job.store_id,
                    terminal_id=job.terminal_id,
                    request=wanted,
                    now=timezone.now(),
                )
            return messages.SUCCESS, _QUEUED.format(job.terminal.name)

        return confirm(self, request, AskForm(request.POST or None), question, do)

    @action(description="Cancel", icon="block", permissions=["print"])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take it out of the queue."""
        job = get_row(self, request, object_id)
        question = {
            "title": "Cancel it?",
            "text": f"{self.what(job)} at {job.terminal.name} will not be printed.",
            "confirm": "Cancel the print",
            "back": reverse("admin:orders_printjob_change", args=[job.pk]),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                cancel_print(actor=actor_of(request), job_id=job.pk, now=timezone.now())
            return messages.SUCCESS, "It is out of the queue."

        return confirm(self, request, AskForm(request.POST or None), question, do)


def _fits(job: PrintJob, button: str) -> bool:
    """Whether a button is of use: what waits is cancelled, what is over and was paper comes again.

    A drawer is opened by whoever stands at it.
    """
    if button == "cancel":
        return job.state == PrintState.QUEUED
    return job.kind != PrintKind.DRAWER and job.state in {PrintState.DONE, PrintState.FAILED}
