"""A back office that takes nothing before one number gets that one, or a person is told what to do.

What the reason advises is done here to the letter, against the sandbox, which insists on them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.conf import settings
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.sync.conservation import find_lost_facts
from apps.sync.deeds import Chosen
from apps.sync.models import Undelivered
from apps.sync.services.deciding import discard, replay, send_after_all
from apps.sync.services.steering import start
from sandbox.backoffice.faults import Fault, Kind
from sandbox.backoffice.receiving import TOKEN, Office
from sandbox.backoffice.server import BackOffice
from sandbox.backoffice.signatures import SECRET
from tests.factories import MANAGER
from tests.sync.listening import Peer, Reply, Request
from tests.sync.office import Sender, destination, make_destination, tell, undelivered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db


class Shop(Sender):
    """Somebody who sends to the sandbox, and sees what it holds."""

    there: BackOffice

    def seconds(self) -> float:
        return self.now.timestamp()

    def arrived(self) -> list[int]:
        return [event["sequence"] for event in self.there.office.books.list_events()]

    def breaks(self, kind: Kind, *, times: int | None = 1, status: int = 422) -> None:
        """Fact 2 goes wrong there."""
        holding = frozenset({str(UUID(int=2))})
        fault = Fault(kind, status=status, code="bitter", holding=holding)
        self.there.office.faults.add(fault, times=times)

    def insists_on(self, number: int) -> None:
        """Somebody there says what comes next."""
        self.there.office.books.expect(settings.SYNC_SOURCE, number)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    office = Office(clock=shop.seconds)
    with BackOffice(office) as shop.there:
        url = f"{shop.there.base_url}/api/sync"
        make_destination(url, token=TOKEN, secret=SECRET)
        yield shop
    assert shop.there.crimes == []
    assert list(find_lost_facts()) == []


def decide(shop: Shop, deed: Callable[..., Any], number: int, **given: Any) -> None:
    """As a person does, who then starts the destination again."""
    row = Undelivered.objects.get(sequence=number)
    with transaction():
        deed(actor=MANAGER, chosen=Chosen(row.destination_id, [row.pk]), now=shop.now, **given)
    start_again(shop)


def start_again(shop: Shop) -> None:
    with transaction():
        start(actor=MANAGER, destination_id=destination().pk, now=shop.now)
    shop.run()


def about_one_thing(number: int) -> str:
    return "order:A" if number in {2, 3} else f"order:{number}"


@pytest.mark.parametrize("state", ["RETRY", "REPLAY", "SUSPECT"])
def test_what_can_be_sent_is_sent_next_without_a_stop(shop: Shop, state: str) -> None:
    shop.breaks(Kind.REJECT)
    tell(3)
    shop.run()
    Undelivered.objects.update(state=state)
    shop.insists_on(2)
    tell(1)
    shop.run()
    assert (shop.arrived(), shop.paused, undelivered()) == ([1, 2, 3, 4], [], {})
    assert destination().state == "ACTIVE"


def test_the_very_fact_goes_before_older_ones(sender: Sender, peer: Peer) -> None:
    peer.poison = {2, 5}
    tell(6)
    sender.run()
    Undelivered.objects.update(state="REPLAY")
    peer.poison = set()
    peer.script.append(Reply(409, {"code": "gap", "expected_sequence": 5}))
    sender.run()
    assert [request.numbers for request in peer.heard[-3:]] == [[2], [5], [2]]
    assert destination().insists_on is None


def test_what_waits_behind_one_that_is_tried_again_goes_right_after_it(shop: Shop) -> None:
    shop.breaks(Kind.REJECT)
    tell(2, aggregate=about_one_thing)
    shop.run()
    tell(2, aggregate=about_one_thing)
    shop.run()
    assert (shop.arrived(), shop.paused, undelivered()) == ([1, 2, 3, 4], [], {})


@pytest.mark.parametrize(
    ("deed", "given", "arrived"),
    [(replay, {}, [1, 2, 3, 4]), (discard, {"reason": "entered there"}, [1, 3, 4])],
)
def test_what_waits_behind_a_dead_letter_goes_once_that_is_decided_on(
    shop: Shop, deed: Callable[..., Any], given: dict[str, str], arrived: list[int]
) -> None:
    shop.breaks(Kind.STATUS, times=None)
    tell(4, aggregate=about_one_thing)
    shop.run()
    assert destination().reason == (
        "It insists on number 3, which waits behind number 2 about the same thing, a dead letter."
        " Replay or discard #2; then start it again: #3 goes by itself once that one has arrived"
        " or is discarded."
    )
    shop.there.office.faults.lift()
    decide(shop, deed, 2, **given)
    assert (shop.arrived(), destination().state) == (arrived, "ACTIVE")


def stop_at_a_dead_letter(shop: Shop) -> None:
    shop.breaks(Kind.STATUS, times=None, status=400)
    tell(4)
    shop.run()
    assert destination().reason == (
        "It insists on number 2, which it has refused itself: 400 It was asked for. Have that"
        " mended there and replay #2, or have somebody there say that it never comes; then start"
        " it again."
    )


def test_a_dead_letter_that_it_insists_on_is_mended_there_and_replayed(shop: Shop) -> None:
    stop_at_a_dead_letter(shop)
    shop.there.office.faults.lift()
    decide(shop, replay, 2)
    assert (shop.arrived(), undelivered(), destination().state) == ([1, 2, 3, 4], {}, "ACTIVE")


def test_or_somebody_there_says_that_it_never_comes(shop: Shop) -> None:
    stop_at_a_dead_letter(shop)
    shop.insists_on(3)
    start_again(shop)
    assert (shop.arrived(), undelivered()) == ([1, 3, 4], {2: "DEAD"})


def test_a_discarded_fact_that_it_insists_on_is_sent_after_all(shop: Shop) -> None:
    shop.breaks(Kind.STATUS, times=2)
    tell(2)
    shop.run()
    row = Undelivered.objects.get()
    with transaction():
        chosen = Chosen(row.destination_id, [row.pk])
        discard(actor=MANAGER, chosen=chosen, reason="not theirs.", now=shop.now)
    shop.insists_on(2)
    tell(1)
    shop.run()
    reason = destination().reason
    assert "number 2, which Maria discarded on Nov 22: not theirs. Open #2" in reason
    decide(shop, send_after_all, 2)
    assert (shop.arrived(), undelivered(), destination().state) == ([1, 2, 3], {}, "ACTIVE")
    facts = AuditEntry.objects.get(action="undelivered.sent_after_all").facts
    assert (facts["discarded_by"], facts["discarded_reason"]) == ("Maria", "not theirs.")


def test_one_that_insists_on_what_breaks_it_is_left_alone_for_a_while(
    sender: Sender, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(request: Request) -> Reply:
        if request.numbers == [1]:
            return Reply(500)
        return Reply(409, {"code": "gap", "expected_sequence": 1})

    tell(3)
    peer.script.extend([Reply(500)] * 4)
    monkeypatch.setattr(peer, "_judge", judge)
    sender.beat(3)
    assert (destination().state, len(peer.heard) < 40) == ("FAILING", True)
    monkeypatch.undo()
    sender.beat(2)
    assert (sorted(peer.facts), undelivered()) == ([1, 2, 3], {})
