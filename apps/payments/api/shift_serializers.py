"""Shifts and cash movements as the API reads and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import CentsField, IdField, OneOfField, StrictSerializer, TextField
from apps.payments.drawer_types import MADE_AT_TILLS, CashMovementKind, ShiftStatus

KINDS = [kind.value.lower() for kind in MADE_AT_TILLS]
NO_SALE = CashMovementKind.NO_SALE.value.lower()


class ShiftIn(StrictSerializer):
    id = IdField(help_text="Made by the terminal; the same shift keeps it on every retry.")
    opening_float_cents = CentsField(help_text="What lies in the drawer to begin with.")


class CashMovementIn(StrictSerializer):
    """Cash put in or taken out. A no-sale opens the drawer and moves nothing."""

    id = IdField(help_text="Made by the terminal; the same movement keeps it on every retry.")
    kind = OneOfField(KINDS)
    amount_cents = CentsField(required=False, help_text="Of a no-sale nothing, or 0.")
    reason = TextField(max_length=200)
    approval = TextField(max_length=255, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        amount_cents = attrs.setdefault("amount_cents", 0)
        if attrs["kind"] == NO_SALE and amount_cents:
            raise serializers.ValidationError(
                {"amount_cents": ["A no-sale moves nothing."]}, code="surplus"
            )
        if attrs["kind"] != NO_SALE and not amount_cents:
            raise serializers.ValidationError(
                {"amount_cents": ["Say how much, in cents."]}, code="required"
            )
        return attrs


class PersonOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class CashMovementOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    shift_id = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    amount_cents = serializers.IntegerField()
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class ShiftOut(serializers.Serializer[Any]):
    """A shift. What should be in its drawer is not told before that was counted."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField([status.value.lower() for status in ShiftStatus])
    business_date = serializers.DateField()
    terminal = serializers.IntegerField()
    opening_float_cents = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    opened_by = PersonOut()
    closed_at = serializers.DateTimeField(allow_null=True)
    recount_required = serializers.BooleanField(
        help_text="A first count was too far off: the next one closes the shift."
    )
    cash_movements = CashMovementOut(many=True)
