"""Drafts of editions: begun, changed, filled from the prices in force, copied."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import batched
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, Subquery
from django_subatomic.db import transaction_required

from apps.catalog.editions import get_edition
from apps.catalog.errors import EditionCodeTaken, EditionStateConflict
from apps.catalog.models import EditionPrice, Price, PriceEdition, Product
from apps.catalog.models.product import MAX_PRICE_CENTS
from apps.catalog.types import EditionState
from apps.core import audit
from apps.core.money import round_half_up
from apps.core.reference import bump_revision

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from apps.core.types import JSON, Actor

ROWS_AT_ONCE = 2_000
HUNDRED = Decimal(100)


class Ending(StrEnum):
    """How calculated prices end."""

    EXACT = "EXACT"
    NINE = "NINE"
    NINETY_NINE = "NINETY_NINE"


_STEPS = {Ending.EXACT: 1, Ending.NINE: 10, Ending.NINETY_NINE: 100}


@dataclass(frozen=True, slots=True)
class Header:
    """What an edition is called, and when it begins; without a start, when it is published."""

    code: str
    name: str
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rise:
    """Which prices are copied, and by how much they change on the way."""

    book_ids: Collection[int]
    percent: Decimal = Decimal(0)
    ending: Ending = Ending.EXACT
    category_ids: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a product is to cost in a price book."""

    book_id: int
    product_id: int
    price_cents: int


def changed_price(cents: int, percent: Decimal, ending: Ending) -> int:
    """A price changed by a percentage, at the nearest amount with that ending.

    What is free stays free, and nothing that is not becomes so. Halfway goes up.
    """
    if not cents:
        return 0
    exact = round_half_up(cents * (HUNDRED + percent) / HUNDRED)
    step = _STEPS[ending]
    if step > 1:
        exact = (exact + 1 + step // 2) // step * step - 1
    return min(max(exact, step - 1, 1), MAX_PRICE_CENTS)


@transaction_required
def create_edition(*, actor: Actor, header: Header, now: datetime) -> PriceEdition:
    """Begin a draft without prices. Tills know nothing of it.

    Raises:
        EditionCodeTaken: another edition has its code.
    """
    bump_revision()
    _refuse_taken(header.code, pk=None)
    edition = PriceEdition.objects.create(
        code=header.code,
        name=header.name,
        starts_at=header.starts_at,
        created_at=now,
        created_by=actor.name,
    )
    _note(actor, "drafted", edition, now, {})
    return edition


@transaction_required
def change_edition(*, actor: Actor, edition_id: int, header: Header, now: datetime) -> PriceEdition:
    """Name a draft anew, or give it another start.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is published.
        EditionCodeTaken: another edition has its code.
    """
    bump_revision()
    edition = get_draft(edition_id)
    _refuse_taken(header.code, pk=edition_id)
    PriceEdition.objects.filter(pk=edition_id).update(
        code=header.code,
        name=header.name,
        starts_at=header.starts_at,
        version=F("version") + 1,
    )
    edition.refresh_from_db()
    _note(actor, "changed", edition, now, {})
    return edition


@transaction_required
def set_prices(
    *,
    actor: Actor,
    edition_id: int,
    planned: Iterable[Planned],
    now: datetime,
    on_progress: Callable[[int], None] = lambda _prices: None,
) -> int:
    """Put prices into a draft; those of the same product and book are replaced. How many it were.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is published.
    """
    bump_revision()
    edition = get_draft(edition_id)
    count = 0
    for some in batched(planned, ROWS_AT_ONCE):
        EditionPrice.objects.bulk_create(
            (
                EditionPrice(
                    edition=edition,
                    book_id=each.book_id,
                    product_id=each.product_id,
                    price_cents=each.price_cents,
                )
                for each in some
            ),
            update_conflicts=True,
            unique_fields=["edition", "book", "product"],
            update_fields=["price_cents"],
        )
        count += len(some)
        on_progress(len(some))
    note_filled(actor, edition, now, count)
    return count


@transaction_required
def drop_prices(*, actor: Actor, edition_id: int, price_ids: Collection[int], now: datetime) -> int:
    """Take some prices out of a draft. How many it were.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is published.
    """
    bump_revision()
    edition = get_draft(edition_id)
    rows = EditionPrice.objects.filter(edition=edition, pk__in=price_ids)
    count = rows.delete()[0]
    PriceEdition.objects.filter(pk=edition.pk).update(version=F("version") + 1)
    edition.refresh_from_db(fields=["version"])
    _note(actor, "thinned", edition, now, {"prices": count})
    return count


@transaction_required
def copy_current(*, actor: Actor, edition_id: int, rise: Rise, now: datetime) -> int:
    """Put the prices in force into a draft, changed by some percent. How many it were.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is published.
    """
    planned = (
        Planned(book_id, product_id, changed_price(cents, rise.percent, rise.ending))
        for book_id in sorted(rise.book_ids)
        for product_id, cents in _in_force(book_id, rise.category_ids, now)
    )
    return set_prices(actor=actor, edition_id=edition_id, planned=planned, now=now)


@transaction_required
def copy_edition(*, actor: Actor, edition_id: int, header: Header, now: datetime) -> PriceEdition:
    """A new draft with the prices of an edition, whatever became of that.

    Raises:
        EditionUnknown, EditionCodeTaken: there is none, or the new code is another's.
    """
    source = get_edition(edition_id=edition_id)
    copy = create_edition(actor=actor, header=header, now=now)
    rows = EditionPrice.objects.filter(edition=source).order_by("pk")
    values = rows.values_list("book_id", "product_id", "price_cents").iterator()
    set_prices(actor=actor, edition_id=copy.pk, planned=(Planned(*row) for row in values), now=now)
    copy.refresh_from_db()
    return copy


def get_draft(edition_id: int) -> PriceEdition:
    """An edition that may still be changed.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is published.
    """
    edition = get_edition(edition_id=edition_id)
    if edition.state != EditionState.DRAFT.value:
        raise EditionStateConflict(
            "It was published, so it stays as it is. Copy it to a new draft."
        )
    return edition


def note_filled(actor: Actor, edition: PriceEdition, now: datetime, count: int) -> None:
    """Prices were put into a draft: its next version."""
    PriceEdition.objects.filter(pk=edition.pk).update(version=F("version") + 1)
    edition.refresh_from_db(fields=["version"])
    _note(actor, "filled", edition, now, {"prices": count})


def _in_force(
    book_id: int, category_ids: Collection[int], now: datetime
) -> Iterable[tuple[int, int]]:
    prices = Price.objects.filter(book=book_id, product=OuterRef("pk"), starts_at__lte=now)
    newest = Subquery(prices.order_by("-starts_at").values("price_cents")[:1])
    wanted = Q(category__in=category_ids) if category_ids else Q()
    products = Product.objects.filter(wanted, is_active=True).annotate(cents=newest)
    priced = products.filter(cents__isnull=False).order_by("pk")
    return priced.values_list("pk", "cents").iterator()


def _refuse_taken(code: str, *, pk: int | None) -> None:
    if PriceEdition.objects.filter(~Q(pk=pk), code=code).exists():
        raise EditionCodeTaken(f"Choose another code than {code}.", edition=code)


def _note(
    actor: Actor, what: str, edition: PriceEdition, now: datetime, facts: dict[str, JSON]
) -> None:
    said: dict[str, JSON] = {"code": edition.code, "version": edition.version, **facts}
    audit.record(
        audit.AuditFact(now, actor, f"price_book.{what}", f"price-edition:{edition.pk}", said)
    )
