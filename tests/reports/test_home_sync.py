"""The home page says what sync wants somebody to look at, to those who may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from apps.core.models import OutboxEvent, OutboxSequence
from apps.stores.types import Role
from apps.sync.models import CatalogSource
from apps.sync.panels import list_notices
from tests.admin.office import office, text_of, url
from tests.factories import make_store
from tests.sync.office_rows import (
    make_comparison,
    make_destination,
    make_fact,
    make_gap,
    make_peer,
    make_rejected,
    make_undelivered,
)

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    make_store()
    return office(Role.MANAGER)


def home(client: Client) -> str:
    return text_of(client.get(url("index")))


def waiting(minutes: int, **fields: Any) -> None:
    make_destination(name="Miami", **fields)
    make_fact(1, occurred_at=timezone.now() - timedelta(minutes=minutes))


def test_facts_that_wait_too_long_are_counted_with_their_age(manager: Client) -> None:
    waiting(25)
    assert "1 fact waits for Miami, the oldest for 25 minutes" in home(manager)


def test_what_has_waited_for_seconds_is_said_so(manager: Client) -> None:
    waiting(0, state="FAILING")
    assert "1 fact waits for Miami, the oldest for less than a minute: no answer" in home(manager)


def test_facts_that_wait_for_their_turn_are_no_news(manager: Client) -> None:
    waiting(4)
    assert "Miami" not in home(manager)


@pytest.mark.parametrize(
    ("state", "said"), [("STOPPED", "it is stopped"), ("FAILING", "no answer")]
)
def test_a_destination_that_takes_nothing_is_told_at_once(
    manager: Client, state: str, said: str
) -> None:
    waiting(4, state=state)
    assert f"1 fact waits for Miami, the oldest for 4 minutes: {said}" in home(manager)


def test_dead_letters_and_faulty_facts_are_counted(manager: Client) -> None:
    hq = make_destination(settled_through=10)
    for _ in range(3):
        make_undelivered(hq)
    make_undelivered(hq, state="HELD")
    fact = make_fact()
    OutboxEvent.objects.filter(pk=fact.pk).update(sequence=None, fault="x: is missing")
    page = home(manager)
    assert "3 dead letters: an owner has to decide" in page
    assert "1 fact that cannot be told" in page


def unnumbered(minutes: int) -> None:
    """A sale so long ago that no worker has taken notice of."""
    fact = make_fact(occurred_at=timezone.now() - timedelta(minutes=minutes))
    OutboxEvent.objects.filter(pk=fact.pk).update(sequence=None)
    OutboxSequence.objects.update(last=0)


def test_facts_that_nobody_numbers_point_at_the_worker(manager: Client) -> None:
    unnumbered(25)
    unnumbered(2)
    page = home(manager)
    assert "2 facts are not prepared for telling for 25 minutes: see whether a worker" in page


def test_facts_that_will_have_a_number_soon_are_no_news(manager: Client) -> None:
    unnumbered(14)
    assert "prepared for telling" not in home(manager)


def test_a_peer_is_named_that_is_silent_lacks_facts_or_warns(manager: Client) -> None:
    now = timezone.now()
    make_peer("silent", name="Silent", last_seen_at=now - timedelta(days=3))
    make_gap(make_peer("gappy", name="Gappy", last_seen_at=now))
    make_peer("odd", name="Odd", last_seen_at=now, warning="Was it restored?")
    make_peer("well", name="Well", last_seen_at=now)
    page = home(manager)
    assert "Silent has not been heard of for 3 days" in page
    assert "1 gap in what Gappy has sent" in page
    assert "Odd: Was it restored?" in page
    root = User.objects.create_superuser("root")
    assert not any("Well" in notice.text for notice in list_notices(user=root, now=now))


def test_who_may_see_none_of_it_is_told_none_of_it(db: None) -> None:
    waiting(25, state="STOPPED")
    make_peer(warning="x")
    assert list_notices(user=User.objects.create_user("temp"), now=timezone.now()) == []


@pytest.mark.parametrize(
    ("right", "said", "tone", "page"),
    [
        ("sync.view_destination", "facts wait for Tampa", "bad", "/destination/"),
        (
            "sync.view_undelivered",
            "dead letter: an owner has to decide",
            "bad",
            "/undelivered/?look=DEAD",
        ),
        ("core.view_outboxevent", "fact that cannot be told", "bad", "?told=faulty"),
        ("sync.view_peer", "Odd: x", "bad", "/peer/"),
        (
            "sync.view_rejectedfact",
            "fact of another store was rejected",
            "warn",
            "/rejectedfact/",
        ),
        ("sync.view_syncreconciliation", "differs from the books of Tampa", "bad", "/change/"),
        ("sync.view_catalogsource", "catalog cannot be read", "bad", "/catalogsource/"),
    ],
)
def test_who_may_see_one_thing_is_told_of_that_alone_and_led_there(
    db: None, right: str, said: str, tone: str, page: str
) -> None:
    tampa = make_destination(name="Tampa", state="STOPPED")
    make_undelivered(tampa)
    make_comparison(tampa, state="DIFFERS", difference_count=1)
    make_fact()
    OutboxEvent.objects.filter(pk=make_fact().pk).update(sequence=None, fault="x: is missing")
    make_rejected(make_peer("odd", name="Odd", warning="x"))
    CatalogSource.objects.create(pk=1, url="https://hq.test", last_error="No connection.")
    reader = User.objects.create_user("reader")
    app, _, codename = right.partition(".")
    rights = Permission.objects.filter(content_type__app_label=app, codename=codename)
    reader.user_permissions.set(rights)
    (notice,) = list_notices(user=reader, now=timezone.now())
    assert said in notice.text
    assert (notice.tone, page in notice.url) == (tone, True)


def test_an_installation_without_sync_hears_nothing_of_it(manager: Client) -> None:
    assert "To look at" not in manager.get(url("index")).content.decode()


def test_rejected_facts_are_told_of_for_a_week(manager: Client) -> None:
    peer, now = make_peer(), timezone.now()
    make_rejected(peer, received_at=now - timedelta(days=8))
    assert "rejected in the last" not in home(manager)
    make_rejected(peer, received_at=now - timedelta(days=6))
    assert "1 fact of another store was rejected in the last seven days" in home(manager)


def test_a_day_that_differs_is_told_of_until_it_agrees(manager: Client) -> None:
    miami, now = make_destination(name="Miami"), timezone.now()
    day = (now - timedelta(days=2)).date()
    said = f"{day:%b %-d} differs from the books of Miami"
    make_comparison(miami, day=day, state="DIFFERS", difference_count=2)
    assert said in home(manager)
    make_comparison(miami, day=day, compared_at=now + timedelta(hours=1))
    assert said not in home(manager)
