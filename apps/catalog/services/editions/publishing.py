"""Editions published and rolled back: many prices in few statements, in one transaction.

See docs/adr/0019-an-edition-of-prices-begins-at-once.md.
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django_subatomic.db import savepoint, transaction_required

from apps.catalog.editions import find_faults, get_edition, list_in_force
from apps.catalog.errors import EditionNotPublishable, EditionsOverlap, EditionStateConflict
from apps.catalog.models import EditionPrice, Price, PriceEdition
from apps.catalog.services.telling import list_told, of_many, tell_prices
from apps.catalog.types import EditionState
from apps.core import audit
from apps.core.errors import FieldError
from apps.core.reference import bump_revision
from apps.core.sql import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from apps.catalog.events import ToldPrice
    from apps.core.sql import Row
    from apps.core.types import JSON, Actor

PRICES_AT_ONCE = 5_000
_COLUMNS = "book_id, product_id, starts_at, price_cents, created_at, created_by, edition_id"
_PUBLISH = (
    f"INSERT INTO catalog_price ({_COLUMNS})"  # noqa: S608 - our own names, values are bound
    " SELECT book_id, product_id, %s, price_cents, %s, %s, edition_id FROM catalog_editionprice"
    " WHERE edition_id = %s AND id > %s AND id <= %s"
)
# What held before an edition is the latest price from before its start that is no part of an
# edition rolled back meanwhile. It holds again wherever the edition's own price is in force.
_HOLD_AGAIN = (
    f"INSERT INTO catalog_price ({_COLUMNS})"  # noqa: S608 - our own names, values are bound
    " SELECT prior.book_id, prior.product_id, %s, prior.price_cents, %s, %s, prior.edition_id"
    " FROM catalog_price AS own JOIN catalog_price AS prior ON prior.id = ("
    " SELECT held.id FROM catalog_price AS held"
    " LEFT JOIN catalog_priceedition AS edition ON edition.id = held.edition_id"
    " WHERE held.book_id = own.book_id AND held.product_id = own.product_id"
    " AND held.starts_at < %s AND (held.edition_id IS NULL OR edition.state = 'PUBLISHED')"
    " ORDER BY held.starts_at DESC LIMIT 1)"
    " WHERE own.edition_id = %s AND own.starts_at < %s AND NOT EXISTS ("
    " SELECT 1 FROM catalog_price AS later WHERE later.book_id = own.book_id"
    " AND later.product_id = own.product_id AND later.starts_at > own.starts_at"
    " AND later.starts_at <= %s)"
    " RETURNING id"
)


def _unheard(_prices: int) -> None:
    """Nobody watches."""


@transaction_required
def publish_edition(
    *,
    actor: Actor,
    edition_id: int,
    now: datetime,
    on_progress: Callable[[int], None] = _unheard,
) -> PriceEdition:
    """Make the prices of a draft dated prices, from its start on; `on_progress` counts them.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is no draft any more.
        EditionNotPublishable: its start is past, it is empty, or products are not sold there.
        EditionsOverlap: other prices of the same products begin at the very instant.
    """
    bump_revision()
    edition = get_edition(edition_id=edition_id)
    start = edition.starts_at or now
    _move(
        edition,
        (EditionState.DRAFT, EditionState.PUBLISHED),
        starts_at=max(start, now),  # one whose start is past is refused below
        published_at=now,
        published_by=actor.name,
    )
    _refuse_faulty(edition, now)
    prices = 0
    try:
        with savepoint():
            for after, until, count in _slices(edition.pk):
                _run(_PUBLISH, [start, now, actor.name, edition.pk, after, until])
                prices += count
                on_progress(count)
    except IntegrityError as error:  # a price that somebody scheduled past the queue
        raise EditionsOverlap("Other prices of its products begin at the same instant.") from error
    _note(actor, "published", edition, now, {"starts_at": start.isoformat(), "prices": prices})
    _tell(edition, list_told(Price.objects.filter(edition=edition)), now)
    edition.refresh_from_db()
    return edition


@transaction_required
def roll_back_edition(*, actor: Actor, edition_id: int, now: datetime) -> PriceEdition:
    """Withdraw an edition that has not begun; of one that has, let hold again what held before.

    Prices that were set since the edition began stay. What was sold stays as it was charged.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is not published.
    """
    bump_revision()
    edition = get_edition(edition_id=edition_id)
    start = edition.starts_at or now
    _move(
        edition,
        (EditionState.PUBLISHED, EditionState.ROLLED_BACK),
        rolled_back_at=now,
        rolled_back_by=actor.name,
    )
    ended = list_in_force(edition, now).count()
    told: Iterable[ToldPrice]
    if start >= now:
        coming = Price.objects.filter(edition=edition, starts_at__gte=now)
        told = list(list_told(coming, is_withdrawn=True))
        withdrawn = coming.delete()[0]
        facts: dict[str, JSON] = {"withdrawn": withdrawn, "starts_at": start.isoformat()}
    else:
        again = _run(_HOLD_AGAIN, [now, now, actor.name, start, edition.pk, now, now])
        told = _restored([key for (key,) in again])
        left = list_in_force(edition, now).count()
        facts = {"restored": ended - left, "kept": left, "starts_at": start.isoformat()}
    _note(actor, "rolled_back", edition, now, facts)
    _tell(edition, told, now)
    edition.refresh_from_db()
    return edition


def _slices(edition_id: int) -> Iterator[tuple[int, int, int]]:
    """The keys of an edition's prices in spans: after, until, and how many there are."""
    rows = EditionPrice.objects.filter(edition=edition_id).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    after = 0
    for first in range(0, len(keys), PRICES_AT_ONCE):
        some = keys[first : first + PRICES_AT_ONCE]
        yield after, some[-1], len(some)
        after = some[-1]


def _run(sql: str, params: list[object]) -> list[Row]:
    """Run one statement; the rows that it returned."""
    batch = Batch()
    statement = batch.add(sql, params)
    batch.run()
    return statement.rows


def _restored(keys: list[int]) -> Iterator[ToldPrice]:
    for some in batched(keys, PRICES_AT_ONCE):
        yield from list_told(Price.objects.filter(pk__in=some))


def _tell(edition: PriceEdition, told: Iterable[ToldPrice], now: datetime) -> None:
    tell_prices(aggregate=of_many("edition", edition.code), told=told, now=now)


def _move(
    edition: PriceEdition, states: tuple[EditionState, EditionState], **columns: object
) -> None:
    before, after = states
    row = PriceEdition.objects.filter(pk=edition.pk, state=before.value)
    if not row.update(state=after.value, **columns):
        verb = "published" if before is EditionState.DRAFT else "rolled back"
        wanted = "a draft" if before is EditionState.DRAFT else "a published edition"
        raise EditionStateConflict(
            f"It is {edition.get_state_display().lower()}; only {wanted} can be {verb}."
            " Copy it to a new draft instead."
        )


def _refuse_faulty(edition: PriceEdition, now: datetime) -> None:
    faults = find_faults(edition, now)
    if not faults:
        return
    is_overlap = all(fault.code == EditionsOverlap.code for fault in faults)
    refusal = EditionsOverlap if is_overlap else EditionNotPublishable
    raise refusal(
        " ".join(fault.detail for fault in faults),
        errors=[FieldError("", fault.code, fault.detail) for fault in faults],
        edition=edition.code,
    )


def _note(
    actor: Actor, what: str, edition: PriceEdition, now: datetime, facts: dict[str, JSON]
) -> None:
    said: dict[str, JSON] = {"code": edition.code, "version": edition.version, **facts}
    audit.record(
        audit.AuditFact(now, actor, f"price_book.{what}", f"price-edition:{edition.pk}", said)
    )
