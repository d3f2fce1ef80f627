"""What the sale answers, for the OpenAPI page; `orders.documents` builds it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.catalog.api.serializers import ModifierOut
from apps.catalog.promotions.types import PromotionKind
from apps.orders.api.buyers import TaxExemptionOut
from apps.orders.types import OrderStatus
from apps.payments.types import TenderKind

PROMOTION_KINDS = [*(kind.value.lower() for kind in PromotionKind), "points"]


class DiscountOut(serializers.Serializer[Any]):
    promotion = serializers.IntegerField(allow_null=True, help_text="None for points.")
    code = serializers.CharField()
    name = serializers.CharField(help_text="As the receipt says it.")
    kind = serializers.ChoiceField(PROMOTION_KINDS)
    version = serializers.IntegerField(help_text="Of the promotion, when it was applied.")
    price_book = serializers.CharField(help_text="Whose prices it was taken off.")
    amount_cents = serializers.IntegerField()
    units = serializers.IntegerField(help_text="Base units that it was taken off.")


class LineOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    product_id = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    pack_size = serializers.IntegerField(help_text="Base units in one of `quantity`.")
    unit_price_cents = serializers.IntegerField(help_text="Of one of `quantity`, with modifiers.")
    price_edition = serializers.CharField(
        help_text="Code of the edition that published this price; empty of any other price."
    )
    discount_cents = serializers.IntegerField()
    tax_cents = serializers.IntegerField(help_text="The line's share of the sale's tax.")
    total_cents = serializers.IntegerField(help_text="quantity x unit price - discount + tax.")
    discounts = DiscountOut(many=True)
    modifiers = ModifierOut(many=True)
    note = serializers.CharField()


class SoldLineOut(LineOut):
    returned_quantity = serializers.IntegerField(help_text="Of `quantity`, taken back since.")
    returned_cents = serializers.IntegerField(help_text="Of `total_cents`, given back since.")


class TenderOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([kind.value.lower() for kind in TenderKind])
    amount_cents = serializers.IntegerField(help_text="Negative where money was handed back.")
    payment_id = serializers.UUIDField(allow_null=True)
    account_id = serializers.UUIDField(
        required=False, help_text="Of a gift card or store credit, as the two below; no secret."
    )
    last4 = serializers.CharField(required=False, help_text="The end of its code.")
    left_cents = serializers.IntegerField(required=False, help_text="On it, after this.")


class GiftCardOut(serializers.Serializer[Any]):
    account_id = serializers.UUIDField()
    last4 = serializers.CharField()
    amount_cents = serializers.IntegerField(help_text="What went on to it.")
    balance_cents = serializers.IntegerField(help_text="What was on it then.")


class StoreOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()


class RegisterOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    name = serializers.CharField()


class ClerkOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class AgeCheckOut(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(["accepted"])
    method = serializers.ChoiceField(["scan", "typed"])


class WarningOut(serializers.Serializer[Any]):
    code = serializers.CharField(
        help_text="stock-negative, price-changed, taken-outside-shift or coupon-not-used."
    )
    detail = serializers.CharField()


class PointsOut(serializers.Serializer[Any]):
    """Loyalty points of the sale, as it was made."""

    earned = serializers.IntegerField()
    redeemed = serializers.IntegerField()


class BasketOut(serializers.Serializer[Any]):
    """A priced basket."""

    lines = LineOut(many=True)
    subtotal_cents = serializers.IntegerField()
    discount_cents = serializers.IntegerField()
    tax_cents = serializers.IntegerField()
    state_tax_cents = serializers.IntegerField(help_text="The state's part of `tax_cents`.")
    surtax_cents = serializers.IntegerField(help_text="The county's part of `tax_cents`.")
    total_cents = serializers.IntegerField()
    tax_exemption = TaxExemptionOut(allow_null=True)
    points = PointsOut(allow_null=True)


class Order(BasketOut):
    """A sale. subtotal - discount + tax + tip + gift cards = total.

    Its tenders less the change are the total and the cash rounding, less what was returned.
    """

    lines = SoldLineOut(many=True)
    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField([status.value for status in OrderStatus])
    business_date = serializers.DateField()
    store = StoreOut()
    terminal = RegisterOut()
    cashier = ClerkOut()
    customer_id = serializers.UUIDField(allow_null=True)
    tip_cents = serializers.IntegerField()
    gift_cards = GiftCardOut(many=True)
    gift_cards_cents = serializers.IntegerField(help_text="In `total_cents`; no revenue, no tax.")
    tenders = TenderOut(many=True)
    paid = serializers.BooleanField(
        help_text="All its money is taken: cash at once, a card when Stripe has confirmed that."
    )
    change_cents = serializers.IntegerField()
    cash_rounding_cents = serializers.IntegerField(
        help_text="Paid beyond the total in cash, -2 to 2, in a store without pennies."
    )
    age_check = AgeCheckOut(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True)
    placed_at = serializers.DateTimeField()
    voided_at = serializers.DateTimeField(allow_null=True)
    warnings = WarningOut(many=True)


class ReturnedLineOut(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    product_id = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    restock = serializers.BooleanField()
    stock_units = serializers.IntegerField(help_text="Base units that went back into stock.")
    tax_cents = serializers.IntegerField(help_text="Of `total_cents`.")
    total_cents = serializers.IntegerField(help_text="What goes back for it, with tax.")


class HeldRefundOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    payment_id = serializers.UUIDField()
    amount_cents = serializers.IntegerField(help_text="On its way back to the card.")


class Return(serializers.Serializer[Any]):
    """Goods taken back. The tenders are what they were worth, negative; the refunds what is sent.

    What a card had back before is in the tenders, and in no refund.
    """

    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    number = serializers.CharField(help_text="Of the order.")
    business_date = serializers.DateField(help_text="Of the return.")
    cashier = ClerkOut()
    reason = serializers.CharField()
    lines = ReturnedLineOut(many=True)
    tax_cents = serializers.IntegerField(help_text="Of `total_cents`.")
    total_cents = serializers.IntegerField()
    cash_rounding_cents = serializers.IntegerField(
        help_text="Handed back beyond the total in cash, in a store without pennies."
    )
    tenders = TenderOut(many=True)
    refunds = HeldRefundOut(many=True)
    returned_at = serializers.DateTimeField()


class Requirements(serializers.Serializer[Any]):
    minimum_age = serializers.IntegerField(help_text="0 where no age check is needed.")
    selling_hours_ok = serializers.BooleanField()
    approvals = serializers.ListField(child=serializers.CharField())


class Quote(BasketOut):
    """What the basket costs now. The prices hold for this order id for fifteen minutes."""

    id = serializers.UUIDField()
    tip_cents = serializers.IntegerField()
    cash_total_cents = serializers.IntegerField(help_text="The total, if all is paid in cash.")
    gift_cards_cents = serializers.IntegerField()
    requires = Requirements()
    warnings = WarningOut(many=True)


class ParkedOrder(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    parked_at = serializers.DateTimeField()
    parked_by = serializers.CharField()
    resumed_at = serializers.DateTimeField(allow_null=True)
    order = serializers.DictField(help_text="The basket as it was sent.")


class Stock(serializers.Serializer[Any]):
    """Base units; null for what is made to order."""

    on_hand = serializers.IntegerField(allow_null=True)
    available = serializers.IntegerField(allow_null=True)
