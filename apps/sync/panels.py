"""What sync wants somebody to look at, for the home page: each told to who may see its page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.core.admin.panels import Notice
from apps.core.models import OutboxEvent
from apps.sync.figures import OPEN_GAPS, count_dead, with_backlog
from apps.sync.locks import SEALED
from apps.sync.models import CatalogSource, Destination, Peer, ReceivedFact, SyncReconciliation
from apps.sync.standing import note_unnumbered
from apps.sync.types import Comparison, DestinationState, ReceivedState
from apps.sync.wording import LATE, SILENT, is_late, say_ago

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

WEEK = timedelta(days=7)  # what nobody has looked into by then, nobody does for a notice
_SEALED = tuple(f"destination__{name}" for name in SEALED)


def list_notices(*, user: Any, now: datetime) -> list[Notice]:
    """All of them, the worst first."""
    found: list[Notice] = []
    if user.has_perm("sync.view_destination"):
        found += _list_of_destinations(now)
    if user.has_perm("sync.view_undelivered"):
        found += _list_dead()
    if user.has_perm("core.view_outboxevent"):
        found += _list_unnumbered(now)
        found += _list_faulty()
    if user.has_perm("sync.view_peer"):
        found += _list_of_peers(now)
    if user.has_perm("sync.view_rejectedfact"):
        found += _list_rejected(now)
    if user.has_perm("sync.view_syncreconciliation"):
        found += _list_differences(now)
    if user.has_perm("sync.view_catalogsource"):
        found += _list_of_head_office(now)
    return sorted(found, key=lambda notice: notice.tone != "bad")


def _list_of_destinations(now: datetime) -> Iterator[Notice]:
    for row in with_backlog(Destination.objects.order_by("name", "pk")):
        url = reverse("admin:sync_destination_change", args=[row.pk])
        waiting = f"{row.pending:,}" if row.pending else ""
        oldest = f", the oldest for {say_ago(row.oldest_at, now=now)}" if row.oldest_at else ""
        facts = "fact waits" if row.pending == 1 else "facts wait"
        if row.state == DestinationState.STOPPED:
            yield Notice(f"{facts} for {row.name}{oldest}: it is stopped", url, waiting, "bad")
        elif row.state == DestinationState.FAILING:
            yield Notice(f"{facts} for {row.name}{oldest}: no answer", url, waiting, "bad")
        elif is_late(row, now=now):
            yield Notice(f"{facts} for {row.name}{oldest}", url, waiting)


def _list_dead() -> Iterator[Notice]:
    count = count_dead()
    if count:
        words = f"dead letter{'s' * (count > 1)}: an owner has to decide"
        url = f"{reverse('admin:sync_undelivered_changelist')}?look=DEAD"
        yield Notice(words, url, f"{count:,}", "bad")


def _list_unnumbered(now: datetime) -> Iterator[Notice]:
    """A fact has its number within seconds of its sale, unless nobody gives any."""
    waiting = note_unnumbered()
    if waiting.oldest_at and now - waiting.oldest_at > LATE:
        facts = "fact is not" if waiting.count == 1 else "facts are not"
        ago = say_ago(waiting.oldest_at, now=now)
        words = f"{facts} prepared for telling for {ago}: see whether a worker and the beat run"
        url = f"{reverse('admin:core_outboxevent_changelist')}?told=waiting"
        yield Notice(words, url, f"{waiting.count:,}", "bad")


def _list_faulty() -> Iterator[Notice]:
    count = OutboxEvent.objects.exclude(fault="").count()
    if count:
        words = "fact that cannot be told" if count == 1 else "facts that cannot be told"
        url = f"{reverse('admin:core_outboxevent_changelist')}?told=faulty"
        yield Notice(words, url, f"{count:,}", "bad")


def _list_of_peers(now: datetime) -> Iterator[Notice]:
    peers = Peer.objects.defer("secret", "second_secret").order_by("name", "pk")
    for peer in peers.annotate(gap_count=OPEN_GAPS):
        url = reverse("admin:sync_peer_change", args=[peer.pk])
        if peer.warning:
            yield Notice(f"{peer.name}: {peer.warning}", url, "", "bad")
        elif peer.gap_count:
            gaps = "gap" if peer.gap_count == 1 else "gaps"
            yield Notice(f"{gaps} in what {peer.name} has sent", url, str(peer.gap_count))
        elif peer.last_seen_at and now - peer.last_seen_at > SILENT:
            ago = say_ago(peer.last_seen_at, now=now)
            yield Notice(f"{peer.name} has not been heard of for {ago}", url)


def _list_rejected(now: datetime) -> Iterator[Notice]:
    lately = ReceivedFact.objects.filter(state=ReceivedState.REJECTED, received_at__gte=now - WEEK)
    if count := lately.count():
        words = "fact of another store was" if count == 1 else "facts of other stores were"
        url = reverse("admin:sync_rejectedfact_changelist")
        yield Notice(f"{words} rejected in the last seven days", url, f"{count:,}")


def _list_differences(now: datetime) -> Iterator[Notice]:
    """Days that differed when they were compared last."""
    lately = SyncReconciliation.objects.filter(compared_at__gte=now - WEEK)
    newest: dict[tuple[int, date], SyncReconciliation] = {}
    for each in lately.select_related("destination").defer(*_SEALED).order_by("compared_at", "pk"):
        newest[each.destination_id, each.day] = each
    for each in newest.values():
        is_told = each.destination.state != DestinationState.GIVEN_UP
        if each.state == Comparison.DIFFERS and is_told:
            url = reverse("admin:sync_syncreconciliation_change", args=[each.pk])
            words = f"{each.day:%b %-d} differs from the books of {each.destination.name}"
            yield Notice(words, url, "", "bad")


def _list_of_head_office(now: datetime) -> Iterator[Notice]:
    for row in CatalogSource.objects.filter(is_active=True).defer("token"):
        url = reverse("admin:sync_catalogsource_change", args=[row.pk])
        read_at = row.last_pulled_at
        if read_at and now - read_at > LATE:
            ago = say_ago(read_at, now=now)
            yield Notice(f"the head office's catalog was not read for {ago}", url, "", "bad")
        elif row.last_error and not read_at:
            yield Notice("the head office's catalog cannot be read", url, "", "bad")
        elif row.last_error or row.refused:
            yield Notice("of the head office's catalog not all can be sold here", url)
