"""Approvals: by PIN at the till, or asked of the back office."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from django_subatomic.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core.api.fields import (
    CentsField,
    IdField,
    OneOfField,
    StrictSerializer,
    TextField,
    WholeNumberField,
)
from apps.core.api.views import send_json
from apps.stores import errors
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.selectors import get_approval, status_of_approval
from apps.stores.services.approvals import approve_by_pin, ask_for_approval
from apps.stores.types import MOST_PERCENT, ApprovalAction, Asked

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.errors import DomainError
    from apps.stores.models import Approval

ACTIONS = [action.word for action in ApprovalAction]
STATUSES = ["waiting", "approved", "denied", "expired", "used"]


class AskIn(StrictSerializer):
    """What is to be approved."""

    action = OneOfField(ACTIONS)
    order_id = IdField(required=False, allow_null=True, help_text="Left out: any one order.")
    amount_cents = CentsField(
        required=False, allow_null=True, help_text="At most. Left out: what the approver may."
    )
    percent = WholeNumberField(
        min_value=0,
        max_value=MOST_PERCENT,
        required=False,
        allow_null=True,
        help_text="Of a price: off by this at most, as the refusal of the order says it. Left out:"
        " what the approver may.",
    )
    reason = TextField(max_length=200, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_price = attrs["action"] == ApprovalAction.OVERRIDE_PRICE.word
        if attrs.get("percent") is not None and not is_price:
            raise serializers.ValidationError(
                {"percent": ["Only a price is off by a percentage."]}, code="surplus"
            )
        return attrs


class ApproveIn(AskIn):
    """What is to be approved, and by whom."""

    staff_code = TextField(max_length=12)
    pin = TextField(max_length=12)


class ApprovalOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    action = serializers.ChoiceField(ACTIONS)
    status = serializers.ChoiceField(STATUSES)
    order_id = serializers.UUIDField(allow_null=True)
    amount_cents = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True, help_text="Of a price; else null.")
    approved_by = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(help_text="Until then it waits, or may be used.")


class GivenOut(ApprovalOut):
    approval = serializers.CharField(help_text="The token. Shown once; for one use.")


class ApprovalsView(TillView):
    """Lets somebody with more rights approve one deed with their PIN."""

    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (*TOKEN_REFUSALS, errors.PinWrong, errors.PinLocked, errors.ApprovalBeyondLimit)
    }

    @extend_schema(operation_id="approve", request=ApproveIn, responses={201: GivenOut})
    def post(self, request: Request) -> HttpResponse:
        """Approve by PIN: for this cashier, this action, once, within five minutes."""
        asked, now = self.read(request, ApproveIn), timezone.now()
        given = approve_by_pin(
            till=self.till(request),
            asked=_read(asked),
            staff_code=asked["staff_code"],
            pin=asked["pin"],
            now=now,
        )
        return send_json(_describe_given(given, now), HTTPStatus.CREATED)


class ApprovalRequestsView(TillView):
    """Asks the back office."""

    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (*TOKEN_REFUSALS, errors.TooManyAttempts)
    }

    @extend_schema(operation_id="ask_for_approval", request=AskIn, responses={201: GivenOut})
    def post(self, request: Request) -> HttpResponse:
        """Ask a manager in the back office; the token holds once somebody has approved."""
        asked, now = self.read(request, AskIn), timezone.now()
        with transaction():
            given = ask_for_approval(till=self.till(request), asked=_read(asked), now=now)
        return send_json(_describe_given(given, now), HTTPStatus.CREATED)


class ApprovalRequestView(TillView):
    """What became of it."""

    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "GET": (*TOKEN_REFUSALS, errors.ApprovalUnknown)
    }

    @extend_schema(operation_id="get_approval", responses=ApprovalOut)
    def get(self, request: Request, approval_id: UUID) -> HttpResponse:
        """Whether somebody has decided: poll it every second or two."""
        approval = get_approval(till=self.till(request), approval_id=approval_id)
        return send_json(_describe(approval, timezone.now()))


def _read(asked: dict[str, Any]) -> Asked:
    return Asked(
        ApprovalAction(asked["action"].replace("-", "_").upper()),
        asked.get("order_id"),
        asked.get("amount_cents"),
        asked.get("reason", ""),
        asked.get("percent"),
    )


def _describe_given(given: tuple[Approval, str], now: datetime) -> dict[str, Any]:
    approval, token = given
    return {"approval": token, **_describe(approval, now)}


def _describe(approval: Approval, now: datetime) -> dict[str, Any]:
    approver = approval.approver
    return {
        "id": approval.pk,
        "action": ApprovalAction(approval.action).word,
        "status": status_of_approval(approval, now=now),
        "order_id": approval.order_id,
        "amount_cents": approval.amount_cents,
        "percent": approval.percent,
        "approved_by": approver.name if approver and not approval.is_denied else None,
        "expires_at": approval.expires_at,
    }
