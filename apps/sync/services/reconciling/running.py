"""Our books of a day and what a destination has of it: compared, kept, and told where they differ.

Ours are the books themselves, not the facts that tell of them, so that a sale that was never told
is found too. Where the destination stands is noted first, then it is asked, then our books are
read: whatever happens meanwhile is on its way, and no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django_subatomic.db import durable, transaction

from apps.core.outbox import publish
from apps.sync.comparing import Found, Group, Kind, Thing, Totals, add_up, by_id, compare, differing
from apps.sync.events import BooksDiffer
from apps.sync.models import Destination, SyncReconciliation
from apps.sync.own_books import read_books
from apps.sync.services.reconciling.asking import Asker, NotComparable, NotReached
from apps.sync.services.reconciling.standing import explain, note_standing
from apps.sync.services.sending import open_line
from apps.sync.types import Comparison, DestinationState, Format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from apps.core.types import JSON
    from apps.sync.services.reconciling.standing import Standing

KEPT = 500  # of what was found, by its name
DAYS = 3  # before today: a sale that was made offline may arrive three days late


@dataclass
class Sides:
    """Both books of a day, and what was found between them."""

    totals: list[dict[str, JSON]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


@durable
def reconcile_lately(*, now: datetime) -> list[SyncReconciliation]:
    """Compare the last days with every destination."""
    days = [now.date() - timedelta(days=back) for back in range(1, DAYS + 1)]
    return [reconcile_day(code=code, day=day, now=now) for code in list_codes() for day in days]


def list_codes() -> list[str]:
    """The codes of all destinations that are not given up, in order."""
    told = Destination.objects.exclude(state=DestinationState.GIVEN_UP)
    return list(told.order_by("code").values_list("code", flat=True))


@durable
def reconcile_day(*, code: str, day: date, now: datetime) -> SyncReconciliation:
    """Compare a business date with one destination; what came of it is kept.

    Raises:
        Destination.DoesNotExist: there is none of that code.
    """
    destination = Destination.objects.get(code=code)
    row = SyncReconciliation(destination=destination, day=day, compared_at=now)
    try:
        sides = _compare(destination, day, now)
    except NotComparable as reason:
        row.state, row.detail = Comparison.NOT_COMPARED, str(reason)
    except NotReached as reason:
        row.state, row.detail = Comparison.NOT_REACHED, str(reason)
    else:
        _fill(row, sides)
    _keep(row, now)
    return row


def _compare(destination: Destination, day: date, now: datetime) -> Sides:
    if destination.format != Format.TILLHOUSE:
        raise NotComparable("It is told in journal lines, and shows no totals.")
    standing = note_standing(destination, now=now)
    sides = Sides()
    with open_line() as line:
        asker = Asker(line, destination, day)
        theirs = asker.totals()
        books = read_books(day)
        ours = add_up(books)
        for group, here, there in differing(ours, theirs):
            things = by_id(group, asker.things(group)) if there.count else {}
            found = list(compare(group, by_id(group, books.get(group, ())), things))
            sides.found += _explain(found, books.get(group, ()), day, standing)
            sides.totals.append(_describe(group, here, there, _verdict(sides.found, group)))
        same = [group for group in ours if ours[group] == theirs.get(group)]
        sides.totals += [_describe(group, ours[group], ours[group], "agrees") for group in same]
    sides.totals.sort(key=lambda each: (str(each["store"]), str(each["type"])))
    return sides


def _explain(
    found: Sequence[Found], things: Sequence[Thing], day: date, standing: Standing
) -> list[Found]:
    """What was found, with the reason where a fact of ours has one; what was not meant is left."""
    named = {each.id for each in found if each.kind in {Kind.MISSING, Kind.AMOUNT}}
    if not named:
        return list(found)
    missing = [thing for thing in things if thing.id in named]
    reasons = explain(missing, event_type=found[0].group.type, day=day, standing=standing)
    explained = []
    for each in found:
        reason = reasons.get(each.id)
        if reason is None or (each.kind is Kind.AMOUNT and reason.kind in _OF_THE_FACT):
            explained.append(each)
        elif reason.kind is not None:
            explained.append(replace(each, kind=reason.kind, why=reason.why))
    return explained


_OF_THE_FACT = frozenset({None, Kind.MISSING, Kind.UNTOLD})  # which explain no other amount


def _verdict(found: Sequence[Found], group: Group) -> str:
    of_group = [each for each in found if each.group == group]
    if any(each.is_difference for each in of_group):
        return "differs"
    return "on its way" if of_group else "before its time"


def _describe(group: Group, ours: Totals, theirs: Totals, verdict: str) -> dict[str, JSON]:
    return {
        "store": group.store,
        "type": group.type,
        "ours_count": ours.count,
        "ours_cents": ours.cents,
        "theirs_count": theirs.count,
        "theirs_cents": theirs.cents,
        "verdict": verdict,
    }


def _fill(row: SyncReconciliation, sides: Sides) -> None:
    differences = [each for each in sides.found if each.is_difference]
    waiting = [each for each in sides.found if not each.is_difference]
    row.state = Comparison.DIFFERS if differences else Comparison.AGREES
    row.totals = sides.totals
    row.differences, row.difference_count = _as_json(differences), len(differences)
    row.waiting, row.waiting_count = _as_json(waiting), len(waiting)


def _as_json(found: Sequence[Found]) -> list[dict[str, JSON]]:
    return [each.as_json() for each in found[:KEPT]]


@transaction
def _keep(row: SyncReconciliation, now: datetime) -> None:
    row.save(force_insert=True)
    if row.state != Comparison.DIFFERS:
        return
    publish(
        BooksDiffer(
            aggregate=f"destination:{row.destination.code}",
            occurred_at=now,
            destination=row.destination.code,
            day=row.day.isoformat(),
            difference_count=row.difference_count,
            first=row.differences[0]["sentence"],
        )
    )
