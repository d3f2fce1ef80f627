"""Dead letters in the back office: read with their cause, replayed, or discarded with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.sync.models import Destination, Undelivered
from tests.sync.office_rows import (
    make_attempt,
    make_batch,
    make_destination,
    make_fact,
    make_undelivered,
)

from .office import said, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = "sync_undelivered_changelist"


@pytest.fixture
def hq() -> Destination:
    return make_destination()


def listed(client: Client, **query: object) -> str:
    return text_of(client.get(url(LIST, **query)))


def states() -> list[str]:
    return list(Undelivered.objects.order_by("sequence").values_list("state", flat=True))


def act(client: Client, name: str, *rows: Undelivered) -> list[str]:
    """What is said once a deed was chosen for rows of the list."""
    form = {"action": f"{name}_selected", "_selected_action": [row.pk for row in rows]}
    return said(send(client, url(LIST), form))


# --- Reading --------------------------------------------------------------------------------------


def test_what_is_held_stands_behind_what_holds_it(manager: Client, hq: Destination) -> None:
    dead = make_undelivered(hq, make_fact(aggregate="order:7"))
    held = make_undelivered(hq, make_fact(aggregate="order:7"), state="HELD", code="", detail="")
    page = listed(manager)
    assert "#1 order.voided dead letter event-invalid number: is not a text 1 wait" in page
    assert "#2" not in page
    assert f"#{held.sequence}" in text_of(manager.get(url_of(dead)))
    assert "waits behind #1 (dead letter)" in text_of(manager.get(url_of(held)))


@pytest.mark.parametrize("state", ["DEAD", "RETRY", "SUSPECT", "HELD", "REPLAY", "ALL"])
def test_the_list_shows_the_state_that_is_asked_for(
    manager: Client, hq: Destination, state: str
) -> None:
    for each in ("DEAD", "RETRY", "SUSPECT", "HELD", "REPLAY"):
        make_undelivered(hq, state=each)
    rows = manager.get(url(LIST, look=state)).context["cl"].result_list
    assert {row.state for row in rows} == {state} or (state == "ALL" and len(rows) == 5)


def test_a_fact_is_found_by_its_number_or_what_it_is_about(
    manager: Client, hq: Destination
) -> None:
    make_undelivered(hq, make_fact(17, aggregate="order:7"))
    make_undelivered(hq, make_fact(18, aggregate="order:8"))
    for term in ("17", "#17", "order:7"):
        page = listed(manager, q=term)
        assert "#17" in page
        assert "#18" not in page
    assert "#17" not in listed(manager, q="9" * 40)


def test_its_page_tells_cause_advice_attempts_and_payload(manager: Client, hq: Destination) -> None:
    dead = make_undelivered(hq, code="event-type-unknown", detail="order.voided is unknown")
    batch = make_batch(hq, first_sequence=dead.sequence, is_replay=True)
    make_attempt(batch, outcome="BROKEN", status=500, detail="division by zero")
    page = text_of(manager.get(url_of(dead)))
    assert f"Fact #{dead.sequence} for head-office" in page
    assert "it probably runs an older version" in page
    assert "What to do: Have it updated there, then replay." in page
    assert "It broke down over the batch" in page
    assert "HTTP 500, after 1.2 s division by zero" in page
    assert '"reason": "wrong bag"' in page


def test_what_the_other_side_says_is_shown_and_never_run(manager: Client, hq: Destination) -> None:
    dead = make_undelivered(hq, code="<b>x", detail="<script>alert(1)</script>")
    for address in (url(LIST), url_of(dead)):
        assert b"<script>alert(1)" not in manager.get(address).content


def test_an_empty_list_says_what_would_be_there(manager: Client) -> None:
    assert "What a destination refuses stands here" in listed(manager)


# --- Deciding -------------------------------------------------------------------------------------


def test_one_is_replayed_from_its_page(owner: Client, hq: Destination) -> None:
    dead = make_undelivered(hq)
    address = url("sync_undelivered_replay_one", dead.pk)
    assert owner.get(address).status_code == 200
    assert states() == ["DEAD"]
    assert said(send(owner, address, {})) == ["1 fact is sent again at the next turn."]
    assert states() == ["REPLAY"]


def test_the_second_manager_reads_what_the_first_one_did(owner: Client, hq: Destination) -> None:
    dead = make_undelivered(
        hq, state="DISCARDED", discarded_at=timezone.now(), discarded_by="Ida",
        discarded_reason="entered by hand",
    )  # fmt: skip
    page = send(owner, url("sync_undelivered_replay_one", dead.pk), {})
    assert "Ida discarded it on" in text_of(page)
    assert "entered by hand" in text_of(page)
    assert not AuditEntry.objects.filter(action__startswith="undelivered").exists()


def test_it_is_discarded_with_a_reason_alone(owner: Client, hq: Destination) -> None:
    dead = make_undelivered(hq, make_fact(aggregate="order:7"))
    make_undelivered(hq, make_fact(aggregate="order:7"), state="HELD")
    address = url("sync_undelivered_discard_one", dead.pk)
    assert "1 that wait behind it go by themselves" in text_of(owner.get(address))
    send(owner, address, {"reason": ""})
    assert states() == ["DEAD", "HELD"]
    told = said(send(owner, address, {"reason": "entered by hand"}))
    assert told == ["1 fact is never sent. 1 that waited behind is sent at the next turn."]
    assert states() == ["DISCARDED", "REPLAY"]


def test_one_that_is_selected_is_replayed_at_once(owner: Client, hq: Destination) -> None:
    dead, _other = make_undelivered(hq), make_undelivered(hq)
    assert act(owner, "replay", dead) == ["1 fact is sent again at the next turn."]
    assert states() == ["REPLAY", "DEAD"]


def test_many_are_replayed_after_a_question(owner: Client, hq: Destination) -> None:
    rows = [make_undelivered(hq), make_undelivered(make_destination("accountant"))]
    held = make_undelivered(hq, make_fact(aggregate=rows[0].aggregate), state="HELD")
    assert act(owner, "replay", *rows) == []
    assert states() == ["DEAD", "DEAD", "HELD"]
    address = url("sync_undelivered_replay", ids=",".join(str(r.pk) for r in (*rows, held)))
    assert "Replay 3 facts?" in text_of(owner.get(address))
    assert said(send(owner, address, {})) == [
        "2 facts are sent again at the next turn. 1 could not be: open each to see why."
    ]


def test_many_are_discarded_after_a_question_with_a_reason(owner: Client, hq: Destination) -> None:
    rows = [make_undelivered(hq), make_undelivered(hq)]
    assert act(owner, "discard", *rows) == []
    assert states() == ["DEAD", "DEAD"]
    address = url("sync_undelivered_discard", ids=f"{rows[0].pk},{rows[1].pk}")
    assert said(send(owner, address, {"reason": "old"})) == ["2 facts are never sent."]
    assert states() == ["DISCARDED", "DISCARDED"]


def test_a_replay_for_one_that_is_stopped_says_when_it_goes(owner: Client) -> None:
    dead = make_undelivered(make_destination(state="STOPPED", reason="401."))
    address = url("sync_undelivered_replay_one", dead.pk)
    assert "once the destination is started" in text_of(owner.get(address))
    page = send(owner, address, {})
    assert said(page) == ["1 fact is sent again once the destination is started: it is stopped."]
    assert "Open Head office, mend what has stopped it, and press Start again." in text_of(page)
    assert said(send(owner, address, {})) == []
    assert "already, once it is started" in text_of(send(owner, address, {}))


def test_a_discarded_one_is_sent_after_all(owner: Client, hq: Destination) -> None:
    why: dict[str, Any] = {
        "discarded_at": timezone.now(),
        "discarded_by": "Ida",
        "discarded_reason": "not theirs",
    }
    gone = make_undelivered(hq, state="DISCARDED", **why)
    assert "Send it after all" in text_of(owner.get(url_of(gone)))
    address = url("sync_undelivered_send_after_all", gone.pk)
    assert "Ida had discarded it: not theirs" in text_of(owner.get(address))
    assert said(send(owner, address, {})) == ["1 fact is sent again at the next turn."]
    assert states() == ["REPLAY"]
    gone.refresh_from_db()
    assert (gone.discarded_at, gone.discarded_by, gone.discarded_reason) == (None, "", "")


def test_one_that_waits_behind_an_older_one_is_not_sent_after_all(
    owner: Client, hq: Destination
) -> None:
    older = make_undelivered(hq, make_fact(aggregate="order:7"))
    why = {"discarded_at": timezone.now(), "discarded_by": "Ida", "discarded_reason": "x"}
    gone = make_undelivered(hq, make_fact(aggregate="order:7"), state="DISCARDED", **why)
    page = send(owner, url("sync_undelivered_send_after_all", gone.pk), {})
    assert f"#{older.sequence} is undecided" in text_of(page)
    assert states() == ["DEAD", "DISCARDED"]


def test_who_comes_back_to_one_that_has_arrived_is_told_so(owner: Client, hq: Destination) -> None:
    dead = make_undelivered(hq)
    addresses = [url_of(dead)] + [
        url(f"sync_undelivered_{name}", dead.pk)
        for name in ("replay_one", "discard_one", "send_after_all")
    ]
    dead.delete()
    for address in addresses:
        page = owner.get(address, follow=True)
        assert page.redirect_chain == [(url(LIST), 302)]
        assert said(page) == ["It has arrived."]


@pytest.mark.parametrize("ids", ["", "x", "9" * 30, "999999"])
def test_a_question_about_nothing_does_nothing(owner: Client, ids: str) -> None:
    for deed in ("replay", "discard"):
        page = send(owner, url(f"sync_undelivered_{deed}", ids=ids), {"reason": "x"})
        assert page.status_code == 200
        assert "they have arrived" in text_of(page)


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_who_does_not_manage_sync_decides_nothing(
    who: str, request: pytest.FixtureRequest, hq: Destination
) -> None:
    client: Client = request.getfixturevalue(who)
    dead = make_undelivered(hq)
    for name in ("replay_one", "discard_one", "send_after_all"):
        address = url(f"sync_undelivered_{name}", dead.pk)
        assert client.post(address, {"reason": "x"}).status_code == 403
    for name in ("replay", "discard"):
        address = url(f"sync_undelivered_{name}", ids=dead.pk)
        assert client.post(address, {"reason": "x"}).status_code == 403
    act(client, "replay", dead)
    assert states() == ["DEAD"]
    assert "Replay" not in text_of(client.get(url_of(dead))).split("What it says")[0].split(".")[0]
