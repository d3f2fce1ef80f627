"""The batch of `POST /api/sync`, as another Tillhouse takes it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import orjson

from apps.sync.rules import read_answer

if TYPE_CHECKING:
    from apps.sync.rules import Answer, Outcome, Sent
    from apps.sync.transforms.seam import Run, StoredFact


class TillhouseBatch:
    """Payloads go from the outbox into the body as the text they are, without being parsed."""

    content_type = "application/json"

    def write(self, run: Run) -> bytes:
        first = run.facts[0].sequence
        head = (
            f'{{"batch_id":{_quoted(run.batch_id)},"source":{_quoted(run.source)}'
            f',"sequence":{first},"events":['
        )
        return f"{head}{','.join(map(_write_fact, run.facts))}]}}".encode()

    def read(self, answer: Answer, sent: Sent) -> Outcome:
        return read_answer(answer, sent)


def _write_fact(fact: StoredFact) -> str:
    occurred_at = fact.occurred_at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (
        f'{{"id":"{fact.id}","type":{_quoted(fact.type)},"version":{fact.version}'
        f',"occurred_at":"{occurred_at}Z","aggregate":{_quoted(fact.aggregate)}'
        f',"data":{fact.payload}}}'
    )


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
