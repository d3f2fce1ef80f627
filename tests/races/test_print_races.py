"""Several print agents ask for work at the same instant."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django_subatomic.db import transaction

from apps.orders.errors import PrintJobLost
from apps.orders.models import PrintJob
from apps.orders.services.print_jobs.asking import ask_print
from apps.orders.services.print_jobs.leasing import LEASE, Leased, finish_print, lease_print
from apps.orders.types import NewPrintJob, PrintKind
from tests.conftest import NOON
from tests.factories import open_till
from tests.goods import make_snack
from tests.orders.crowd import all_at_once, only
from tests.orders.sales import sold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apps.stores.types import Till

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def till() -> Till:
    return open_till(now=NOON)[0]


def queue(till: Till, count: int) -> None:
    chips = make_snack(on_hand=100)
    for _ in range(count):
        order_id = UUID(sold(till, chips)["id"])
        with transaction():
            request = NewPrintJob(uuid4(), PrintKind.RECEIPT, order_id=order_id)
            ask_print(till=till, request=request, now=NOON)


def lease(till: Till, now: datetime = NOON) -> Leased | None:
    with transaction():
        return lease_print(till=till, now=now)


def finish(till: Till, job: PrintJob, fence: int) -> PrintJob:
    with transaction():
        return finish_print(till=till, job_id=job.pk, fence=fence, now=NOON)


def test_no_two_agents_get_one_job(till: Till) -> None:
    queue(till, 5)
    got = only(Leased, all_at_once([partial(lease, till)] * 12))
    got += [one for one in (lease(till) for _ in range(5)) if one]
    assert len({one.job.pk for one in got}) == len(got) == 5
    assert not [one for one in got if b"COPY" in one.content]


def test_of_those_who_wait_for_a_lost_lease_one_prints_the_copy(till: Till) -> None:
    queue(till, 1)
    lease(till)
    got = only(Leased, all_at_once([partial(lease, till, NOON + LEASE)] * 8))
    assert [b"*** COPY ***" in one.content for one in got] == [True]


def test_a_report_from_the_lost_lease_never_ends_the_new_one(till: Till) -> None:
    queue(till, 1)
    first = lease(till)
    assert first is not None
    reports: list[Callable[[], Any]] = [partial(finish, till, first.job, 1)] * 4
    actions: list[Callable[[], Any]] = [partial(lease, till, NOON + LEASE), *reports]
    outcomes = all_at_once(actions)
    job = PrintJob.objects.get()
    is_again = bool(only(Leased, outcomes))
    assert (job.state, job.attempts) == (("LEASED", 2) if is_again else ("DONE", 1))
    assert len(only(PrintJobLost, outcomes)) == (4 if is_again else 0)
