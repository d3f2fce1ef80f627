"""Prices: set now, scheduled, taken off the schedule. What has begun stays as it was."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.catalog.errors import PriceInThePast, PriceTaken, PriceUnknown
from apps.catalog.events import ToldPrice
from apps.catalog.models import Price, PriceBook, StorePriceBook
from apps.catalog.services.telling import of_product, tell_prices
from apps.core import audit
from apps.core.reference import bump_revision

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.types import PricePoint
    from apps.core.types import JSON, Actor

_NAMED = ("product", "book", "edition")  # what tells a price to other systems


@transaction_required
def schedule_price(
    *, actor: Actor, book_id: int, product_id: int, point: PricePoint, now: datetime
) -> Price:
    """Let a price begin at an instant that is not past; `now` changes it at once.

    Raises:
        PriceInThePast: it would rewrite what customers were charged.
        PriceTaken: another price of this product and book begins at that very instant.
    """
    if point.starts_at < now:
        raise PriceInThePast("Choose a start that is not past; what was charged stays as it was.")
    bump_revision()
    price, is_new = Price.objects.select_related(*_NAMED).get_or_create(
        book_id=book_id,
        product_id=product_id,
        starts_at=point.starts_at,
        defaults={
            "price_cents": point.price_cents,
            "created_at": now,
            "created_by": actor.name,
        },
    )
    if not is_new:
        raise PriceTaken("Take the other price off the schedule first, or choose another start.")
    facts: dict[str, JSON] = {
        "book": book_id,
        "price_cents": point.price_cents,
        "starts_at": point.starts_at.isoformat(),
    }
    audit.record(audit.AuditFact(now, actor, "price.scheduled", f"product:{product_id}", facts))
    _tell(price, now)
    return price


@transaction_required
def withdraw_price(*, actor: Actor, price_id: int, now: datetime) -> None:
    """Take a price that has not begun off the schedule.

    Raises:
        PriceUnknown: it is not on the schedule any more.
        PriceInThePast: it has begun, so customers may have been charged by it.
    """
    bump_revision()
    price = Price.objects.select_related(*_NAMED).filter(pk=price_id).first()
    if price is None:
        raise PriceUnknown("This price was withdrawn already.")
    if not Price.objects.filter(pk=price_id, starts_at__gt=now).delete()[0]:
        raise PriceInThePast("This price is in force already. Set a new price instead.")
    facts: dict[str, JSON] = {
        "price_cents": price.price_cents,
        "starts_at": price.starts_at.isoformat(),
    }
    subject = f"product:{price.product_id}"
    audit.record(audit.AuditFact(now, actor, "price.withdrawn", subject, facts))
    _tell(price, now, is_withdrawn=True)


@transaction_required
def give_store_its_book(*, store_id: int, code: str, name: str) -> PriceBook:
    """Let a store sell by the book of that code, made first where there is none."""
    bump_revision()
    book, _ = PriceBook.objects.get_or_create(code=code, defaults={"name": name})
    StorePriceBook.objects.update_or_create(store_id=store_id, defaults={"book": book})
    return book


def _tell(price: Price, now: datetime, *, is_withdrawn: bool = False) -> None:
    told = ToldPrice(
        price.product.sku,
        price.book.code,
        price.starts_at.astimezone(UTC),
        price.price_cents,
        price.edition.code if price.edition else None,
        is_withdrawn,
    )
    tell_prices(aggregate=of_product(told.sku), told=[told], now=now)
