"""An installation that has facts to tell, a destination, and a clock that a test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from apps.core.models import OutboxEvent, OutboxSequence
from apps.sync.conservation import find_lost_facts
from apps.sync.models import Destination, Undelivered
from apps.sync.services.dispatching import End, Office, send_waiting
from tests.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sync.listening import Peer

SECRET = "whsec_" + "A" * 40
CODE = "head-office"


def tell(count: int = 1, *, aggregate: Callable[[int], str] = lambda n: f"order:{n}") -> None:
    """Write so many facts with the next numbers."""
    head, _ = OutboxSequence.objects.get_or_create(pk=1)
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            event_id=UUID(int=number), type="test.told", aggregate=aggregate(number),
            payload={"number": number}, occurred_at=NOON, is_shared=True, sequence=number,
        )
        for number in range(head.last + 1, head.last + count + 1)
    )  # fmt: skip
    head.last += count
    head.save()


def make_destination(url: str, **fields: Any) -> Destination:
    """A destination that is told from the first fact on."""
    values = {"name": "Head office", "secret": SECRET, "token": "opensesame", "created_at": NOON}
    return Destination.objects.create(**{"code": CODE, "url": url, **values, **fields})


MOST_REQUESTS = 500  # of one run: more than any test has reason for


@dataclass
class Sender:
    """Runs as they would be with the beat, on a clock that every look at it moves a little.

    A run that goes round in circles is ended by an error, and not by the patience of a test.
    """

    now: datetime = NOON
    paused: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += timedelta(seconds=seconds)

    @property
    def office(self) -> Office:
        left = iter(range(MOST_REQUESTS))

        def count(_: int) -> None:
            assert next(left, None) is not None, "This run sends the same thing for ever."

        return Office(self.clock, self.pause, count, roll=lambda: 1.0)

    def run(self, code: str = CODE, *, is_forced: bool = False) -> End:
        return send_waiting(code, self.office, is_forced=is_forced)

    def beat(self, times: int = 1) -> None:
        """So many runs, five minutes apart."""
        for _ in range(times):
            self.run()
            self.now += timedelta(minutes=5)


def destination(code: str = CODE) -> Destination:
    return Destination.objects.get(code=code)


def undelivered(code: str = CODE) -> dict[int, str]:
    """The state of each fact that is not there, by its number."""
    rows = Undelivered.objects.filter(destination__code=code).order_by("sequence")
    return dict(rows.values_list("sequence", "state"))


def everything_is_there(peer: Peer) -> bool:
    """Whether the peer holds all facts, each as it was told, and the books agree."""
    last = OutboxSequence.objects.get().last
    told = {number: fact["data"] for number, fact in peer.facts.items()}
    assert list(find_lost_facts()) == []
    return told == {number: {"number": number} for number in range(1, last + 1)}
