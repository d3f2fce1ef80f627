"""Who may ask what has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.stores.errors import PermissionMissing
from apps.stores.service_types import Scope

if TYPE_CHECKING:
    from apps.stores.service_types import ServiceCaller

_MAY_ASK = frozenset({Scope.SYNC_WRITE, Scope.SYNC_READ})


def refuse_stranger(caller: ServiceCaller, source: str) -> None:
    """Who sends may ask about itself; who reads and is no source, about everybody.

    Raises:
        PermissionMissing: it is neither.
    """
    is_own = caller.source == source and caller.scopes & _MAY_ASK
    is_reader = not caller.source and Scope.SYNC_READ in caller.scopes
    if not (is_own or is_reader):
        raise PermissionMissing(
            "This token may not ask about that source.", permission=Scope.SYNC_READ.value
        )
