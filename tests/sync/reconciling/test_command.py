"""`reconcile_sync`: what a person and a script read, and what the worker does each night."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from apps.sync.models import Destination, SyncReconciliation
from apps.sync.tasks import reconcile

from .two_offices import CODE, TODAY, lose

if TYPE_CHECKING:
    import time_machine

    from .two_offices import Pair

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("reconcile_sync", *arguments, stdout=out)
    return out.getvalue()


def fail(code: int, *arguments: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("reconcile_sync", *arguments, stdout=out)
    assert ended.value.returncode == code
    return f"{out.getvalue()}{ended.value}"


def test_it_ends_well_where_the_books_agree(day: Pair) -> None:
    said = run("--day", TODAY.isoformat(), "--destination", CODE)
    assert said == f"{CODE}, {TODAY}: both books agree.\n"


def test_it_ends_with_1_and_names_what_differs(day: Pair) -> None:
    lose("order.voided")
    said = fail(1, "--day", TODAY.isoformat())
    assert "1 differences" in said
    assert "  void of order BRW-3-261122-0003, -$1.99, is missing there" in said
    assert "void of order" in said
    assert "Nothing was changed" in said


def test_it_ends_with_75_where_nobody_answers(pair: Pair) -> None:
    Destination.objects.update(url="http://127.0.0.1:9/api/sync")
    assert "it was not reached" in fail(75, "--day", TODAY.isoformat())


def test_who_cannot_be_compared_is_said_and_no_failure(pair: Pair) -> None:
    Destination.objects.update(format="JOURNAL")
    said = run("--day", TODAY.isoformat())
    assert "it cannot be compared. It is told in journal lines" in said


def test_without_a_day_the_three_before_are_compared_as_each_night(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=1))
    run()
    reconcile()
    days = [TODAY - timedelta(days=back) for back in (0, 1, 2)]
    compared = SyncReconciliation.objects.values_list("day", flat=True)
    assert sorted(compared) == sorted([*days, *days])


def test_the_night_counts_what_differs(day: Pair, clock: time_machine.Traveller) -> None:
    lose("order.voided")
    clock.shift(timedelta(days=1))
    assert reconcile() == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--day", "yesterday"), "type a date like 2026-11-22"),
        (("--destination", "nowhere"), "There is no destination nowhere. There are: head-office."),
    ],
)
def test_what_nobody_understands_is_refused_with_what_to_type(
    pair: Pair, arguments: tuple[str, ...], said: str
) -> None:
    assert said in fail(1, *arguments)


def test_without_destinations_there_is_nothing_to_compare(db: None) -> None:
    assert "nothing to compare" in run()
