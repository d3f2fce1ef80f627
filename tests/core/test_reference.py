"""A cache of reference data is never older than the revision it is asked for."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django_subatomic.db import _MissingRequiredTransaction, transaction

from apps.core import reference
from apps.core.reference import ReferenceCache, bump_revision, read_revision

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 30  # seconds after which a test gives up; nothing is timed


@pytest.fixture
def cache() -> ReferenceCache[str, int]:
    """A cache that knows one price at revision 5."""
    cache: ReferenceCache[str, int] = ReferenceCache()
    cache.entries(5)
    cache.add(5, {"rum": 1999})
    return cache


def bump() -> None:
    with transaction():
        bump_revision()


def in_another_thread[R](work: Callable[[], R]) -> R:
    """What `work` gives on a connection of its own."""

    def run() -> R:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(DEADLINE)


def test_what_was_added_under_a_revision_is_known_at_it(cache: ReferenceCache[str, int]) -> None:
    cache.add(5, {"gin": 2999})
    assert cache.entries(5) == {"rum": 1999, "gin": 2999}


def test_a_newer_revision_forgets_everything(cache: ReferenceCache[str, int]) -> None:
    assert cache.entries(6) == {}
    assert cache.entries(5) == {}


def test_an_entry_loaded_under_an_older_revision_is_not_kept(
    cache: ReferenceCache[str, int],
) -> None:
    cache.entries(6)
    cache.add(5, {"gin": 2999})
    assert cache.entries(6) == {}


def test_an_entry_loaded_under_a_revision_nobody_asked_for_is_not_kept(
    cache: ReferenceCache[str, int],
) -> None:
    cache.add(7, {"gin": 2999})
    assert cache.entries(5) == {"rum": 1999}


def test_a_reader_of_an_older_revision_may_use_what_is_newer(
    cache: ReferenceCache[str, int],
) -> None:
    assert cache.entries(4) == {"rum": 1999}
    assert cache.entries(5) == {"rum": 1999}


def test_a_reader_in_the_middle_keeps_what_it_holds(cache: ReferenceCache[str, int]) -> None:
    held = cache.entries(5)
    cache.entries(6)
    cache.add(6, {"rum": 2099})
    assert held == {"rum": 1999}


def test_a_cleared_cache_knows_nothing(cache: ReferenceCache[str, int]) -> None:
    cache.clear()
    assert cache.entries(5) == {}


def test_a_full_cache_starts_anew_rather_than_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "MAX_ENTRIES", 3)
    cache: ReferenceCache[int, int] = ReferenceCache()
    cache.entries(1)
    cache.add(1, {1: 1, 2: 2, 3: 3})
    cache.add(1, {4: 4})
    assert cache.entries(1) == {4: 4}


@pytest.mark.django_db
def test_the_revision_is_nothing_at_first_and_grows_with_every_bump() -> None:
    revisions = [read_revision()]
    for _ in range(3):
        bump()
        revisions.append(read_revision())
    assert revisions == [0, 1, 2, 3]


@pytest.mark.django_db
def test_the_revision_is_only_bumped_inside_a_transaction() -> None:
    with pytest.raises(_MissingRequiredTransaction):
        bump_revision()


@pytest.mark.django_db
def test_a_rolled_back_bump_leaves_the_revision() -> None:
    bump()
    with contextlib.suppress(ZeroDivisionError), transaction():
        bump_revision()
        raise ZeroDivisionError
    assert read_revision() == 1


@pytest.mark.django_db(transaction=True)
def test_others_see_the_new_revision_only_after_the_commit() -> None:
    bump()
    with transaction():
        bump_revision()
        assert in_another_thread(read_revision) == 1
    assert in_another_thread(read_revision) == 2


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        waiting: tuple[int] = cursor.fetchone()
    return waiting[0] > 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "earlier",
    [
        0,
        1,
    ],
)
def test_two_bumps_at_once_are_two(earlier: int) -> None:
    for _ in range(earlier):
        bump()
    with ThreadPoolExecutor(1) as pool, transaction():
        bump_revision()
        other = pool.submit(in_another_thread, bump)
        deadline = time.monotonic() + DEADLINE
        while not somebody_waits_for_us() and time.monotonic() < deadline:
            time.sleep(0.01)
    other.result(DEADLINE)
    assert read_revision() == earlier + 2
