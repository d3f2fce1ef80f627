"""The base of all facts that apps tell each other."""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import orjson

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense. Subclasses are frozen dataclasses whose fields are the payload."""

    type: ClassVar[str]
    version: ClassVar[int] = 1
    is_shared: ClassVar[bool] = False

    aggregate: str
    occurred_at: datetime
    id: uuid.UUID = dataclasses.field(default_factory=uuid.uuid4)

    def payload(self) -> dict[str, JSON]:
        """What the fact says, self-contained, as JSON."""
        document: dict[str, JSON] = orjson.loads(self.payload_json())
        return document

    def payload_json(self) -> bytes:
        """The payload as it is stored."""
        own = {f.name for f in dataclasses.fields(self)} - {"id", "aggregate", "occurred_at"}
        fields = {name: getattr(self, name) for name in sorted(own)}
        return orjson.dumps(fields, option=orjson.OPT_UTC_Z)
