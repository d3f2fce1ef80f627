"""Print jobs: leased to one agent at a time, marked as a copy when they come twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.orders.errors import OrderUnknown, PrintJobExists, PrintJobLost, PrintJobUnknown
from apps.orders.models import PrintJob
from apps.orders.paper.escpos import render_kick
from apps.orders.services.print_jobs.asking import ask_print, ask_print_from_office, cancel_print
from apps.orders.services.print_jobs.leasing import (
    DRAWER_LIFE,
    LEASE,
    Leased,
    fail_print,
    finish_print,
    lease_print,
)
from apps.orders.types import NewPrintJob, PrintKind
from apps.payments.errors import ShiftNotOpen
from apps.payments.models import CashMovement
from apps.stores.errors import ApprovalRequired, TerminalUnknown
from tests.conftest import NOON
from tests.factories import MANAGER, make_store, open_till
from tests.payments.drawers import in_coins, opened, send_count

from .sales import sold

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.stores.types import Till

KICK = b"\x1bp\x00"
SECOND = timedelta(seconds=1)


@pytest.fixture
def order(till: Till, chips: Product) -> UUID:
    return UUID(sold(till, chips)["id"])


def receipt(order: UUID, **fields: Any) -> NewPrintJob:
    return NewPrintJob(uuid4(), PrintKind.RECEIPT, order_id=order, **fields)


def drawer() -> NewPrintJob:
    return NewPrintJob(uuid4(), PrintKind.DRAWER, reason="change for a note")


def asked(till: Till, request: NewPrintJob, *, now: datetime = NOON) -> PrintJob:
    with transaction():
        return ask_print(till=till, request=request, now=now)


def leased(till: Till, *, now: datetime = NOON) -> Leased:
    found = nothing_or_leased(till, now=now)
    assert found is not None
    return found


def nothing_or_leased(till: Till, *, now: datetime = NOON) -> Leased | None:
    with transaction():
        return lease_print(till=till, now=now)


def done(till: Till, job: PrintJob, *, fence: int | None = None) -> PrintJob:
    with transaction():
        return finish_print(till=till, job_id=job.pk, fence=fence or job.attempts, now=NOON)


def failed(till: Till, job: PrintJob, *, fence: int | None = None) -> PrintJob:
    with transaction():
        return fail_print(
            till=till, job_id=job.pk, fence=fence or job.attempts, reason="paper out", now=NOON
        )


# --- Leases ---------------------------------------------------------------------------------------


def test_a_job_is_printed_once_and_then_done(till: Till, order: UUID) -> None:
    job = asked(till, receipt(order))
    lease = leased(till)
    assert (lease.job.pk, lease.job.state, lease.job.attempts) == (job.pk, "LEASED", 1)
    assert b"TOTAL" in lease.content
    assert b"COPY" not in lease.content
    assert nothing_or_leased(till) is None
    assert done(till, lease.job).state == "DONE"
    assert nothing_or_leased(till, now=NOON + LEASE) is None


def test_the_job_that_has_waited_longest_comes_first(till: Till, order: UUID) -> None:
    late, early = (asked(till, receipt(order), now=NOON - n * SECOND).pk for n in (1, 2))
    assert [leased(till).job.pk for _ in range(2)] == [early, late]


def test_a_job_whose_lease_ran_out_is_printed_again_as_a_copy(till: Till, order: UUID) -> None:
    asked(till, receipt(order))
    leased(till)
    assert nothing_or_leased(till, now=NOON + LEASE - SECOND) is None
    again = leased(till, now=NOON + LEASE)
    assert b"*** COPY ***" in again.content
    assert KICK not in again.content
    assert (again.job.attempts, again.job.reason) == (
        2,
        "Nobody said in time whether it was printed.",
    )
    assert AuditEntry.objects.get(action="receipt.reprinted").facts["copy"] == 1


def test_who_lost_the_lease_ends_nothing(till: Till, order: UUID) -> None:
    asked(till, receipt(order))
    first = leased(till).job
    second = leased(till, now=NOON + LEASE).job
    for report in (done, failed):
        with pytest.raises(PrintJobLost):
            report(till, first, fence=1)
    assert PrintJob.objects.get().state == "LEASED"
    assert done(till, second).state == "DONE"


def test_a_report_that_comes_twice_is_answered_twice(till: Till, order: UUID) -> None:
    asked(till, receipt(order))
    job = leased(till).job
    assert [done(till, job).state for _ in range(2)] == ["DONE", "DONE"]
    with pytest.raises(PrintJobLost):
        failed(till, job)


def test_a_job_that_fails_is_tried_three_times(till: Till, order: UUID) -> None:
    asked(till, receipt(order))
    states = []
    for minute in range(3):
        job = leased(till, now=NOON + minute * LEASE).job
        states += [failed(till, job).state for _ in range(2)]
    assert states == ["QUEUED"] * 4 + ["FAILED"] * 2
    assert PrintJob.objects.get().reason == "paper out"


def test_a_job_that_nobody_reports_on_is_given_up(till: Till, order: UUID) -> None:
    asked(till, receipt(order))
    for minute in range(3):
        leased(till, now=NOON + minute * LEASE)
    assert nothing_or_leased(till, now=NOON + 3 * LEASE) is None
    assert PrintJob.objects.get().state == "FAILED"


def test_a_till_gets_its_own_jobs_alone(till: Till, second_till: Till, order: UUID) -> None:
    job = asked(till, receipt(order))
    assert nothing_or_leased(second_till) is None
    lease = leased(till)
    with pytest.raises(PrintJobUnknown):
        done(second_till, lease.job)
    assert job.pk == lease.job.pk


# --- Receipts and Zs ------------------------------------------------------------------------------


def test_a_sale_printed_where_it_was_made_opens_the_drawer(till: Till, order: UUID) -> None:
    asked(till, receipt(order))
    assert KICK in leased(till).content


def test_a_sale_printed_elsewhere_or_for_the_office_opens_no_drawer(
    till: Till, second_till: Till, order: UUID, chips: Product
) -> None:
    asked(till, receipt(order, terminal_id=second_till.register.id))
    assert KICK not in leased(second_till).content
    other = UUID(sold(till, chips)["id"])
    with transaction():
        ask_print_from_office(
            actor=MANAGER,
            store_id=till.store.id,
            terminal_id=till.register.id,
            request=receipt(other),
            now=NOON,
        )
    assert KICK not in leased(till).content
    assert AuditEntry.objects.get(action="print.asked").actor_name == "Maria"


def test_a_z_is_printed_as_it_was_kept_and_the_second_time_as_a_copy(till: Till) -> None:
    shift = opened(till)
    send_count(till, in_coins(0))
    contents = []
    for _ in range(2):
        asked(till, NewPrintJob(uuid4(), PrintKind.Z, shift_id=shift.pk))
        contents.append(leased(till).content)
    assert [b"COPY" in content for content in contents] == [False, True]
    assert all(b"EXPECTED" in content for content in contents)


# --- The drawer -----------------------------------------------------------------------------------


def test_a_drawer_opens_for_who_may_and_stands_in_the_books(lead_till: Till) -> None:
    opened(lead_till)
    job = asked(lead_till, drawer())
    assert leased(lead_till).content == render_kick()
    assert CashMovement.objects.get().pk == job.pk
    assert AuditEntry.objects.filter(action="drawer.no_sale").count() == 1


def test_a_drawer_stays_shut_without_the_right_or_a_shift(till: Till, lead_till: Till) -> None:
    opened(till)
    for at, refusal in ((till, ApprovalRequired), (lead_till, ShiftNotOpen)):
        with pytest.raises(refusal):
            asked(at, drawer())
    assert not PrintJob.objects.exists()


def test_a_drawer_never_opens_twice_nor_late(lead_till: Till) -> None:
    opened(lead_till)
    asked(lead_till, drawer())
    leased(lead_till)
    assert nothing_or_leased(lead_till, now=NOON + LEASE) is None
    asked(lead_till, drawer())
    assert nothing_or_leased(lead_till, now=NOON + DRAWER_LIFE) is None
    assert set(PrintJob.objects.values_list("state", flat=True)) == {"FAILED"}


# --- Asking ---------------------------------------------------------------------------------------


def test_the_same_job_asked_for_again_is_the_same(till: Till, order: UUID, chips: Product) -> None:
    request = receipt(order)
    assert asked(till, request).pk == asked(till, request).pk
    other = UUID(sold(till, chips)["id"])
    with pytest.raises(PrintJobExists):
        asked(till, replace(request, order_id=other))


def test_what_belongs_to_another_store_is_not_printed(till: Till, order: UUID) -> None:
    elsewhere, _token = open_till(make_store("TWO"), code="eve", now=NOON)
    with pytest.raises(OrderUnknown):
        asked(elsewhere, receipt(order))
    with pytest.raises(TerminalUnknown):
        asked(till, receipt(order, terminal_id=elsewhere.register.id))


def test_a_cancelled_job_is_not_printed(till: Till, order: UUID) -> None:
    job = asked(till, receipt(order))
    with transaction():
        cancel_print(actor=MANAGER, job_id=job.pk, now=NOON)
    assert nothing_or_leased(till) is None
    assert PrintJob.objects.get().reason == "Cancelled by Maria"
