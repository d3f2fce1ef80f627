"""Card payments as the API reads and shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from apps.core.api.fields import (
    CentsField,
    IdField,
    OneOfField,
    StrictSerializer,
    TextField,
    WholeNumberField,
)
from apps.payments.rules import LEAST_CENTS, MOST_CENTS
from apps.payments.types import Method, PaymentStatus, RefundStatus

if TYPE_CHECKING:
    from apps.payments.models import Payment, Reader, Refund


_NAME = re.compile(r"[A-Za-z]+_[A-Za-z0-9_]+", re.ASCII)
METHODS = [method.value.lower() for method in Method]
PAYMENT_STATUSES = [status.value.lower() for status in PaymentStatus]
REFUND_STATUSES = [status.value.lower() for status in RefundStatus]


class StripeNameField(TextField):
    """What Stripe calls something. Nothing else is taken, and above all no card's number."""

    default_error_messages = {"unlike": "Expected Stripe's name of it: {prefix}..."}

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(max_length=80, **options)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if not (name.startswith(self.prefix) and _NAME.fullmatch(name)):
            self.fail("unlike", prefix=self.prefix)
        return name


class PaymentIn(StrictSerializer):
    id = IdField()
    order_id = IdField()
    amount_cents = WholeNumberField(min_value=LEAST_CENTS, max_value=MOST_CENTS)
    method = OneOfField(METHODS)
    payment_method = StripeNameField(
        "pm_", required=False, help_text="Method `card`: Stripe's name of it, `pm_...`."
    )
    reader_id = StripeNameField(
        "tmr_",
        required=False,
        help_text="Method `card_present`: Stripe's name, `tmr_...`. Left out: an app at the counter"
        " drives a reader itself, by a connection token and the payment's client secret.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_card = attrs["method"] == Method.CARD.value.lower()
        surplus = "reader_id" if is_card else "payment_method"
        if is_card and "payment_method" not in attrs:
            raise serializers.ValidationError(
                {"payment_method": ["This method needs it."]}, code="required"
            )
        if surplus in attrs:
            raise serializers.ValidationError({surplus: ["This method has none."]}, code="surplus")
        return attrs


class CaptureIn(StrictSerializer):
    amount_cents = CentsField(required=False, help_text="Left out: all that was authorised.")


class CancelIn(StrictSerializer):
    pass


class RefundIn(StrictSerializer):
    id = IdField()
    amount_cents = CentsField(min_value=1)
    reason = TextField(max_length=200)


class ConnectionTokenIn(StrictSerializer):
    pass


class ConnectionTokenOut(serializers.Serializer[Any]):
    """What an app at the counter needs to speak to readers itself. Ask anew for each."""

    secret = serializers.CharField()


class ClientSecretOut(serializers.Serializer[Any]):
    """What an app at the counter needs to bring a card to one payment. Never keep it."""

    client_secret = serializers.CharField()


class ReaderOut(serializers.Serializer[Any]):
    """A card reader of the store."""

    id = serializers.CharField(help_text="Stripe's name of it.")
    label = serializers.CharField()  # type: ignore[assignment]  # fields have one of their own
    device_type = serializers.CharField()
    is_online = serializers.BooleanField(help_text="As Stripe told us lastly.")


class ReadersOut(serializers.Serializer[Any]):
    """The card readers of the store, by what they are called."""

    results = ReaderOut(many=True)


class CardOut(serializers.Serializer[Any]):
    brand = serializers.CharField()
    last4 = serializers.CharField()


class PaymentOut(serializers.Serializer[Any]):
    """A card payment. The amounts are what Stripe has confirmed, but for refunds in hand."""

    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    status = serializers.ChoiceField(PAYMENT_STATUSES)
    method = serializers.ChoiceField(METHODS)
    amount_cents = serializers.IntegerField()
    tip_cents = serializers.IntegerField(help_text="Given at the reader, on top of the amount.")
    authorized_cents = serializers.IntegerField()
    captured_cents = serializers.IntegerField()
    refunded_cents = serializers.IntegerField()
    decline_code = serializers.CharField(allow_null=True)
    card = CardOut(allow_null=True)
    capture_before = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class RefundOut(serializers.Serializer[Any]):
    """Money on its way back to a card."""

    id = serializers.UUIDField()
    payment_id = serializers.UUIDField()
    status = serializers.ChoiceField(REFUND_STATUSES)
    amount_cents = serializers.IntegerField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


def describe_payment(payment: Payment) -> dict[str, Any]:
    """A payment as the API shows it."""
    card = {"brand": payment.card_brand, "last4": payment.card_last4}
    return {
        "id": str(payment.pk),
        "order_id": str(payment.order_id),
        "status": payment.status.lower(),
        "method": payment.method.lower(),
        "amount_cents": payment.amount_cents,
        "tip_cents": payment.tip_cents,
        "authorized_cents": payment.authorized_cents,
        "captured_cents": payment.captured_cents,
        "refunded_cents": payment.refunded_cents,
        "decline_code": payment.decline_code or None,
        "card": card if payment.card_last4 else None,
        "capture_before": payment.capture_before,
        "created_at": payment.created_at,
    }


def describe_reader(reader: Reader) -> dict[str, Any]:
    """A card reader as the API shows it."""
    return {
        "id": reader.stripe_id,
        "label": reader.label,
        "device_type": reader.device_type,
        "is_online": reader.is_online,
    }


def describe_refund(refund: Refund) -> dict[str, Any]:
    """A refund as the API shows it."""
    return {
        "id": str(refund.pk),
        "payment_id": str(refund.payment_id),
        "status": refund.status.lower(),
        "amount_cents": refund.amount_cents,
        "reason": refund.reason,
        "created_at": refund.created_at,
    }
