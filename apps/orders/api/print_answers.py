"""Print jobs as the API reads and shows them."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from apps.core.api.fields import (
    IdField,
    OneOfField,
    StrictSerializer,
    TextField,
    WholeNumberField,
)
from apps.orders.types import PrintKind, PrintState, ReceiptFormat

if TYPE_CHECKING:
    from apps.orders.models import PrintJob
    from apps.orders.services.print_jobs.leasing import Leased

PRINT_KINDS = [kind.value.lower() for kind in PrintKind]
PRINT_STATES = [state.value.lower() for state in PrintState]
# What each kind needs, and what it must not have.
_NEEDS = {"receipt": {"order_id"}, "z": {"shift_id"}, "drawer": {"reason"}}
_TAKES = {"receipt": {"terminal_id"}, "z": {"terminal_id"}, "drawer": {"approval"}}
_HIGHEST_FENCE = 32_767


class PrintJobIn(StrictSerializer):
    """A receipt needs `order_id`, a Z `shift_id`, a drawer `reason`, and an approval perhaps."""

    id = IdField(help_text="Made by the terminal; the same job keeps it on every retry.")
    kind = OneOfField(PRINT_KINDS)
    order_id = IdField(required=False)
    shift_id = IdField(required=False)
    terminal_id = WholeNumberField(
        required=False, min_value=1, help_text="At which till of the store; without it, this one."
    )
    reason = TextField(max_length=200, required=False)
    approval = TextField(max_length=255, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = attrs["kind"]
        given = attrs.keys() - {"id", "kind"}
        if missing := _NEEDS[kind] - given:
            wanted = {name: [f"Needed to print a {kind}."] for name in sorted(missing)}
            raise serializers.ValidationError(wanted, code="required")
        if surplus := given - _NEEDS[kind] - _TAKES[kind]:
            wrong = {name: [f"Means nothing for a {kind}."] for name in sorted(surplus)}
            raise serializers.ValidationError(wrong, code="surplus")
        return attrs


class LeaseIn(StrictSerializer):
    """Nothing: a till leases what is to be printed at itself."""


class DoneIn(StrictSerializer):
    fence = WholeNumberField(
        min_value=1, max_value=_HIGHEST_FENCE, help_text="As the lease said it."
    )


class FailedIn(DoneIn):
    reason = TextField(max_length=200, help_text="For whoever looks for it: paper out.")


class PrintJobOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(PRINT_KINDS)
    order_id = serializers.UUIDField(allow_null=True)
    shift_id = serializers.UUIDField(allow_null=True)
    terminal_id = serializers.IntegerField()
    state = serializers.ChoiceField(PRINT_STATES)
    reason = serializers.CharField()
    attempts = serializers.IntegerField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    leased_until = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class LeasedOut(PrintJobOut):
    fence = serializers.IntegerField(help_text="To be sent with `done` or `failed`.")
    content_type = serializers.CharField()
    content = serializers.CharField(help_text="The bytes for the printer, in base64.")


class LeaseOut(serializers.Serializer[Any]):
    job = LeasedOut(allow_null=True, help_text="None: nothing waits at this till.")


def describe_print_job(job: PrintJob) -> dict[str, Any]:
    """A print job as the API shows it."""
    return {
        "id": str(job.pk),
        "kind": job.kind.lower(),
        "order_id": str(job.order_id) if job.order_id else None,
        "shift_id": str(job.z.shift_id) if job.z else None,
        "terminal_id": job.terminal_id,
        "state": job.state.lower(),
        "reason": job.reason,
        "attempts": job.attempts,
        "asked_by": job.asked_by,
        "asked_at": job.asked_at,
        "leased_until": job.due_at if job.state == PrintState.LEASED else None,
        "ended_at": job.ended_at,
    }


def describe_lease(leased: Leased | None) -> dict[str, Any]:
    """What an agent gets: a job with its bytes, or nothing."""
    if leased is None:
        return {"job": None}
    return {
        "job": {
            **describe_print_job(leased.job),
            "fence": leased.job.attempts,
            "content_type": ReceiptFormat.ESCPOS.value,
            "content": b64encode(leased.content).decode(),
        }
    }
