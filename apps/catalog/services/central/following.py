"""Taking products over from a head office: what it says holds, and only what differs is written.

A store server is sold from while this goes on. So each page is one short transaction, a page of
which nothing differs is none, and whatever comes twice changes nothing the second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from itertools import batched
from typing import TYPE_CHECKING, Self

from django_subatomic.db import transaction_required

from apps.catalog.events import ToldPrice
from apps.catalog.models import Barcode, Price, PriceBook, Product
from apps.catalog.services.central.planning import plan_page
from apps.catalog.services.central.reading import Gone
from apps.catalog.services.imports.books import find_books_instead
from apps.catalog.services.imports.saving import save_products
from apps.catalog.services.imports.states import products_with_state, state_of
from apps.catalog.services.modifiers import save_modifier_group
from apps.catalog.services.telling import (
    ToldProduct,
    list_told,
    of_many,
    tell_prices,
    tell_products,
)
from apps.core import audit
from apps.core.reference import bump_revision
from apps.stores.selectors import list_store_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from apps.catalog.services.central.planning import Page, Plan, PricePlan
    from apps.core.types import JSON, Actor

PRODUCTS_AT_ONCE = 500
SKUS_NAMED = 50
AGGREGATE = of_many("head-office", "catalog")


@dataclass(slots=True)
class Taken:
    """What a page has changed here. Prices are those that were set, scheduled or withdrawn."""

    created: int = 0
    changed: int = 0
    retired: int = 0
    prices: int = 0
    books: set[str] = field(default_factory=set)

    def __iadd__(self, other: Taken) -> Self:
        self.created += other.created
        self.changed += other.changed
        self.retired += other.retired
        self.prices += other.prices
        self.books |= other.books
        return self

    @property
    def is_nothing(self) -> bool:
        """Whether everything was as the head office says already."""
        return not (self.created or self.changed or self.retired or self.prices)


@transaction_required
def take_over(*, actor: Actor, page: Page, now: datetime) -> Taken:
    """Make these products what the head office says they are.

    What differs is compared once more under the lock of reference data, so that nobody's change in
    between is half overwritten. What has begun of a price stays: another price begins at `now`.
    """
    plan = plan_page(page, now)
    if not plan.changes_something:
        return Taken(books=set(plan.prices))
    bump_revision()
    plan = plan_page(page, now)
    keys = _write_products(plan, now)
    prices = [
        told
        for book, some in plan.prices.items()
        for told in _write_prices(book, some, keys, actor, now)
    ]
    _tell(plan, prices, now)
    taken = _count(plan, len(prices))
    _note(actor, plan, taken, now)
    return taken


@transaction_required
def retire_others(*, actor: Actor, skus: Collection[str], now: datetime) -> Taken:
    """Retire the products of the head office that are not among these: it knows them no more."""
    ours = Product.objects.filter(is_central=True, is_active=True).order_by("sku")
    gone = [sku for sku in ours.values_list("sku", flat=True) if sku not in skus]
    taken = Taken()
    for some in batched(gone, PRODUCTS_AT_ONCE):
        taken += take_over(actor=actor, page=[Gone(sku) for sku in some], now=now)
    return taken


def find_idle_books(*, books: Collection[str]) -> str:
    """A sentence where no store here sells by the head office's prices; else empty."""
    if not list_store_names():
        return (
            "This installation has no store yet, so nobody sells what was read. Make one in the"
            " back office: Stores, Add; and choose its price book on its page."
        )
    for book in sorted(books):
        if (used := find_books_instead(code=book)) is not None:
            instead = f"they sell by {', '.join(used)}" if used else "they have none"
            return (
                f"The head office's prices are in the price book {book}, and no store here sells"
                f" by it: {instead}. Choose it on the store's page."
            )
    return ""


def _write_products(plan: Plan, now: datetime) -> dict[str, int]:
    """Groups first, which products name; then codes are freed for who has them now."""
    for group in plan.groups:
        save_modifier_group(
            name=group.name,
            minimum=group.minimum,
            maximum=group.maximum,
            choices=dict(group.choices),
            now=now,
        )
    for product_id, renamed in plan.renames:
        Product.objects.filter(pk=product_id).update(sku=renamed.sku)
    for product_id, gtins in plan.robbed.items():
        Barcode.objects.filter(product=product_id, gtin__in=gtins, is_active=True).delete()
    keys = save_products(plan.edits)
    made = [keys[edit.sku] for edit in plan.edits if edit.product_id is None]
    Product.objects.filter(pk__in=[*made, *plan.adopted]).update(is_central=True)
    return keys


def _write_prices(
    book_code: str, plan: PricePlan, keys: dict[str, int], actor: Actor, now: datetime
) -> Iterator[ToldPrice]:
    """Write prices of one book; what others are to be told of them, withdrawn ones first."""
    if not (plan.begin or plan.withdraw):
        return
    book, _ = PriceBook.objects.get_or_create(code=book_code, defaults={"name": book_code.title()})
    surplus = Price.objects.filter(pk__in=plan.withdraw)
    yield from list(list_told(surplus, is_withdrawn=True))
    surplus.delete()
    skus = {sku for sku, _, _ in plan.begin} - keys.keys()
    keys = keys | dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk"))
    Price.objects.bulk_create(
        Price(
            book=book,
            product_id=keys[sku],
            starts_at=starts_at,
            price_cents=cents,
            created_at=now,
            created_by=actor.name,
        )
        for sku, starts_at, cents in plan.begin
    )
    for sku, starts_at, cents in plan.begin:
        yield ToldPrice(sku, book_code, starts_at.astimezone(UTC), cents)


def _tell(plan: Plan, prices: list[ToldPrice], now: datetime) -> None:
    tell_products(aggregate=AGGREGATE, told=_told(plan, now), now=now)
    tell_prices(aggregate=AGGREGATE, told=prices, now=now)


def _told(plan: Plan, now: datetime) -> Iterator[ToldProduct]:
    before = plan.previous_skus
    for edit in plan.edits:
        yield ToldProduct(edit.sku, edit.after, previous_sku=before.get(edit.sku))
    for row in products_with_state(None, now).filter(pk__in=plan.robbed).order_by("pk"):
        yield ToldProduct(row.sku, state_of(row))


def _count(plan: Plan, prices: int) -> Taken:
    created = sum(edit.before is None for edit in plan.edits)
    retired = sum(
        edit.before is not None and edit.before["is_active"] and not edit.after["is_active"]
        for edit in plan.edits
    )
    changed = len(plan.edits) - created - retired + len(plan.robbed)
    return Taken(created, changed, retired, prices, set(plan.prices))


def _note(actor: Actor, plan: Plan, taken: Taken, now: datetime) -> None:
    begun = (sku for some in plan.prices.values() for sku, _, _ in some.begin)
    skus: list[JSON] = [*dict.fromkeys([*(edit.sku for edit in plan.edits), *begun])]
    facts: dict[str, JSON] = {
        "created": taken.created,
        "changed": taken.changed,
        "retired": taken.retired,
        "prices": taken.prices,
        "skus": skus[:SKUS_NAMED],
    }
    audit.record(audit.AuditFact(now, actor, "catalog.taken_over", "catalog:head-office", facts))
