"""A count as the API takes it, and the Z report that it answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import StrictSerializer, WholeNumberField
from apps.payments.api.shift_serializers import KINDS
from apps.payments.types import TenderKind

MOST_OF_A_KIND = 1_000_000


class CountIn(StrictSerializer):
    """What was counted in the drawer."""

    counted = serializers.DictField(
        child=WholeNumberField(min_value=0, max_value=MOST_OF_A_KIND),
        help_text='How many of each coin and note, by its worth in cents: {"100": 12, "500": 3}. '
        "An empty drawer is `{}`.",
    )


class SalesSums(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    subtotal_cents = serializers.IntegerField()
    discount_cents = serializers.IntegerField()
    state_tax_cents = serializers.IntegerField()
    surtax_cents = serializers.IntegerField()
    tax_cents = serializers.IntegerField()
    tip_cents = serializers.IntegerField()
    total_cents = serializers.IntegerField()


class ReturnSums(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    tax_cents = serializers.IntegerField()
    total_cents = serializers.IntegerField()


class GiftCardSums(serializers.Serializer[Any]):
    """Gift cards that were sold: in the totals and the tenders, owed, and no revenue."""

    sold_cents = serializers.IntegerField()
    voided_cents = serializers.IntegerField()


class TenderSums(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([kind.value.lower() for kind in TenderKind])
    card_brand = serializers.CharField(allow_null=True)
    taken_cents = serializers.IntegerField(help_text="Of cash, less the change.")
    handed_back_cents = serializers.IntegerField(help_text="By voids and returns.")
    net_cents = serializers.IntegerField()


class ReceiptSpan(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    first = serializers.CharField(allow_null=True)
    last = serializers.CharField(allow_null=True)


class ExemptSums(serializers.Serializer[Any]):
    """Sales under a certificate of exemption, without tips."""

    count = serializers.IntegerField()
    sales_cents = serializers.IntegerField()
    back_cents = serializers.IntegerField(help_text="Of it, what voids and returns took back.")
    net_cents = serializers.IntegerField()


class TipsOut(serializers.Serializer[Any]):
    """Tips of one cashier, less those of voided sales."""

    cashier_id = serializers.IntegerField()
    name = serializers.CharField()
    tip_cents = serializers.IntegerField()
    by_card_cents = serializers.IntegerField(help_text="On cards: never in the drawer.")
    by_gift_card_cents = serializers.IntegerField(
        required=False,
        help_text="On gift cards and store credit; an older Z tells them with the cards.",
    )
    in_cash_cents = serializers.IntegerField(help_text="In the drawer until it is paid out.")


class TakingsOut(serializers.Serializer[Any]):
    """What was sold, voided and taken back."""

    sales = SalesSums()
    voids = SalesSums()
    returns = ReturnSums()
    without_receipt = ReturnSums(help_text="Those of `returns` that had none: to store credit.")
    tax_cents = serializers.IntegerField(help_text="Of sales less voids and returns.")
    net_cents = serializers.IntegerField(help_text="Sales less voids and returns, tips included.")
    gift_cards = GiftCardSums()
    tenders = TenderSums(many=True)
    orders = ReceiptSpan()
    cash_rounding_cents = serializers.IntegerField(
        required=False, help_text="The tenders' net is net_cents and this: cash without pennies."
    )
    tips = TipsOut(many=True, required=False)
    format = serializers.IntegerField(
        required=False, help_text="2 where tips are told by what paid them; older ones do not say."
    )
    exempt = ExemptSums(required=False, help_text="Not on a Z written before it was counted.")
    expected_cents = serializers.IntegerField()
    variance_cents = serializers.IntegerField()


class PlaceOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ZStore(PlaceOut):
    code = serializers.CharField()


class ZTerminal(PlaceOut):
    number = serializers.IntegerField()


class ZCash(serializers.Serializer[Any]):
    """What moved through the drawer, all positive."""

    opening_float_cents = serializers.IntegerField()
    sales_cents = serializers.IntegerField()
    voids_cents = serializers.IntegerField()
    returns_cents = serializers.IntegerField()
    pay_ins_cents = serializers.IntegerField()
    pay_outs_cents = serializers.IntegerField()
    drops_cents = serializers.IntegerField()
    no_sales = serializers.IntegerField()


class ZMovement(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KINDS)
    amount_cents = serializers.IntegerField()
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class EarlierCount(serializers.Serializer[Any]):
    counted_cents = serializers.IntegerField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class AmendedOrder(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()


class ZAmendmentOut(TakingsOut):
    """A sale that arrived late: what it adds to the Z, which stays as it is."""

    number = serializers.IntegerField(help_text="Without gaps per Z.")
    z_number = serializers.IntegerField()
    shift_id = serializers.UUIDField()
    order = AmendedOrder()
    taken_at = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField()
    sold_by = serializers.CharField()


class ZOut(TakingsOut):
    """The Z of a shift, as it was when the drawer was counted."""

    number = serializers.IntegerField(help_text="Without gaps per terminal.")
    shift_id = serializers.UUIDField()
    store = ZStore()
    terminal = ZTerminal()
    timezone = serializers.CharField()
    county = serializers.CharField()
    business_date = serializers.DateField()
    opened_at = serializers.DateTimeField()
    opened_by = serializers.CharField()
    closed_at = serializers.DateTimeField()
    closed_by = serializers.CharField()
    cash = ZCash()
    cash_movements = ZMovement(many=True)
    counted = serializers.DictField(child=serializers.IntegerField())
    earlier_counts = EarlierCount(many=True)
    counted_cents = serializers.IntegerField()
    amendments = ZAmendmentOut(many=True)
