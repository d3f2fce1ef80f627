"""What an edition comes to: its standing, its prices beside those in force, and its faults.

Reads only. An edition is a set of prices for one or more price books that begin at one instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum

from apps.catalog.errors import EditionUnknown
from apps.catalog.models import EditionPrice, Price, PriceEdition, StorePriceBook
from apps.catalog.types import EditionState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

NAMED = 3  # products that a sentence names


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an edition cannot be published, as a sentence that says what to do."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the prices of an edition compare with those in force, by count."""

    prices: int
    dearer: int
    cheaper: int
    unchanged: int


def get_edition(*, edition_id: int) -> PriceEdition:
    """The edition.

    Raises:
        EditionUnknown: there is none.
    """
    edition = PriceEdition.objects.filter(pk=edition_id).first()
    if edition is None:
        raise EditionUnknown(f"There is no price edition {edition_id}.")
    return edition


def get_edition_named(*, code: str) -> PriceEdition:
    """The edition of that code.

    Raises:
        EditionUnknown: there is none; those that there are are named.
    """
    edition = PriceEdition.objects.filter(code=code.strip().upper()).first()
    if edition is None:
        codes = PriceEdition.objects.order_by("-pk").values_list("code", flat=True)
        known = ", ".join(codes[:10]) or "none yet"
        raise EditionUnknown(f"There is no price edition {code}. There is: {known}.")
    return edition


def standing_of(edition: PriceEdition, now: datetime) -> str:
    """Where an edition stands: draft, scheduled, live, superseded, withdrawn or rolled back."""
    start = edition.starts_at
    if edition.state == EditionState.DRAFT.value or start is None:
        return "draft"
    if edition.rolled_back_at is not None:
        return "withdrawn" if edition.rolled_back_at <= start else "rolled back"
    if start > now:
        return "scheduled"
    return "live" if list_in_force(edition, now).exists() else "superseded"


def list_in_force(edition: PriceEdition, now: datetime) -> QuerySet[Price]:
    """The prices of an edition that customers pay now."""
    later = Price.objects.filter(
        book=OuterRef("book"),
        product=OuterRef("product"),
        starts_at__gt=OuterRef("starts_at"),
        starts_at__lte=now,
    )
    return Price.objects.filter(~Exists(later), edition=edition, starts_at__lte=now)


def list_compared(edition: PriceEdition, now: datetime) -> QuerySet[EditionPrice]:
    """Its prices with `now_cents`, what the product costs in that book at an instant."""
    in_force = Price.objects.filter(
        book=OuterRef("book"), product=OuterRef("product"), starts_at__lte=now
    ).order_by("-starts_at")
    return (
        EditionPrice.objects.filter(edition=edition)
        .annotate(now_cents=Subquery(in_force.values("price_cents")[:1]))
        .annotate(change_cents=F("price_cents") - F("now_cents"))
    )


def compare(edition: PriceEdition, now: datetime) -> Comparison:
    """How many of its prices are dearer, cheaper, and as they are."""
    counts = list_compared(edition, now).aggregate(
        prices=Count("pk"),
        dearer=Count("pk", filter=Q(change_cents__gt=0)),
        cheaper=Count("pk", filter=Q(change_cents__lt=0)),
        unchanged=Count("pk", filter=Q(change_cents=0)),
    )
    return Comparison(**counts)


def find_faults(edition: PriceEdition, now: datetime) -> list[Fault]:
    """Everything that forbids to publish an edition now."""
    start, prices = edition.starts_at or now, EditionPrice.objects.filter(edition=edition)
    if not prices.exists():
        return [Fault("edition-empty", "It has no prices yet. Add some first.")]
    faults = []
    if start < now:
        text = "Its start is past. Choose one to come, or none to begin at once."
        faults.append(Fault("price-in-the-past", text))
    held = Price.objects.filter(book=OuterRef("book"), product=OuterRef("product"))
    if taken := _named(prices.filter(Exists(held.filter(starts_at=start)))):
        rivals = PriceEdition.objects.filter(
            dated_prices__starts_at=start, dated_prices__product__in=prices.values("product")
        ).distinct()
        others = ", ".join(rivals.order_by("code").values_list("code", flat=True)[:NAMED])
        text = (
            f"{taken} begin another price at the very same instant"
            f"{f' ({others})' if others else ''}. Choose another start, or leave them out."
        )
        faults.append(Fault("price-editions-overlap", text))
    if strangers := _named(prices.filter(~Exists(held.filter(starts_at__lt=start)))):
        text = (
            f"{strangers} have no price there yet, so they are not sold there and could not be"
            " rolled back. Leave them out, or give them a first price (Catalog, Products)."
        )
        faults.append(Fault("product-not-sold-there", text))
    return faults


def find_warnings(edition: PriceEdition, now: datetime) -> list[str]:
    """What a manager should see before they publish; nothing of it forbids to."""
    start, prices = edition.starts_at or now, EditionPrice.objects.filter(edition=edition)
    later = Price.objects.filter(
        book=OuterRef("book"), product=OuterRef("product"), starts_at__gt=start
    )
    used = StorePriceBook.objects.filter(book=OuterRef("book"), store__is_active=True)
    kinds = (
        (Q(price_cents=0), "cost nothing"),
        (Q(price_cents__gt=0, price_cents__lt=F("product__unit_cost_cents")), "are below cost"),
        (Q(product__is_active=False), "are switched off, so no till sells them"),
        (Q(Exists(later)), "have another price scheduled after it, which then takes over"),
        (Q(~Exists(used)), "stand in a price book that no store sells by"),
    )
    found = ((_named(prices.filter(condition)), text) for condition, text in kinds)
    return [f"{named} {text}." for named, text in found if named]


def prices_under(
    edition: PriceEdition, *, book_id: int, product_ids: Collection[int]
) -> Mapping[int, int]:
    """Cents by product, of those products that the edition prices in a book."""
    rows = EditionPrice.objects.filter(edition=edition, book=book_id, product__in=product_ids)
    return dict(rows.values_list("product_id", "price_cents"))


def count_reach(edition: PriceEdition) -> list[tuple[str, int, list[str]]]:
    """Each of its price books with how many prices it gets and the stores that sell by it."""
    stores: dict[int, list[str]] = {}
    for link in StorePriceBook.objects.select_related("store").order_by("store__code"):
        stores.setdefault(link.book_id, []).append(link.store.name)
    rows = (
        EditionPrice.objects.filter(edition=edition)
        .values("book", "book__name")
        .annotate(count=Count("pk"), sum=Sum("price_cents"))
        .order_by("book__name", "book")
    )
    return [(row["book__name"], row["count"], stores.get(row["book"], [])) for row in rows]


def _named(prices: QuerySet[EditionPrice]) -> str:
    """How many, and the first of them by name; empty where there is none."""
    if not (count := prices.count()):
        return ""
    skus = list(prices.order_by("product__sku").values_list("product__sku", flat=True)[:NAMED])
    more = ", ..." if count > len(skus) else ""
    return f"{count:,} product{'s' if count > 1 else ''} ({', '.join(skus)}{more})"
