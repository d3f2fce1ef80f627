"""What the sale takes. Every field is strict: JSON types as named, nothing unknown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rest_framework import serializers

from apps.core.api.fields import (
    CentsField,
    IdField,
    InstantField,
    OneOfField,
    PageQuery,
    StrictSerializer,
    TextField,
    WholeNumberField,
    YesOrNoField,
    list_of,
)
from apps.orders.api.buyers import TaxExemptionIn
from apps.orders.types import AgeDocument, AgeMethod, OrderStatus
from apps.payments.rules import LEAST_CENTS
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from datetime import datetime

STATUSES = [status.value for status in OrderStatus] + [s.value.lower() for s in OrderStatus]
FASTEST_CLOCK = timedelta(days=1)  # a till's clock may be wrong, but not that wrong
MAX_LINES = 500
MAX_QUANTITY = 10_000
MAX_TENDERS = 20
MAX_COUPONS = 10
MAX_POINTS = 10_000_000
LONGEST_COUPON = 20
MAX_GIFT_CARDS = 20
LONGEST_CODE = 60  # with what stands between its groups
MAX_ID = 2**63 - 1
LONGEST_BARCODE = 100
LONGEST_CARD = 8 * 1024


class LineIn(StrictSerializer):
    """One line: a barcode or a product, never both."""

    id = IdField(help_text="Made by the terminal, unique for ever.")
    barcode = TextField(max_length=LONGEST_BARCODE, required=False)
    product_id = WholeNumberField(min_value=1, max_value=MAX_ID, required=False)
    quantity = WholeNumberField(min_value=1, max_value=MAX_QUANTITY)
    modifiers = serializers.ListField(
        child=WholeNumberField(min_value=1, max_value=MAX_ID), max_length=50, required=False
    )
    note = TextField(max_length=200, allow_blank=True, required=False)
    unit_price_cents = CentsField(
        required=False, allow_null=True, help_text="Another price than the one on file."
    )
    approval = TextField(max_length=255, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("barcode" in attrs) == ("product_id" in attrs):
            raise serializers.ValidationError(
                "Name either a barcode or a product_id.", code="barcode-or-product"
            )
        return attrs


class AgeCheckIn(StrictSerializer):
    """A scanned barcode, or the dates typed from a document. Used and forgotten."""

    method = OneOfField([method.value.lower() for method in AgeMethod])
    barcode_data = TextField(max_length=LONGEST_CARD, trim_whitespace=False, required=False)
    document = OneOfField([document.value.lower() for document in AgeDocument], required=False)
    date_of_birth = serializers.DateField(required=False)
    expires_on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        scanned, typed = {"barcode_data"}, {"document", "date_of_birth", "expires_on"}
        is_scan = attrs["method"] == AgeMethod.SCAN.value.lower()
        needed, surplus = (scanned, typed) if is_scan else (typed, scanned)
        if missing := needed - attrs.keys():
            raise serializers.ValidationError(
                {name: ["This method needs it."] for name in sorted(missing)}, code="required"
            )
        if contradicting := surplus & attrs.keys():
            raise serializers.ValidationError(
                {name: ["This method has none."] for name in sorted(contradicting)}, code="surplus"
            )
        return attrs


class TenderIn(StrictSerializer):
    """Cash, a card payment by its id, or a gift card or store credit by its code.

    Of a card payment all that was authorised is taken, or the amount that is named.
    """

    kind = OneOfField([kind.value.lower() for kind in TenderKind])
    amount_cents = CentsField(required=False)
    payment_id = IdField(required=False)
    code = TextField(max_length=LONGEST_CODE, required=False, write_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = TenderKind(attrs["kind"].upper())
        needed = {"payment_id"} if kind is TenderKind.CARD else {"amount_cents"}
        needed |= {"code"} if kind.is_stored_value else set()
        for name in sorted(needed - attrs.keys()):
            raise serializers.ValidationError({name: ["This kind needs it."]}, code="required")
        for name in sorted(({"payment_id", "code"} - needed) & attrs.keys()):
            raise serializers.ValidationError({name: ["This kind has none."]}, code="surplus")
        if kind.is_stored_value and not attrs["amount_cents"]:
            raise serializers.ValidationError(
                {"amount_cents": ["Say how much of it is to be spent."]}, code="min_value"
            )
        is_card = kind is TenderKind.CARD
        if is_card and attrs.get("amount_cents", LEAST_CENTS) < LEAST_CENTS:
            raise serializers.ValidationError(
                {"amount_cents": [f"A card pays {LEAST_CENTS} cents at least."]}, code="min_value"
            )
        return attrs


class GiftCardIn(StrictSerializer):
    """A gift card that is sold with the order, or topped up: its code and what goes on to it."""

    code = TextField(
        max_length=LONGEST_CODE,
        write_only=True,
        help_text="Scanned from the card, or made by `POST gift-cards/codes`.",
    )
    amount_cents = CentsField(min_value=1)


class OrderIn(StrictSerializer):
    """A basket; with tenders and an age check where it is to be sold."""

    id = IdField(help_text="Made by the terminal; the same order keeps it on every retry.")
    lines = list_of(LineIn, most=MAX_LINES)
    gift_cards = list_of(GiftCardIn, most=MAX_GIFT_CARDS, required=False)
    age_check = AgeCheckIn(required=False, allow_null=True)
    tenders = list_of(TenderIn, most=MAX_TENDERS, required=False)
    tip_cents = CentsField(required=False)
    customer_id = IdField(required=False, allow_null=True)
    redeem_points = WholeNumberField(
        min_value=0, max_value=MAX_POINTS, required=False, help_text="Of the customer's points."
    )
    tax_exemption = TaxExemptionIn(required=False, allow_null=True)
    taken_at = InstantField(required=False, allow_null=True)
    coupons = serializers.ListField(
        child=TextField(max_length=LONGEST_COUPON),
        max_length=MAX_COUPONS,
        required=False,
        help_text="What the customer hands over, as it is printed.",
    )
    employee_price = YesOrNoField(
        required=False, help_text="Whether one of the staff buys. Who sells needs leave for that."
    )

    def validate_coupons(self, coupons: list[str]) -> list[str]:
        return [coupon.upper() for coupon in coupons]

    def validate_taken_at(self, taken_at: datetime | None) -> datetime | None:
        if taken_at and taken_at > timezone.now() + FASTEST_CLOCK:
            raise serializers.ValidationError("It lies in the future: set the till's clock.")
        return taken_at

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        _refuse_twins([line["id"] for line in lines], "id", "Another line has this id.")
        return lines

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs["lines"] or attrs.get("gift_cards")):
            raise serializers.ValidationError(
                {"lines": ["Sell something: this list may not be empty."]}, code="empty"
            )
        return attrs


class VoidIn(StrictSerializer):
    reason = TextField(max_length=200)
    approval = TextField(max_length=255, required=False, allow_null=True)


class ReturnLineIn(StrictSerializer):
    """How many of a line of the order come back."""

    line_id = IdField()
    quantity = WholeNumberField(min_value=1, max_value=MAX_QUANTITY)
    restock = YesOrNoField(help_text="Whether it can be sold again, and so goes back into stock.")


class RefundToIn(StrictSerializer):
    """Cash over the counter, or the part of a card or gift card by what it came in by."""

    kind = OneOfField([kind.value.lower() for kind in TenderKind])
    payment_id = IdField(required=False)
    account_id = IdField(
        required=False, help_text="The gift card or store credit, as the order's tenders name it."
    )
    amount_cents = CentsField(min_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = TenderKind(attrs["kind"].upper())
        needed = {"payment_id"} if kind is TenderKind.CARD else set()
        needed |= {"account_id"} if kind.is_stored_value else set()
        for name in sorted(needed - attrs.keys()):
            raise serializers.ValidationError({name: ["This kind needs it."]}, code="required")
        for name in sorted(({"payment_id", "account_id"} - needed) & attrs.keys()):
            raise serializers.ValidationError({name: ["This kind has none."]}, code="surplus")
        return attrs


class ReturnIn(StrictSerializer):
    """Goods brought back, and how their money goes back: together what the goods are worth.

    What a card had back by hand before may be left out.
    """

    id = IdField(required=False, help_text="Made by the terminal; by us, if it is left out.")
    lines = list_of(ReturnLineIn, most=MAX_LINES, allow_empty=False)
    refund_to = list_of(RefundToIn, most=MAX_TENDERS)
    reason = TextField(max_length=200)
    approval = TextField(max_length=255, required=False, allow_null=True)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        _refuse_twins([line["line_id"] for line in lines], "line_id", "This line stands twice.")
        return lines

    def validate_refund_to(self, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        named = [part.get("payment_id") or part.get("account_id") for part in parts]
        _refuse_twins(named, "payment_id", "Say once what goes back this way.")
        return parts


def _refuse_twins(keys: list[Any], name: str, detail: str) -> None:
    """Refuse a list in which two entries have the same key.

    Raises:
        ValidationError: at the second of them.
    """
    seen: set[Any] = set()
    for position, key in enumerate(keys):
        if key in seen:
            raise serializers.ValidationError(
                {str(position): {name: [detail]}}, code="duplicate-id"
            )
        seen.add(key)


class OrderQuery(PageQuery):
    """Which orders to list."""

    business_date = serializers.DateField(required=False)
    terminal = serializers.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    number = TextField(required=False, max_length=40)
    status = OneOfField(STATUSES, required=False)
