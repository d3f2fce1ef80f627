"""Destinations in the back office: how they are doing, what is done about them, no secret shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry, OutboxSequence
from apps.sync.models import Batch, Destination
from tests.sync.office_rows import (
    SECRET,
    make_destination,
    make_fact,
    make_open_batch,
    make_undelivered,
)

from .office import errors_of, form_on, said, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
OTHER_SECRET = "whsec_" + "QUJD" * 8
ADD = "sync_destination_add"
LIST = "sync_destination_changelist"
DISCARDED = {
    "discarded_at": timezone.now(),
    "discarded_by": "Ana",
    "discarded_reason": "entered by hand",
}


def add(owner: Client, **typed: str) -> Destination:
    save(owner, url(ADD), **{"name": "HQ", "code": "hq", "url": "https://hq.test/", **typed})
    return Destination.objects.get(code="hq")


# --- Adding and changing --------------------------------------------------------------------------


def test_a_new_one_is_told_all_that_is_on_record(owner: Client) -> None:
    make_fact(7)
    make_fact(8)
    OutboxSequence.objects.update(pruned_through=6)
    hq = add(owner, new_token=" let-me-in ", new_secret=SECRET)
    assert (hq.starts_after, hq.settled_through, hq.token, hq.secret) == (6, 6, "let-me-in", SECRET)
    assert AuditEntry.objects.filter(action="destination.added").count() == 1


def test_a_new_one_is_told_what_comes_where_that_is_wanted(owner: Client) -> None:
    make_fact(7)
    hq = add(owner, begins="now")
    assert (hq.starts_after, hq.settled_through) == (7, 7)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"url": "ftp://hq.test/"}, "url"),
        ({"url": "nonsense"}, "url"),
        ({"url": "http://10.0.0.1/api/sync"}, "url"),
        ({"options": "[" * 9_000}, "options"),
        ({"options": "{}" + " " * 10_000}, "options"),
        ({"options": r'{"x": "\u0000"}'}, "options"),
        ({"new_secret": "hunter2"}, "new_secret"),
        ({"new_secret": "whsec_QUJD"}, "new_secret"),
        ({"code": "Two words"}, "code"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    owner: Client, typed: dict[str, str], field: str
) -> None:
    given = {"name": "HQ", "code": "hq", "url": "https://hq.test/", **typed}
    assert field in errors_of(save(owner, url(ADD), **given))
    assert not Destination.objects.exists()


def test_a_secret_is_typed_anew_and_kept_where_nothing_is_typed(owner: Client) -> None:
    hq = make_destination()
    save(owner, url_of(hq), name="Miami", new_secret=OTHER_SECRET)
    hq.refresh_from_db()
    assert (hq.name, hq.token, hq.secret) == ("Miami", "let-me-in", OTHER_SECRET)
    entry = AuditEntry.objects.get(action="destination.changed")
    assert entry.facts == {"code": "head-office", "fields": ["name", "secret"]}


@pytest.mark.parametrize("who", ["owner", "manager", "auditor", "root"])
def test_no_page_ever_shows_a_secret(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    hq = make_destination(second_secret=OTHER_SECRET)
    for address in (url(LIST), url_of(hq)):
        page = client.get(address).content.decode()
        for secret in ("let-me-in", SECRET, OTHER_SECRET):
            assert secret not in page
    assert "Signing secret set" in text_of(client.get(url_of(hq)))


def test_it_says_when_a_secret_was_set(owner: Client) -> None:
    hq = add(owner, new_secret=SECRET)
    page = text_of(owner.get(url_of(hq)))
    assert f"Signing secret set on {timezone.localtime():%b}" in page
    assert "Token not set" in page


def test_a_lost_field_key_takes_no_page_away(owner: Client, settings: Settings) -> None:
    hq = make_destination()
    settings.FIELD_KEYS = ["QW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE="]
    assert "Head office" in text_of(owner.get(url(LIST)))
    assert owner.get(url_of(hq)).status_code == 200
    save(owner, url_of(hq), name="Miami")
    assert Destination.objects.values_list("name", flat=True).get() == "Miami"


@pytest.mark.parametrize(("name", "value"), [("url", "https://new.test/"), ("compresses", "")])
def test_a_batch_that_is_not_right_any_more_is_frozen_anew(
    owner: Client, name: str, value: str
) -> None:
    hq = make_destination(lease_epoch=3, leased_until=timezone.now())
    make_open_batch(hq)
    form = {**form_on(owner, url_of(hq)), name: value, "_save": "Save"}
    send(owner, url_of(hq), {key: each for key, each in form.items() if each != ""})
    hq.refresh_from_db()
    assert Batch.objects.get().state == "ABANDONED"
    assert (hq.lease_epoch, hq.leased_until) == (4, None)


# --- How it is doing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "label", "sentence"),
    [
        ({}, "up to date", "All that it is to be told has arrived."),
        ({"state": "STOPPED", "reason": "401."}, "stopped", "Nothing is sent. 401. Mend that"),
        ({"state": "FAILING"}, "does not answer", "Nothing is lost: it is tried every five"),
    ],
)
def test_its_standing_is_a_label_in_the_list_and_a_sentence_on_its_page(
    manager: Client, fields: dict[str, str], label: str, sentence: str
) -> None:
    hq = make_destination(**fields)
    assert label in text_of(manager.get(url(LIST)))
    assert sentence in text_of(manager.get(url_of(hq)))


def test_what_waits_is_counted_and_the_oldest_is_named(manager: Client) -> None:
    hq = make_destination(settled_through=1)
    make_fact(1)
    for sequence in (2, 3):
        make_fact(sequence, occurred_at=timezone.now() - timedelta(minutes=30 - sequence))
    make_undelivered(hq, make_fact(1_000), state="HELD")
    listed, page = text_of(manager.get(url(LIST))), text_of(manager.get(url_of(hq)))
    assert "late 999 28 minutes old 1 behind others" in listed
    assert "999 facts are waiting, the oldest for 28 minutes" in page
    assert "1 fact waits behind others about the same thing" in page


@pytest.mark.parametrize("state", ["RETRY", "SUSPECT", "REPLAY"])
def test_what_is_sent_again_by_itself_waits(manager: Client, state: str) -> None:
    happened = timezone.now() - timedelta(minutes=9)
    hq = make_destination(settled_through=1)
    make_undelivered(hq, make_fact(1, occurred_at=happened), state=state)
    make_fact(2)
    listed, page = text_of(manager.get(url(LIST))), text_of(manager.get(url_of(hq)))
    assert "waits for its turn 2 9 minutes old 1 sent again" in listed
    assert "2 facts are waiting for the next turn." in page


def test_dead_letters_are_never_all_well(manager: Client) -> None:
    hq = make_destination(settled_through=4)
    for state in ("DEAD", "DEAD", "HELD", "DISCARDED"):
        make_undelivered(hq, make_fact(), state=state, **DISCARDED)
    listed, page = text_of(manager.get(url(LIST))), manager.get(url_of(hq))
    assert "wants a decision 0 2 to decide on, 1 behind others" in listed
    assert "up to date" not in listed
    assert "2 facts wait for an owner's decision" in text_of(page)
    assert "All else has arrived." in text_of(page)
    assert (page.context["tone"], page.context["undelivered_count"]) == ("bad", 3)


@pytest.mark.parametrize("state", ["STOPPED", "FAILING"])
def test_one_that_takes_nothing_names_its_dead_letters_too(manager: Client, state: str) -> None:
    hq = make_destination(settled_through=1, state=state)
    make_undelivered(hq, make_fact(1))
    assert "1 fact waits for an owner's decision" in text_of(manager.get(url_of(hq)))


def test_an_empty_list_says_what_would_be_there(manager: Client, owner: Client) -> None:
    assert "Nobody is told yet." in text_of(manager.get(url(LIST)))
    assert "Add one with" in text_of(owner.get(url(LIST)))


# --- Deeds ----------------------------------------------------------------------------------------


def do(client: Client, hq: Destination, name: str, **typed: str) -> list[str]:
    """What is said after a button was pressed and confirmed."""
    return said(send(client, url(f"sync_destination_{name}", hq.pk), typed))


def test_it_is_stopped_with_a_reason_and_started_again(owner: Client) -> None:
    hq = make_destination()
    assert do(owner, hq, "stop", reason="new address") == ["Nothing is sent to it any more."]
    hq.refresh_from_db()
    assert (hq.state, hq.reason) == ("STOPPED", "new address (owner).")
    assert do(owner, hq, "start_again")[-1].startswith("It is sent to again")
    hq.refresh_from_db()
    assert hq.state == "ACTIVE"


def test_no_reason_no_stop(owner: Client) -> None:
    hq = make_destination()
    assert do(owner, hq, "stop", reason=" ") == []
    hq.refresh_from_db()
    assert hq.state == "ACTIVE"


def test_a_turn_now_and_larger_batches_are_had_for_the_asking(owner: Client) -> None:
    hq = make_destination(batch_limit=10, next_attempt_at=timezone.now() + timedelta(hours=1))
    assert "It is its turn now." in do(owner, hq, "send_now")[-1]
    assert "1,000 facts again" in do(owner, hq, "widen")[-1]
    hq.refresh_from_db()
    assert hq.batch_limit == 1_000
    assert hq.next_attempt_at is not None
    assert hq.next_attempt_at <= timezone.now()


def test_all_dead_letters_of_it_are_replayed_after_a_question(owner: Client) -> None:
    hq = make_destination()
    rows = [make_undelivered(hq), make_undelivered(hq)]
    address = url("sync_destination_replay_all", hq.pk)
    assert "Replay 2 dead letters of Head office?" in text_of(owner.get(address))
    assert rows[0].__class__.objects.filter(state="DEAD").count() == 2
    assert do(owner, hq, "replay_all")[-1] == "2 dead letters are sent again, oldest first."


def test_a_second_secret_that_was_typed_wrongly_is_withdrawn(owner: Client) -> None:
    hq = make_destination(second_secret=OTHER_SECRET)
    address = url("sync_destination_withdraw_secret", hq.pk)
    assert address in owner.get(url_of(hq)).content.decode()
    assert do(owner, hq, "withdraw_secret") == ["The second secret is withdrawn. Add another one."]
    found = Destination.objects.get()
    assert (found.secret, found.second_secret) == (hq.secret, "")
    assert AuditEntry.objects.filter(action="destination.secret_withdrawn").count() == 1
    assert address not in owner.get(url_of(hq)).content.decode()
    assert "There is one secret only" in text_of(owner.post(address, {}))


@pytest.mark.parametrize("name", ["stop", "start_again", "send_now", "widen", "replay_all",
                                  "second_secret", "promote_secret", "withdraw_secret",
                                  "give_up"])  # fmt: skip
@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_who_does_not_manage_sync_does_none_of_it(
    who: str, name: str, request: pytest.FixtureRequest
) -> None:
    hq = make_destination()
    client: Client = request.getfixturevalue(who)
    assert client.post(url(f"sync_destination_{name}", hq.pk), {}).status_code == 403
    assert not AuditEntry.objects.filter(subject=f"destination:{hq.pk}").exists()
