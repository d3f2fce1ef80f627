"""What a format has to be able to do. `registry` says which there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.sync.rules import Answer, Outcome, Sent


class StoredFact(NamedTuple):
    """A fact as it lies in the outbox; its payload is the JSON text, which nobody has parsed."""

    sequence: int
    id: UUID
    type: str
    version: int
    aggregate: str
    occurred_at: datetime
    payload: str


@dataclass(frozen=True, slots=True)
class Run:
    """Facts with consecutive numbers that make one batch."""

    batch_id: str
    source: str
    facts: Sequence[StoredFact]
    options: Mapping[str, Any] = field(default_factory=dict)  # of the destination


class Transform(Protocol):
    """A form in which a destination is told."""

    content_type: str

    def write(self, run: Run) -> bytes:
        """The body, before it is compressed.

        Empty where this form has nothing to say of these facts: then nothing is sent, and they
        count as delivered.
        """

    def read(self, answer: Answer, sent: Sent) -> Outcome:
        """What an answer means; it raises nothing, whatever came back."""
