"""Peers in the back office: registered, heard of, warned of; a secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.sync.models import Peer
from tests.sync.office_rows import SECRET, make_gap, make_peer, make_received_batch

from .office import errors_of, said, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
ADD, LIST = "sync_peer_add", "sync_peer_changelist"


def do(client: Client, peer: Peer, name: str) -> list[str]:
    return said(send(client, url(f"sync_peer_{name}", peer.pk), {}))


def test_a_new_one_is_given_a_secret_that_is_shown_once(owner: Client) -> None:
    page = save(owner, url(ADD), source="cafe", name="Corner Café")
    peer = Peer.objects.get()
    assert peer.secret.startswith("whsec_")
    assert peer.secret in text_of(page)
    assert "sync:write" in text_of(page)
    assert "no-store" in page.headers["Cache-Control"]
    for address in (url(LIST), url_of(peer)):
        assert peer.secret not in owner.get(address).content.decode()
    assert "Signing secret set on" in text_of(owner.get(url_of(peer)))


def test_one_that_begins_later_lacks_nothing_before(owner: Client) -> None:
    save(owner, url(ADD), source="cafe", name="Corner Café", after="17")
    assert Peer.objects.get().seen_through == 17


@pytest.mark.parametrize("source", ["", "two words", settings.SYNC_SOURCE, "taken"])
def test_a_source_that_cannot_be_is_said_at_its_field(owner: Client, source: str) -> None:
    make_peer("taken")
    assert "source" in errors_of(save(owner, url(ADD), source=source, name="Corner Café"))
    assert Peer.objects.count() == 1


def test_a_secret_is_changed_with_two_of_them_alive(owner: Client) -> None:
    peer = make_peer()
    page = send(owner, url("sync_peer_second_secret", peer.pk), {})
    peer.refresh_from_db()
    second = peer.second_secret
    assert (peer.secret, second in text_of(page)) == (SECRET, True)
    assert do(owner, peer, "promote_secret") == ["The new secret is used alone."]
    peer.refresh_from_db()
    assert (peer.secret, peer.second_secret) == (second, "")
    assert "two" not in text_of(owner.get(url_of(peer)))


def test_a_name_is_changed_and_a_source_is_not(owner: Client) -> None:
    peer = make_peer()
    save(owner, url_of(peer), name="Kiosk", source="other")
    peer.refresh_from_db()
    assert (peer.name, peer.source, peer.secret) == ("Kiosk", "cafe", SECRET)


@pytest.mark.parametrize(
    ("ago", "warning", "label", "sentence"),
    [
        (None, "", "look at it", "It has never sent anything."),
        (timedelta(minutes=2), "", "well", "Heard of 2 minutes ago"),
        (timedelta(days=2), "", "look at it", "Not heard of for 2 days"),
        (timedelta(0), "Was it restored?", "warning", "Was it restored?"),
    ],
)
def test_its_standing_is_a_label_in_the_list_and_a_sentence_on_its_page(
    manager: Client, ago: timedelta | None, warning: str, label: str, sentence: str
) -> None:
    seen_at = None if ago is None else timezone.now() - ago
    peer = make_peer(last_seen_at=seen_at, warning=warning)
    assert label in text_of(manager.get(url(LIST)))
    assert sentence in text_of(manager.get(url_of(peer)))


def test_what_is_missing_and_what_came_stand_on_its_page(manager: Client) -> None:
    peer = make_peer(last_seen_at=timezone.now())
    make_gap(peer, 5, 7)
    make_gap(peer, 9, 9)
    make_received_batch(peer, first_sequence=10, event_count=40, rejected_count=2)
    page = text_of(manager.get(url_of(peer)))
    assert "#5 to #7" in page
    assert "#9" in page
    assert "40 from #10 0 2" in page


def test_numbers_that_never_come_are_missing_no_more(owner: Client, manager: Client) -> None:
    peer = make_peer(last_seen_at=timezone.now())
    gap = make_gap(peer, 5, 7)
    never = url("sync_sequencegap_never_comes", gap.pk)
    assert never in owner.get(url_of(peer)).content.decode()
    assert never not in manager.get(url_of(peer)).content.decode()
    assert manager.post(never, {"reason": "no"}).status_code == 403
    assert "#5 to #7 are missing." in text_of(owner.get(never))
    assert said(send(owner, never, {"reason": "Lost"})) == [
        "Nobody waits for these numbers any more."
    ]
    page = text_of(owner.get(url_of(peer)))
    assert "#5 to #7 never come: Lost" in page
    assert "Gaps 0 nothing is missing" in page
    assert "is not as it was" in text_of(owner.post(never, {"reason": "again"}))


def test_a_warning_is_taken_away_by_who_has_looked_into_it(owner: Client) -> None:
    peer = make_peer(warning="Was it restored?")
    assert do(owner, peer, "dismiss") == ["The warning is gone."]
    peer.refresh_from_db()
    assert peer.warning == ""
    entry = AuditEntry.objects.get(action="peer.warning_dismissed")
    assert entry.facts == {"warning": "Was it restored?"}


def test_a_second_secret_that_was_lost_is_withdrawn_and_another_one_added(owner: Client) -> None:
    peer = make_peer()
    withdraw = url("sync_peer_withdraw_secret", peer.pk)
    assert withdraw not in owner.get(url_of(peer)).content.decode()
    assert "has no second secret" in text_of(owner.post(withdraw, {}))
    page = text_of(send(owner, url("sync_peer_second_secret", peer.pk), {}))
    assert "If it is lost, withdraw it and add another one." in page
    assert withdraw in owner.get(url_of(peer)).content.decode()
    assert do(owner, peer, "withdraw_secret") == [
        "The second secret is withdrawn. Add another one."
    ]
    peer.refresh_from_db()
    assert (peer.secret, peer.second_secret) == (SECRET, "")
    assert AuditEntry.objects.filter(action="peer.secret_withdrawn").count() == 1
    send(owner, url("sync_peer_second_secret", peer.pk), {})
    peer.refresh_from_db()
    assert peer.second_secret


@pytest.mark.parametrize("name", ["second_secret", "promote_secret", "withdraw_secret", "dismiss"])
@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_who_does_not_manage_sync_does_none_of_it(
    who: str, name: str, request: pytest.FixtureRequest
) -> None:
    peer = make_peer(warning="x")
    client: Client = request.getfixturevalue(who)
    assert client.post(url(f"sync_peer_{name}", peer.pk), {}).status_code == 403
    assert not AuditEntry.objects.filter(subject="peer:cafe").exists()


def test_an_empty_list_says_what_would_be_there(manager: Client) -> None:
    assert "Nobody sends to this installation." in text_of(manager.get(url(LIST)))
