"""Reads of service tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from apps.core.reference import read_revision
from apps.stores.models import ServiceToken
from apps.stores.selectors import get_store_profile, hash_token
from apps.stores.service_types import Scope, ServiceCaller

if TYPE_CHECKING:
    from datetime import datetime

TOUCH_EVERY = timedelta(minutes=1)
_SCOPES = {scope.value: scope for scope in Scope}


def find_service_caller(*, token: str, now: datetime) -> ServiceCaller | None:
    """The program behind a service token, or None where the token is unknown or revoked.

    A token outlives the store whose prices it reads: what that store sold last still has to come.
    """
    row = ServiceToken.objects.filter(token_hash=hash_token(token), revoked_at=None).first()
    if row is None:
        return None
    revision = read_revision()
    store = row.store_id and get_store_profile(store_id=row.store_id, revision=revision)
    return ServiceCaller(
        id=row.pk,
        name=row.name,
        source=row.source,
        scopes=frozenset(_SCOPES[scope] for scope in row.scopes if scope in _SCOPES),
        store=store or None,
        revision=revision,
        is_due_a_touch=row.last_used_at is None or row.last_used_at < now - TOUCH_EVERY,
    )
