"""How today goes in the stores of other installations, for the home page of a head office."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Sum, When
from django.urls import reverse
from django.utils import timezone

from apps.core.admin.panels import NOTHING, Cell, Panel
from apps.core.money import format_cents
from apps.stores.selectors import list_store_codes, list_store_days
from apps.sync.figures import OPEN_GAPS
from apps.sync.models import Peer, ReceivedFact
from apps.sync.models.remote import SALES, VOIDS
from apps.sync.types import ReceivedState
from apps.sync.wording import SILENT, say_ago

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from apps.stores.types import StoreDays

LATELY = timedelta(days=8)  # a store that told a sale in this time has a row
_HEADERS = ["Today", "Taken today", "Yesterday", "Heard of last", "Missing"]

type Sums = Mapping[date, tuple[int, int]]  # sales less voided ones, and what they come to


def list_other_stores(*, user: Any, now: datetime) -> Panel | None:
    """A row for each store of each peer, in its own business day; None where there is no peer.

    A store that is not entered here has the office's clock, and days that end at midnight.
    """
    if not user.has_perms(["sync.view_peer", "sync.view_remotesale"]):
        return None
    peers = Peer.objects.defer("secret", "second_secret").annotate(gap_count=OPEN_GAPS)
    sums, days = _sum_by_store(now), _days_by_code()
    rows = [
        (f"{peer.name}, {code}" if code else peer.name, _cells(peer, code, by_day, today, now))
        for peer in peers.order_by("name", "pk")
        for code, by_day in sorted(sums.get(peer.pk, {"": {}}).items())
        for today in [_today(days.get(code), now)]
    ]
    return Panel(_HEADERS, rows) if rows else None


def _sum_by_store(now: datetime) -> Mapping[int, Mapping[str, Sums]]:
    """Sales less voids, by peer, store and business date."""
    lately = ReceivedFact.objects.filter(
        state=ReceivedState.ACCEPTED,
        type__in=SALES + VOIDS,
        business_date__gte=(now - LATELY).date(),
    )
    grouped = lately.order_by().values_list("peer", "store", "business_date")
    one = Case(When(type__in=VOIDS, then=-1), default=1)
    found: dict[int, dict[str, dict[date, tuple[int, int]]]] = defaultdict(dict)
    for peer, store, day, count, cents in grouped.annotate(n=Sum(one), c=Sum("amount_cents")):
        found[peer].setdefault(store, {})[day] = (count, cents)
    return found


def _days_by_code() -> Mapping[str, StoreDays]:
    stores = list_store_days()
    codes = list_store_codes(store_ids=[store.id for store in stores])
    return {codes[store.id]: store for store in stores}


def _today(store: StoreDays | None, now: datetime) -> date:
    return store.business_date(now) if store else timezone.localdate(now)


def _cells(peer: Any, code: str, by_day: Sums, today: date, now: datetime) -> list[Cell]:
    count, cents = by_day.get(today, (0, 0))
    before, cents_before = by_day.get(today - timedelta(days=1), (0, 0))
    sales = reverse("admin:sync_remotesale_changelist")
    of_today = f"{sales}?peer__id__exact={peer.pk}&store={code}&business_date_from={today}"
    page = reverse("admin:sync_peer_change", args=[peer.pk])
    seen, gaps = peer.last_seen_at, peer.gap_count
    heard = f"{say_ago(seen, now=now)} ago" if seen else "never"
    is_silent = seen is None or now - seen > SILENT
    return [
        Cell(_sales(count), of_today) if code else NOTHING,
        Cell(format_cents(cents)),
        Cell(format_cents(cents_before), note=_sales(before)),
        Cell(heard, page, note="silent" if is_silent else ""),
        Cell(f"{gaps:,} gap{'s' * (gaps > 1)}", page) if gaps else Cell("nothing"),
    ]


def _sales(count: int) -> str:
    return f"{count:,} sale" if count == 1 else f"{count:,} sales"
