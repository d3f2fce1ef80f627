"""Whoever presses a button that asks a worker is told where none seems to run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from celery import current_app
from django.utils import timezone

from apps.core.models import OutboxEvent
from apps.sync.models import CatalogSource
from tests.sync.catalog.offices import follow
from tests.sync.office_rows import make_destination, make_fact

from .office import said, send, url

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every ring, though nobody may listen."""

    def take(*_: Any, **__: Any) -> None:
        """As the real one: nobody has to be there."""

    monkeypatch.setattr(current_app, "send_task", take)


def send_now(owner: Client, *, minutes: int) -> list[str]:
    """What is said where the oldest fact without a number is so old."""
    fact = make_fact(occurred_at=timezone.now() - timedelta(minutes=minutes))
    OutboxEvent.objects.filter(pk=fact.pk).update(sequence=None)
    return said(send(owner, url("sync_destination_send_now", make_destination().pk), {}))


def read_now(owner: Client, *, minutes: int | None) -> list[str]:
    """What is said where a worker has tried to read last so long ago."""
    follow("https://office.example.com")
    at = None if minutes is None else timezone.now() - timedelta(minutes=minutes)
    CatalogSource.objects.update(last_tried_at=at)
    return said(send(owner, url("sync_catalogsource_read_now", 1), {}))


def test_send_now_says_that_no_worker_runs_where_nobody_has_numbered_facts(owner: Client) -> None:
    words = " ".join(send_now(owner, minutes=25))
    assert "No worker seems to run: nothing was prepared for sending for 25 minutes." in words
    assert "manage.py sync_now sends it at once" in words


def test_send_now_says_nothing_of_workers_where_one_runs(owner: Client) -> None:
    assert send_now(owner, minutes=14) == ["It is its turn now. Look again in a minute."]


def test_read_now_says_that_no_worker_runs_where_none_has_read(owner: Client) -> None:
    (words,) = read_now(owner, minutes=25)
    assert words.startswith("No worker seems to run: none has read for 25 minutes.")
    assert words.endswith("manage.py pull_catalog reads it at once.")


@pytest.mark.parametrize("minutes", [None, 14])
def test_read_now_asks_the_worker_that_runs(owner: Client, minutes: int | None) -> None:
    (words,) = read_now(owner, minutes=minutes)
    assert words.startswith("The worker has been asked to read.")
