"""Receipts by e-mail: asked for at a till, sent by a worker, their state to be looked up."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from django.utils.crypto import salted_hmac
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core import answers, idempotency
from apps.core.api.fields import StrictSerializer
from apps.core.api.views import key_of, scope_of, send, send_json
from apps.orders import errors
from apps.orders.api.refusals import READ_REFUSALS, Refusals
from apps.orders.selectors import get_order, list_emails
from apps.orders.services.mailing.asking import ask_email
from apps.orders.types import EmailState, Paper
from apps.stores.api.views import TillView
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.orders.models import ReceiptEmail

EMAIL_STATES = [state.value.lower() for state in EmailState]


class EmailIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)


class EmailOut(serializers.Serializer[Any]):
    """A receipt on its way to a mailbox."""

    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    email = serializers.CharField(help_text="Masked: m***@e***.com.")
    state = serializers.ChoiceField(EMAIL_STATES)
    reason = serializers.CharField(help_text="Why it has not arrived, if it has not.")
    attempts = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class EmailsOut(serializers.Serializer[Any]):
    results = EmailOut(many=True)


class ReceiptEmailView(TillView):
    """The receipt of an order, by e-mail."""

    permissions: ClassVar[dict[str, Permission]] = {
        "GET": Permission.PRINT_RECEIPT,
        "POST": Permission.PRINT_RECEIPT,
    }
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {
        "GET": (*READ_REFUSALS, errors.OrderUnknown),
        "POST": (*READ_REFUSALS, errors.OrderUnknown, errors.EmailNotSetUp),
    }

    @extend_schema(operation_id="list_receipt_emails", responses=EmailsOut)
    def get(self, request: Request, order_id: UUID) -> HttpResponse:
        """Where this order's receipt was sent, and what became of it; newest first."""
        get_order(store_id=self.till(request).store.id, order_id=order_id)
        emails = list_emails(order_id=order_id)
        return send_json({"results": [describe_email(email) for email in emails]})

    @extend_schema(operation_id="email_receipt", request=EmailIn, responses={202: EmailOut})
    def post(self, request: Request, order_id: UUID) -> HttpResponse:
        """Send the receipt as text, as a page and as a PDF. It counts as a print."""
        till, address = self.till(request), self.read(request, EmailIn)["email"]
        paper = Paper(till.store.id, till.store.receipt_columns)
        now = timezone.now()

        def act() -> tuple[int, dict[str, Any]]:
            email = ask_email(
                actor=till.actor, paper=paper, order_id=order_id, address=address, now=now
            )
            return HTTPStatus.ACCEPTED, describe_email(email)

        return send(idempotency.run_once(_keyed(request, address), now=now, action=act))


def describe_email(email: ReceiptEmail) -> dict[str, Any]:
    """A receipt by e-mail as the API shows it."""
    return {
        "id": str(email.pk),
        "order_id": str(email.order_id),
        "email": email.masked,
        "state": email.state.lower(),
        "reason": email.reason,
        "attempts": email.attempts,
        "asked_at": email.asked_at,
        "next_attempt_at": email.due_at if email.state == EmailState.QUEUED else None,
        "ended_at": email.ended_at,
    }


def _keyed(request: Request, address: str) -> answers.Request:
    """The request under its key; of the address only what nobody can find it by.

    Raises:
        IdempotencyKeyRequired: it has no key.
    """
    operation = f"{request.method} {request.path}"
    sealed = salted_hmac("orders.receipt-email", address, algorithm="sha256").hexdigest()
    return answers.Request(scope_of(request), key_of(request), operation, {"email": sealed})
