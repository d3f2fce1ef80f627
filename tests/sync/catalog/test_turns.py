"""One process reads the catalog at a time, and the worker lives through a dead line."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.sync import errors, tasks
from apps.sync.models import CatalogSource
from apps.sync.services import pulling
from tests.catalog.central.documents import bottle

from .offices import active, follow, pull, source

if TYPE_CHECKING:
    from .offices import Office

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_process_reads_at_a_time(office: Office) -> None:
    CatalogSource.objects.update(leased_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(errors.CatalogBeingRead):
        pull()
    assert office.asked == []


def test_who_was_killed_is_followed_when_its_lease_is_over(office: Office) -> None:
    CatalogSource.objects.update(leased_until=timezone.now() - timedelta(seconds=1), lease_epoch=7)
    office.say_all(bottle("A"))
    pull()
    assert (active(), source().lease_epoch) == (["A"], 8)


def test_who_slept_through_its_lease_writes_nothing_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "PRODUCTS_AT_ONCE", 1)
    office.say_all(bottle("A"), bottle("B"))

    def take_the_lease(done: int, total: int) -> None:
        CatalogSource.objects.update(lease_epoch=99)

    with pytest.raises(errors.CatalogBeingRead):
        pull(on_progress=take_the_lease)
    assert (active(), source().cursor) == (["A"], "")


def test_an_installation_of_its_own_reads_from_nobody() -> None:
    with pytest.raises(errors.HeadOfficeUnknown):
        pull()
    assert tasks.pull_catalog() == 0


def test_a_head_office_that_is_switched_off_is_not_asked(office: Office) -> None:
    follow(office.url, is_active=False)
    with pytest.raises(errors.HeadOfficeUnknown):
        pull()
    assert office.asked == []


def test_the_worker_reads_and_lives_through_a_dead_line(office: Office) -> None:
    office.say_all(bottle("A"))
    assert tasks.pull_catalog() == 1
    assert tasks.pull_catalog() == 0
    assert AuditEntry.objects.filter(actor_name="head office").count() == 1
