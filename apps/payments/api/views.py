"""Taking cards: authorise, capture, cancel, refund."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema

from apps.core.api.views import send_json
from apps.payments import errors
from apps.payments.api import serializers
from apps.payments.api.serializers import describe_payment, describe_refund
from apps.payments.services.authorizing import authorize_payment
from apps.payments.services.capturing import cancel_payment, capture_payment
from apps.payments.services.looking import find_out
from apps.payments.services.refunding import refund_payment
from apps.payments.types import (
    Method,
    PaymentRequest,
    PaymentStatus,
    RefundRequest,
    RefundStatus,
)
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import PermissionMissing
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.errors import DomainError
    from apps.payments.models import Payment

type Refusals = dict[str, tuple[type[DomainError], ...]]

_READ = (*TOKEN_REFUSALS, PermissionMissing, errors.PaymentUnknown)
_WRITE = (*_READ, errors.PaymentStateConflict, errors.CardsBusy, errors.CardsNotTaken)
_OPEN = (PaymentStatus.UNKNOWN, PaymentStatus.PENDING)


class PaymentsView(TillView):
    """Sets money aside on a card."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {
        "POST": (
            *TOKEN_REFUSALS,
            PermissionMissing,
            errors.PaymentExists,
            errors.ReaderUnknown,
            errors.CardsBusy,
            errors.CardsNotTaken,
        )
    }

    @extend_schema(
        operation_id="authorize_payment",
        request=serializers.PaymentIn,
        responses={201: serializers.PaymentOut, 202: serializers.PaymentOut},
    )
    def post(self, request: Request) -> HttpResponse:
        """Authorise a card, or let a reader ask for one: `processing` until it was presented.

        202 where Stripe did not answer. In both cases poll the payment.
        """
        asked, till = self.read(request, serializers.PaymentIn), self.till(request)
        wanted = PaymentRequest(
            id=asked["id"],
            order_id=asked["order_id"],
            amount_cents=asked["amount_cents"],
            method=Method(asked["method"].upper()),
            payment_method=asked.get("payment_method", ""),
            reader_id=asked.get("reader_id", ""),
        )

        def authorize() -> tuple[int, dict[str, Any]]:
            payment = authorize_payment(till=till, request=wanted, now=timezone.now())
            return _status_of(payment), describe_payment(payment)

        return self.once_outside(request, authorize)


class PaymentView(TillView):
    """One card payment."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.SELL}
    refusals: ClassVar[Refusals] = {"GET": _READ}

    @extend_schema(operation_id="get_payment", responses=serializers.PaymentOut)
    def get(self, request: Request, payment_id: UUID) -> HttpResponse:
        """Where a card payment stands; while a reader works on it, Stripe is asked."""
        store_id = self.till(request).store.id
        payment = find_out(store_id=store_id, payment_id=payment_id, now=timezone.now())
        return send_json(describe_payment(payment))


class CaptureView(TillView):
    """Takes what was authorised."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": _WRITE}

    @extend_schema(
        operation_id="capture_payment",
        request=serializers.CaptureIn,
        responses={200: serializers.PaymentOut, 202: serializers.PaymentOut},
    )
    def post(self, request: Request, payment_id: UUID) -> HttpResponse:
        """Capture all or part; 202 where Stripe did not answer: poll the payment."""
        amount = self.read(request, serializers.CaptureIn).get("amount_cents")
        store_id = self.till(request).store.id

        def capture() -> tuple[int, dict[str, Any]]:
            payment = capture_payment(
                store_id=store_id, payment_id=payment_id, amount_cents=amount, now=timezone.now()
            )
            return _status_of(payment, HTTPStatus.OK), describe_payment(payment)

        return self.once_outside(request, capture)


class CancelView(TillView):
    """Lets go what was authorised."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": _WRITE}

    @extend_schema(
        operation_id="cancel_payment",
        request=serializers.CancelIn,
        responses={200: serializers.PaymentOut, 202: serializers.PaymentOut},
    )
    def post(self, request: Request, payment_id: UUID) -> HttpResponse:
        """Cancel an authorisation, or what a reader waits for.

        202 where Stripe did not answer: poll the payment.
        """
        self.read(request, serializers.CancelIn)
        store_id = self.till(request).store.id

        def cancel() -> tuple[int, dict[str, Any]]:
            payment = cancel_payment(store_id=store_id, payment_id=payment_id, now=timezone.now())
            return _status_of(payment, HTTPStatus.OK), describe_payment(payment)

        return self.once_outside(request, cancel)


class RefundsView(TillView):
    """Sends money back to a card."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.VOID_ORDER}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {
        "POST": (*_WRITE, errors.RefundExceedsCaptured, errors.RefundExists)
    }

    @extend_schema(
        operation_id="refund_payment",
        request=serializers.RefundIn,
        responses={201: serializers.RefundOut, 202: serializers.RefundOut},
    )
    def post(self, request: Request, payment_id: UUID) -> HttpResponse:
        """Refund all or part of what was captured; 202 where the outcome is open."""
        asked, till = self.read(request, serializers.RefundIn), self.till(request)
        wanted = RefundRequest(
            id=asked["id"],
            payment_id=payment_id,
            amount_cents=asked["amount_cents"],
            reason=asked["reason"],
            actor_name=till.clerk.name,
        )

        def refund() -> tuple[int, dict[str, Any]]:
            given = refund_payment(store_id=till.store.id, request=wanted, now=timezone.now())
            is_open = given.status == RefundStatus.UNKNOWN
            return HTTPStatus.ACCEPTED if is_open else HTTPStatus.CREATED, describe_refund(given)

        return self.once_outside(request, refund)


def _status_of(payment: Payment, settled: HTTPStatus = HTTPStatus.CREATED) -> HTTPStatus:
    return HTTPStatus.ACCEPTED if payment.status in _OPEN else settled
