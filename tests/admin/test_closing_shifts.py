"""A shift whose till is broken or gone is counted and closed in the back office."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.orders.models import ZReport
from apps.stores.models import Store as StoreRow
from apps.stores.selectors import forget_profiles
from apps.stores.types import Role
from tests.factories import open_till
from tests.payments.drawers import opened

from .office import office, save, text_of, url

if TYPE_CHECKING:
    from django.test import Client

    from apps.payments.models import Shift
    from apps.stores.models import Store
    from apps.stores.types import Till

TWO_HUNDRED = {"n2000": "10"}


@pytest.fixture
def till(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD)[0]


@pytest.fixture
def shift(till: Till) -> Shift:
    return opened(till, 20_000, now=timezone.now() - timedelta(hours=9))


def page_of(shift: Shift) -> str:
    return url("orders_zreport_add", shift=shift.pk)


def test_open_shifts_are_offered(manager: Client, shift: Shift) -> None:
    page = manager.get(url("orders_zreport_add"))
    assert "Ana since" in text_of(page)
    assert f"?shift={shift.pk}" in page.content.decode()


def test_a_manager_counts_the_drawer_and_the_z_is_written(manager: Client, shift: Shift) -> None:
    page = save(manager, page_of(shift), **TWO_HUNDRED, n25="3")
    assert "The shift of Ana is closed." in text_of(page)
    z = ZReport.objects.get()
    assert (z.shift_id, z.counted_cents, z.variance_cents) == (shift.pk, 20_075, 75)
    shift.refresh_from_db()
    assert shift.closed_by_name == "Manager"
    entry = AuditEntry.objects.get(action="shift.closed")
    assert (entry.actor_name, entry.chain) == ("Manager", f"terminal:{shift.terminal_id}")


def test_what_should_be_in_the_drawer_is_not_told_before_the_count(
    manager: Client, shift: Shift
) -> None:
    assert "200.00" not in text_of(manager.get(page_of(shift)))


def test_a_count_that_is_far_off_is_asked_for_once_more(
    manager: Client, store: Store, till: Till
) -> None:
    StoreRow.objects.update(recount_over_cents=100)
    forget_profiles()
    shift = opened(till, 20_000)
    page = save(manager, page_of(shift), n2000="9")
    assert "Count the drawer once more" in text_of(page)
    assert not ZReport.objects.exists()
    shown_again = {"key": page.context["form"]["key"].value(), "n2000": "9"}
    manager.post(page_of(shift), shown_again)
    assert ZReport.objects.get().variance_cents == -2_000


def test_a_count_sent_twice_closes_once(manager: Client, shift: Shift) -> None:
    form = {"key": "the-same", **TWO_HUNDRED}
    first, second = (manager.post(page_of(shift), form) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 404)
    assert ZReport.objects.count() == 1


def test_a_negative_count_is_refused(manager: Client, shift: Shift) -> None:
    page = save(manager, page_of(shift), n2000="-1")
    assert "greater than or equal to 0" in text_of(page)
    assert not ZReport.objects.exists()


def test_whoever_may_not_close_days_closes_no_shift(shift: Shift) -> None:
    assert office(Role.AUDITOR).get(page_of(shift)).status_code == 403


def test_an_account_of_nobody_is_told_why_it_cannot(admin_client: Client, shift: Shift) -> None:
    assert "belongs to no member of staff" in text_of(admin_client.get(page_of(shift)))
    assert admin_client.post(page_of(shift), {"key": "k"}).status_code == 403
