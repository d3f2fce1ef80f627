"""A shop and a head office that is told of it, in one process and one database.

The head office is the same program behind a real HTTP server: the shop's books are in its tables of
orders, what the head office knows in its inbox, and only HTTP is between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.models import OutboxEvent
from apps.core.numbering import number_facts
from apps.stores.service_types import Scope
from apps.sync.models import Destination, ReceivedFact, SyncReconciliation
from apps.sync.services.dispatching import Office, send_waiting
from apps.sync.services.peers import add_peer
from apps.sync.services.reconciling.running import reconcile_day
from tests.conftest import NOON
from tests.factories import MANAGER, make_service_token

if TYPE_CHECKING:
    from datetime import date

CODE = "head-office"
TODAY = NOON.date()


@dataclass
class Pair:
    """Both of them. Facts go over when `sync` is called."""

    url: str

    @property
    def destination(self) -> Destination:
        return Destination.objects.get(code=CODE)

    def sync(self) -> None:
        """Send everything that waits."""
        number_facts()
        clock = Office(clock=timezone.now, pause=lambda _: None)
        send_waiting(CODE, clock, is_forced=True)
        waiting = OutboxEvent.objects.filter(sequence__gt=self.destination.settled_through)
        assert not waiting.exists(), self.destination.reason

    def compare(self, day: date = TODAY) -> SyncReconciliation:
        return reconcile_day(code=CODE, day=day, now=timezone.now())

    def sentences(self, day: date = TODAY) -> list[str]:
        """What differs, as a person reads it."""
        return [each["sentence"] for each in self.compare(day).differences]


def make_pair(url: str, **fields: Any) -> Pair:
    """A shop that tells the head office at this address everything from now on."""
    number_facts()
    last = OutboxEvent.objects.exclude(sequence=None).count()
    token = make_service_token(Scope.SYNC_WRITE, name="Shop", source=settings.SYNC_SOURCE)
    with transaction():
        secret = add_peer(
            actor=MANAGER, source=settings.SYNC_SOURCE, name="Shop", after=last, now=NOON
        )
    values = {"code": CODE, "name": "Head office", "url": f"{url}/api/sync", "created_at": NOON}
    keys = {"token": token, "secret": secret, "starts_after": last, "settled_through": last}
    Destination.objects.create(**{**values, **keys, **fields})
    return Pair(url)


def lose(event_type: str) -> None:
    """The head office loses its facts of a type, as by a restore or somebody's hand."""
    assert ReceivedFact.objects.filter(type=event_type).delete()[0]


def rename(fact: ReceivedFact, thing: str) -> None:
    """Let the fact of a return tell of another one."""
    payload: Any = fact.payload
    payload["returned"]["id"] = thing
    fact.save(update_fields=["payload"])


def copy_of(event_type: str, **fields: Any) -> ReceivedFact:
    """Another fact at the head office, like one that it has."""
    fact = ReceivedFact.objects.filter(type=event_type).latest("position")
    fact.pk, fact.event_id = None, uuid4()
    for name, value in fields.items():
        setattr(fact, name, value)
    fact.save(force_insert=True)
    return fact
