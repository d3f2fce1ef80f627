"""Values that cross app borders and mean the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

type JSON = dict[str, JSON] | list[JSON] | str | int | bool | None


class ActorKind(StrEnum):
    """What sort of hand did it."""

    STAFF = "STAFF"  # a person at a till, known by staff code and PIN
    USER = "USER"  # a person in the admin
    SYSTEM = "SYSTEM"  # a command or a scheduled task


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, and on which audit chain it is written down."""

    kind: ActorKind
    id: str
    name: str
    chain: str


def system_actor(name: str) -> Actor:
    """The actor of a command or task, named after it."""
    return Actor(kind=ActorKind.SYSTEM, id=name, name=name, chain=f"system:{name}")
