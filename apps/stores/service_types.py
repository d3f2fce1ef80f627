"""Programs that call without a cashier: other installations, and integrations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from apps.core.types import Actor, ActorKind

if TYPE_CHECKING:
    from apps.stores.types import StoreProfile


class Scope(StrEnum):
    """What a service token is good for."""

    SYNC_WRITE = "sync:write"
    SYNC_READ = "sync:read"
    CATALOG_READ = "catalog:read"


@dataclass(frozen=True, slots=True)
class NewServiceToken:
    """What an owner says to let a program in.

    `source` is the installation that calls, as it names itself; an integration that is none leaves
    it out. `store_id` says whose prices a reader of the catalog sees.
    """

    name: str
    scopes: tuple[Scope, ...]
    source: str = ""
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceCaller:
    """A program that calls: what a service token stands for."""

    id: int
    name: str
    source: str
    scopes: frozenset[Scope]
    store: StoreProfile | None
    revision: int  # of reference data, when the token was looked up
    is_due_a_touch: bool  # its last use on record is more than a minute old

    @property
    def scope(self) -> str:
        """Under which this caller's idempotency keys live."""
        return f"service:{self.id}"

    @property
    def actor(self) -> Actor:
        """The program, on an audit chain of its own."""
        return Actor(ActorKind.SYSTEM, self.scope, self.name, self.scope)
