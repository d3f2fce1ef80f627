"""What the pages of an edition show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.functions import Abs
from django.urls import reverse

from apps.catalog.editions import (
    compare,
    count_reach,
    find_faults,
    find_warnings,
    list_compared,
    standing_of,
)
from apps.catalog.types import EditionState

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import PriceEdition

SHOWN = 25


def show_edition(edition: PriceEdition, now: datetime) -> dict[str, Any]:
    """Its standing, how it compares with today's prices, and what speaks against publishing it."""
    is_draft = edition.state == EditionState.DRAFT.value
    biggest = list_compared(edition, now).select_related("product", "book")
    ordered = biggest.order_by(Abs("change_cents").desc(nulls_last=True), "product__sku")
    return {
        "edition": edition,
        "standing": standing_of(edition, now),
        "compared": compare(edition, now),
        "reach": count_reach(edition),
        "faults": find_faults(edition, now) if is_draft else [],
        "cautions": find_warnings(edition, now) if is_draft else [],
        "biggest": [(each, _percent(each)) for each in ordered[:SHOWN]],
        "prices_url": reverse("admin:catalog_editionprice_changelist")
        + f"?edition__id__exact={edition.pk}",
    }


def page_of(edition: PriceEdition) -> str:
    """The address of its page."""
    return reverse("admin:catalog_priceedition_change", args=[edition.pk])


def _percent(compared: Any) -> str:
    if not compared.now_cents:
        return ""
    return f"{100 * compared.change_cents / compared.now_cents:+.1f} %"
