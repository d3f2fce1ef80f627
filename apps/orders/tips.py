"""Tips: whose they are, and whether they lie in the drawer.

A tip is the cashier's who sold. It was put on a card as far as cards paid that much of the sale,
and on a gift card or store credit as far as these did; the rest of it is cash, and lies in the
drawer until it is paid out.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from apps.orders.models import Order

type Tips = list[dict[str, Any]]
CENTS = ("tip_cents", "by_card_cents", "by_gift_card_cents", "in_cash_cents")
KINDS = (
    ("in_cash_cents", "in cash"),
    ("by_card_cents", "on cards"),
    ("by_gift_card_cents", "on gift cards"),
)
_TAKEN = Q(tenders__amount_cents__gt=0, tenders__return_id__isnull=True)


def sum_tips(*, sold: QuerySet[Order], voided: QuerySet[Order]) -> Tips:
    """Tips by cashier, less those of sales that were voided, in the order of their names."""
    return merge_tips([_by_cashier(sold, 1), _by_cashier(voided, -1)])


def merge_tips(parts: Iterable[Tips]) -> Tips:
    """Tips by cashier out of several lists; who comes to nothing is left out.

    Older lists tell what gift cards paid with the cards.
    """
    sums: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(CENTS, 0))
    names: dict[int, str] = {}
    for entry in (entry for part in parts for entry in part):
        names[entry["cashier_id"]] = entry["name"]
        for key in CENTS:
            sums[entry["cashier_id"]][key] += entry.get(key, 0)
    return [
        {"cashier_id": key, "name": names[key], **sums[key]}
        for key in sorted(names, key=lambda key: (names[key], key))
        if any(sums[key].values())
    ]


def as_once_told(tips: Tips) -> Tips:
    """The tips as older lists tell them: gift cards among the cards."""
    return [
        {
            **{key: value for key, value in entry.items() if key != "by_gift_card_cents"},
            "by_card_cents": entry["by_card_cents"] + entry.get("by_gift_card_cents", 0),
        }
        for entry in tips
    ]


def _by_cashier(orders: QuerySet[Order], sign: int) -> Tips:
    tipped = orders.filter(tip_cents__gt=0).annotate(
        cards=_paid_by(TenderKind.CARD),
        stored=_paid_by(*(kind for kind in TenderKind if kind.is_stored_value)),
    )
    rows = tipped.order_by("pk").values_list(
        "cashier", "cashier_name", "tip_cents", "cards", "stored"
    )
    tips = []
    for cashier, name, tip_cents, cards, stored in rows:
        by_card = min(tip_cents, cards)
        by_gift_card = min(tip_cents - by_card, stored)
        cents = (tip_cents, by_card, by_gift_card, tip_cents - by_card - by_gift_card)
        signed = {key: sign * value for key, value in zip(CENTS, cents, strict=True)}
        tips.append({"cashier_id": cashier, "name": name, **signed})
    return tips


def _paid_by(*kinds: TenderKind) -> Coalesce:
    """What of an order was paid by these kinds of tender."""
    of_kind = Q(tenders__kind__in=[kind.value for kind in kinds])
    return Coalesce(Sum("tenders__amount_cents", filter=_TAKEN & of_kind), 0)
