"""Who is told: destinations and their secrets.

A secret is sealed where it is kept and never shown again. It is changed with two of them alive: the
new one is made, both sides come to know it, and then it takes the place of the old one.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.models import OutboxSequence
from apps.core.pruning import lock_pruning
from apps.sync.errors import SyncStateConflict
from apps.sync.locks import lock_destination
from apps.sync.models import Destination
from apps.sync.services.fencing import abandon_open_batch
from apps.sync.signing import make_secret
from apps.sync.types import DestinationState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.core.types import JSON, Actor
    from apps.sync.deeds import NewDestination

_REFREEZE = frozenset({"url", "compresses", "options"})  # what an open batch would not be right for


@transaction_required
def add_destination(*, actor: Actor, new: NewDestination, now: datetime) -> Destination:
    """Tell another back office from the next turn on: all that is on record, or what comes.

    Raises:
        SyncStateConflict: the code is taken.
    """
    starts_after = _last_number() if new.begins_now else _first_number() - 1
    texts = {
        name: getattr(new, name) for name in ("name", "url", "format", "compresses", "options")
    }
    secrets = {"token": new.token, "secret": new.secret}
    numbers = {"starts_after": starts_after, "settled_through": starts_after}
    found, is_new = Destination.objects.get_or_create(
        code=new.code, defaults={**texts, **secrets, **numbers, "created_at": now}
    )
    if not is_new:
        raise SyncStateConflict(say_taken(found))
    given = sorted(name for name, text in secrets.items() if text)
    facts: dict[str, JSON] = {"code": new.code, "url": new.url, "fields": [*given]}
    _note(now, actor, found, "added", facts)
    return found


@transaction_required
def change_destination(
    *, actor: Actor, destination_id: int, changes: Mapping[str, Any], now: datetime
) -> None:
    """Write what was typed; the names of the fields are noted, and none of the secrets.

    A batch that was frozen for another address, or under another encoding, is frozen anew.
    """
    found = lock_destination(destination_id)
    if not changes:
        return
    Destination.objects.filter(pk=found.pk).update(**changes)
    if changes.keys() & _REFREEZE:
        abandon_open_batch(destination_id=found.pk, now=now)
    _note(now, actor, found, "changed", {"code": found.code, "fields": [*sorted(changes)]})


@transaction_required
def add_second_secret(*, actor: Actor, destination_id: int, secret: str, now: datetime) -> str:
    """Begin to change the secret: from now on it is signed with both. Made here, if none is given.

    Raises:
        SyncStateConflict: there are two already.
    """
    found, secret = lock_destination(destination_id), secret or make_secret()
    rows = Destination.objects.filter(pk=found.pk, second_secret="")
    if not rows.update(second_secret=secret):
        raise SyncStateConflict(
            "There are two secrets already: use the new one alone, or withdraw it."
        )
    facts: dict[str, JSON] = {"code": found.code, "fields": ["second_secret"]}
    _note(now, actor, found, "secret_added", facts)
    return secret


@transaction_required
def promote_secret(*, actor: Actor, destination_id: int, now: datetime) -> None:
    """End the change of a secret: it is signed with the new one alone.

    Raises:
        SyncStateConflict: there is no second one.
    """
    found = lock_destination(destination_id)
    rows = Destination.objects.filter(pk=found.pk).exclude(second_secret="")
    if not rows.update(secret=F("second_secret"), second_secret=""):
        raise SyncStateConflict("There is one secret only: somebody has ended the change.")
    _note(now, actor, found, "secret_promoted", {"code": found.code, "fields": ["secret"]})


@transaction_required
def withdraw_second_secret(*, actor: Actor, destination_id: int, now: datetime) -> None:
    """Sign with the first secret alone again, as where the second one was typed wrongly.

    Raises:
        SyncStateConflict: there is no second one.
    """
    found = lock_destination(destination_id)
    rows = Destination.objects.filter(pk=found.pk).exclude(second_secret="")
    if not rows.update(second_secret=""):
        raise SyncStateConflict("There is one secret only: somebody has ended the change.")
    _note(now, actor, found, "secret_withdrawn", {"code": found.code})


def say_taken(destination: Destination) -> str:
    """Why no other destination can have its code, and what to do."""
    code = destination.code
    if destination.state != DestinationState.GIVEN_UP:
        return f"There is a destination {code} already."
    taken = set(Destination.objects.filter(code__startswith=code).values_list("code", flat=True))
    free = next(f"{code}-{n}" for n in count(2) if f"{code}-{n}" not in taken)
    return (
        f"{code} was given up, and its code stands in the books for what it was told. Take another"
        f" code, such as {free}."
    )


def _last_number() -> int:
    return OutboxSequence.objects.values_list("last", flat=True).first() or 0


def _first_number() -> int:
    """Of what is still on record as a whole."""
    return lock_pruning() + 1


def _note(
    now: datetime, actor: Actor, found: Destination, what: str, facts: dict[str, JSON]
) -> None:
    audit.record(
        audit.AuditFact(now, actor, f"destination.{what}", f"destination:{found.pk}", facts)
    )
