"""Who may send to us, and what they sign with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.sync.errors import PeerExists, PeerIncomplete, PeerSecretMissing, SyncStateConflict
from apps.sync.inbox import get_peer
from apps.sync.models import Peer
from apps.sync.signing import make_secret

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON, Actor

_LONGEST_SOURCE, _LONGEST_NAME = 40, 120
_LAST_NUMBER = 2**63 - 1


@transaction_required
def add_peer(*, actor: Actor, source: str, name: str, after: int = 0, now: datetime) -> str:
    """Let an installation send; the secret that it signs with, which is shown this once.

    `after` is the number of the last fact that it will not send, where it does not begin with the
    first it has.

    Raises:
        PeerIncomplete: it has no name, or a source that is none.
        PeerExists: there is one of that source.
    """
    _refuse_incomplete(source, name, after)
    if Peer.objects.filter(source=source).exists():
        raise PeerExists(f"{source} sends already. Give it a second secret to change its first.")
    secret = make_secret()
    Peer.objects.create(
        source=source, name=name.strip(), secret=secret, seen_through=after, created_at=now
    )
    _tell(actor, now, "peer.added", source, {"name": name.strip(), "after": after})
    return secret


@transaction_required
def add_second_secret(*, actor: Actor, source: str, now: datetime) -> str:
    """A new secret that counts beside the first.

    Raises:
        PeerUnknown: there is no such peer.
        SyncStateConflict: it has two already, and may be signing with either.
    """
    peer, secret = get_peer(source=source), make_secret()
    if not Peer.objects.filter(pk=peer.pk, second_secret="").update(second_secret=secret):
        raise SyncStateConflict(
            f"{source} has two secrets already: retire the first one, or withdraw the second."
        )
    _tell(actor, now, "peer.secret_added", source, {})
    return secret


@transaction_required
def withdraw_second_secret(*, actor: Actor, source: str, now: datetime) -> None:
    """The second secret counts no more, as where it was lost before the peer knew it.

    Raises:
        PeerUnknown: there is no such peer.
        PeerSecretMissing: it has no second one.
    """
    peer = get_peer(source=source)
    with_two = Peer.objects.filter(pk=peer.pk).exclude(second_secret="")
    if not with_two.update(second_secret=""):
        raise PeerSecretMissing(f"{source} has no second secret that could be withdrawn.")
    _tell(actor, now, "peer.secret_withdrawn", source, {})


@transaction_required
def retire_first_secret(*, actor: Actor, source: str, now: datetime) -> None:
    """The first secret counts no more; the second is the first from now on.

    Raises:
        PeerUnknown: there is no such peer.
        PeerSecretMissing: it has no second one.
    """
    peer = get_peer(source=source)
    with_two = Peer.objects.filter(pk=peer.pk).exclude(second_secret="")
    if not with_two.update(secret=F("second_secret"), second_secret=""):
        raise PeerSecretMissing(f"Give {source} a second secret first, and enter it there.")
    _tell(actor, now, "peer.secret_retired", source, {})


@transaction_required
def dismiss_warning(*, actor: Actor, source: str, now: datetime) -> None:
    """Somebody has looked into what a peer's page warned of.

    Raises:
        PeerUnknown: there is no such peer.
    """
    peer = get_peer(source=source)
    Peer.objects.filter(pk=peer.pk).update(warning="")
    _tell(actor, now, "peer.warning_dismissed", source, {"warning": peer.warning})


def _refuse_incomplete(source: str, name: str, after: int) -> None:
    try:
        validate_slug(source)
    except ValidationError as error:
        raise PeerIncomplete("A source has letters, digits, hyphens and underscores.") from error
    if len(source) > _LONGEST_SOURCE:
        raise PeerIncomplete(f"A source has at most {_LONGEST_SOURCE} characters.")
    if not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise PeerIncomplete(f"Say whose installation it is, in {_LONGEST_NAME} characters.")
    if not 0 <= after <= _LAST_NUMBER:
        raise PeerIncomplete("The last fact that it will not send has a number from 0 on.")


def _tell(actor: Actor, now: datetime, action: str, source: str, facts: dict[str, JSON]) -> None:
    audit.record(audit.AuditFact(now, actor, action, f"peer:{source}", facts))
