"""Letting programs in that call without a cashier, and locking them out."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from django.db.models import Q
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.stores.errors import (
    ServiceTokenIncomplete,
    ServiceTokenNameTaken,
    ServiceTokenUnknown,
)
from apps.stores.models import ServiceToken
from apps.stores.selectors import hash_token
from apps.stores.service_selectors import TOUCH_EVERY
from apps.stores.service_types import Scope

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import Actor
    from apps.stores.service_types import NewServiceToken, ServiceCaller

PREFIX = "thv_"
_NAME_LENGTH = 60
_SLUG = re.compile(r"[-a-zA-Z0-9_]{0,60}")


@transaction_required
def issue_service_token(*, actor: Actor, new: NewServiceToken, now: datetime) -> str:
    """Let a program in. The text of its token is handed out this once; only its hash is kept.

    Raises:
        ServiceTokenIncomplete: it has no name or no scope, or may send facts of no source.
        ServiceTokenNameTaken: another token has the name, be it revoked.
    """
    _refuse_incomplete(new)
    name = new.name.strip()
    if ServiceToken.objects.filter(name=name).exists():
        raise ServiceTokenNameTaken(
            f"There is a token of the name {name!r}. Choose another, such as one with a date."
        )
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    scopes = sorted({scope.value for scope in new.scopes})
    row = ServiceToken.objects.create(
        name=name,
        source=new.source,
        token_hash=hash_token(token),
        scopes=scopes,
        store_id=new.store_id,
        created_at=now,
        created_by=actor.name,
    )
    audit.record(
        audit.AuditFact(
            now,
            actor,
            "service_token.issued",
            f"service_token:{row.pk}",
            {"name": name, "source": new.source, "scopes": [*scopes], "store": new.store_id},
        )
    )
    return token


@transaction_required
def revoke_service_token(*, actor: Actor, token_id: int, now: datetime) -> None:
    """Lock a program out at once. A token that is revoked already stays as it is.

    Raises:
        ServiceTokenUnknown: there is no such token.
    """
    name = ServiceToken.objects.filter(pk=token_id).values_list("name", flat=True).first()
    if name is None:
        raise ServiceTokenUnknown(f"There is no service token {token_id}.")
    if ServiceToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=now):
        subject = f"service_token:{token_id}"
        audit.record(audit.AuditFact(now, actor, "service_token.revoked", subject, {"name": name}))


def touch_service_token(*, caller: ServiceCaller, now: datetime) -> None:
    """Note that a token is in use, once a minute however often it calls."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - TOUCH_EVERY)
    ServiceToken.objects.filter(stale, pk=caller.id).update(last_used_at=now)


def _refuse_incomplete(new: NewServiceToken) -> None:
    if not 0 < len(new.name.strip()) <= _NAME_LENGTH:
        raise ServiceTokenIncomplete(f"Say whose token it is, in {_NAME_LENGTH} characters.")
    if not new.scopes:
        raise ServiceTokenIncomplete("Say what it is good for: choose at least one scope.")
    if not _SLUG.fullmatch(new.source):
        raise ServiceTokenIncomplete("A source has letters, digits, hyphens and underscores only.")
    if Scope.SYNC_WRITE in new.scopes and not new.source:
        raise ServiceTokenIncomplete(
            "Say which installation sends with it, as its SYNC_SOURCE names it."
        )
