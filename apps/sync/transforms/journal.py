"""Lines of journal entries for an accounting system: a JSON object each, flat as a row of CSV.

Each line says its entry's id, which is the id of the fact, so that a line that comes twice can be
known again; the lines of an entry come to zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from apps.sync.rules import Outcome, Verdict, read_refusal
from apps.sync.transforms.chart import DEFAULT, ChartUnreadable, read_chart
from apps.sync.transforms.entries import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.core.types import JSON
    from apps.sync.rules import Answer, Sent
    from apps.sync.transforms.chart import Chart
    from apps.sync.transforms.seam import Run, StoredFact

OK = 200


class JournalLines:
    """Journal entries by the destination's own chart of accounts."""

    content_type = "application/x-ndjson"

    def write(self, run: Run) -> bytes:
        chart = _chart_of(run)
        lines = [orjson.dumps(line) for fact in run.facts for line in lines_of(fact, chart)]
        return b"\n".join(lines)

    def read(self, answer: Answer, sent: Sent) -> Outcome:
        """Taken is what is answered by 200 and our batch's id: `{"batch_id": "..."}`."""
        if answer.status != OK:
            return read_refusal(answer, sent)
        if not _names(answer.body, sent.batch_id):
            return Outcome(Verdict.BROKEN, "200, and it does not name our batch")
        return Outcome(Verdict.DELIVERED, accepted_count=len(sent.ids))


def lines_of(fact: StoredFact, chart: Chart = DEFAULT) -> Iterator[dict[str, JSON]]:
    """The lines of a fact's entry; none of one that moves no money."""
    entry = entry_of(fact.type, orjson.loads(fact.payload))
    if entry is None:
        return
    for number, posting in enumerate(entry.postings, start=1):
        account = chart[posting.account]
        yield {
            "entry_id": str(fact.id),
            "line": number,
            "date": entry.date,
            "store": entry.store,
            "account": account.code,
            "account_name": account.name,
            "debit_cents": max(posting.cents, 0),
            "credit_cents": max(-posting.cents, 0),
            "memo": posting.memo or entry.memo,
            "reference": entry.reference,
        }


def _chart_of(run: Run) -> Chart:
    """The chart of the destination; the default where its own cannot be read, which its page says.

    What is told must not stop for a slip of the pen.
    """
    try:
        return read_chart(run.options)
    except ChartUnreadable:
        return DEFAULT


def _names(body: bytes, batch_id: str) -> bool:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and document.get("batch_id") == batch_id
