"""Reading the catalog of a head office: what changed there holds here, some products at a time.

The head office is asked outside of any transaction. Each page is taken over in a short one of its
own, together with the cursor behind it; so a line that breaks, or a process that is killed, loses
nothing and repeats nothing that matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django_subatomic.db import durable, transaction

from apps.catalog.services.central.following import Taken as TakenOver
from apps.catalog.services.central.following import find_idle_books, retire_others, take_over
from apps.catalog.services.central.reading import (
    CentralProduct,
    Refused,
    read_change,
    read_rename,
)
from apps.core.errors import DomainError
from apps.core.types import system_actor
from apps.sync.errors import CatalogBeingRead, HeadOfficeRefuses, HeadOfficeUnknown
from apps.sync.head_office import HeadOffice
from apps.sync.models import CatalogSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from apps.sync.head_office import Snapshot

    type Clock = Callable[[], datetime]
    type OnProgress = Callable[[int, int], None]  # products done, and how many there are

ACTOR = system_actor("head office")
LEASE = timedelta(minutes=15)  # longer than the slowest answer
WHOLE_AGAIN = timedelta(hours=24)  # where products were refused: an upgrade may take them
PRODUCTS_AT_ONCE = 200
REFUSALS_KEPT = 100


@dataclass(slots=True)
class Pulled:
    """What a reading of the catalog came to."""

    taken: TakenOver = field(default_factory=TakenOver)
    refused: list[Refused] = field(default_factory=list)
    products: int = 0
    is_whole: bool = False
    warning: str = ""

    def __str__(self) -> str:
        taken = self.taken
        return (
            f"{taken.created:,} new, {taken.changed:,} changed, {taken.retired:,} retired,"
            f" {taken.prices:,} prices"
        )


class _LeaseLost(Exception):
    """Somebody else reads by now: what this process has in hand counts no more."""


@durable
def pull_catalog(
    *,
    clock: Clock,
    wants_whole: bool = False,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Pulled:
    """Read what changed at the head office since last time, or everything where that is needed.

    What goes wrong stands in the books of the head office as well. Nothing is changed then but
    the pages that were read before.

    Raises:
        HeadOfficeUnknown: there is none, or reading is switched off.
        CatalogBeingRead: another process reads.
        HeadOfficeSilent, HeadOfficeRefuses: as `head_office`.
    """
    source = _claim(clock())
    reading = _Reading(source, clock, on_progress)
    try:
        pulled = reading.run(wants_whole=wants_whole)
    except DomainError as refusal:
        _release(source, last_error=refusal.detail)
        raise
    except _LeaseLost:
        raise CatalogBeingRead("Another process has taken over; look again soon.") from None
    except BaseException:
        _release(source)
        raise
    _finish(source, pulled, clock())
    return pulled


@dataclass(slots=True)
class _Reading:
    """One run: whose lease it is, and what it has done so far."""

    source: CatalogSource
    clock: Clock
    on_progress: OnProgress
    pulled: Pulled = field(default_factory=Pulled)

    def run(self, *, wants_whole: bool) -> Pulled:
        """Read what has changed, and all besides where that is wanted, or needed.

        The changes come first: a snapshot says of no product what it was called before.
        """
        source = self.source
        office = HeadOffice(source.url, source.token, source.store_code)
        wants_whole = wants_whole or _is_whole_due(source, self.clock())
        if not (source.cursor and self._follow(office)) or wants_whole:
            self._take_all(office)
        self.pulled.warning = find_idle_books(books={*source.books, *self.pulled.taken.books})
        return self.pulled

    def _follow(self, office: HeadOffice) -> bool:
        """Take pages of changes until there are no more; False where all must be read anew."""
        cursor = self.source.cursor
        while True:
            page = office.changes(since=cursor)
            if page["reset"]:
                return False
            if page.get("has_more") and page["cursor"] == cursor:
                raise HeadOfficeRefuses("The head office goes round in circles. Report it there.")
            cursor = page["cursor"]
            self._take(page["changes"], page.get("renames", ()), cursor=cursor)
            self.on_progress(self.pulled.products, 0)
            if not page.get("has_more"):
                return True

    def _take_all(self, office: HeadOffice) -> None:
        snapshot = office.snapshot()
        try:
            self._take_snapshot(snapshot)
        finally:
            snapshot.close()

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        """Take every product, then retire those of the head office that it knows no more."""
        if not snapshot.count:
            raise HeadOfficeRefuses(
                "The head office sells nothing in this store, so nothing was changed here. Give"
                " the store a price book there, and its products prices."
            )
        self.pulled.is_whole, self.pulled.refused = True, []
        named: set[str] = set()
        for lines in batched(snapshot.lines(), PRODUCTS_AT_ONCE):
            named |= self._take(lines)
            self.on_progress(self.pulled.products, snapshot.count)
        now = self.clock()
        with transaction():
            _write(self.source, cursor=snapshot.cursor, last_whole_at=now)
            self.pulled.taken += retire_others(actor=ACTOR, skus=named, now=now)

    def _take(
        self, changes: Iterable[Any], renames: Iterable[Any] = (), **columns: object
    ) -> set[str]:
        """Take one page over, and write down how far it goes; the SKUs that it names."""
        read = [*map(read_rename, renames), *map(read_change, changes)]
        page = [each for each in read if not isinstance(each, Refused)]
        self.pulled.refused += [each for each in read if isinstance(each, Refused)]
        now = self.clock()
        with transaction():
            _write(self.source, leased_until=now + LEASE, **columns)
            self.pulled.taken += take_over(actor=ACTOR, page=page, now=now)
        self.pulled.products += len(read)
        return {each.sku for each in read if isinstance(each, CentralProduct | Refused)}


def _claim(now: datetime) -> CatalogSource:
    """Take the lease, where nobody has it.

    Raises:
        HeadOfficeUnknown, CatalogBeingRead: as `pull_catalog`.
    """
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    with transaction():
        claimed = CatalogSource.objects.filter(free, is_active=True).update(
            leased_until=now + LEASE, lease_epoch=F("lease_epoch") + 1, last_tried_at=now
        )
        source = CatalogSource.objects.first()
    if source is None or not source.is_active:
        raise HeadOfficeUnknown(
            "This installation reads from no head office. Enter one in the back office: Head"
            " office, then Add."
        )
    if not claimed:
        raise CatalogBeingRead("The catalog is being read at this moment. Look again soon.")
    return source


def _write(source: CatalogSource, **columns: object) -> None:
    """Write columns of the head office, as long as the lease is ours.

    Raises:
        _LeaseLost: it is not any more.
    """
    ours = CatalogSource.objects.filter(pk=source.pk, lease_epoch=source.lease_epoch)
    if not ours.update(**columns):
        raise _LeaseLost


@transaction
def _release(source: CatalogSource, **columns: object) -> None:
    ours = CatalogSource.objects.filter(pk=source.pk, lease_epoch=source.lease_epoch)
    ours.update(leased_until=None, **columns)


def _finish(source: CatalogSource, pulled: Pulled, now: datetime) -> None:
    """Write down what came of it. Refusals of a whole reading are all there are."""
    refused = {entry["sku"]: entry for entry in ([] if pulled.is_whole else source.refused)}
    refused |= {each.sku: {"sku": each.sku, "reason": each.reason} for each in pulled.refused}
    columns: dict[str, object] = {
        "last_pulled_at": now,
        "last_error": pulled.warning,
        "refused": list(refused.values())[:REFUSALS_KEPT],
        "books": sorted({*([] if pulled.is_whole else source.books), *pulled.taken.books}),
    }
    if not pulled.taken.is_nothing:
        columns |= {"last_changed_at": now, "last_change": str(pulled)}
    _release(source, **columns)


def _is_whole_due(source: CatalogSource, now: datetime) -> bool:
    """Whether what was refused should be tried once more, as after an upgrade."""
    if not source.refused:
        return False
    return source.last_whole_at is None or source.last_whole_at <= now - WHOLE_AGAIN
