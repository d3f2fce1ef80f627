"""SIGKILL in the middle of a batch: whatever the moment, the sender's retry makes it one batch.

The head office is a real one and dies at numbered steps, as in `test_killed_process.py`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from apps.sync.signing import sign
from tests.faults.site import ANSWER, COMMIT, COMMITTED, Site
from tests.migrated import new_database
from tests.sync.receiving.sender import Sender, adjusted, captured, renamed, statuses

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(300)  # servers are started and killed, on whatever machine

# What a batch writes. A process has to die before each of these statements.
WRITES = {
    "DELETE FROM sync_receivedfact",
    "INSERT INTO sync_receivedfact",
    "DELETE FROM sync_remotestock",
    "INSERT INTO sync_remotestock",
    "INSERT INTO sync_sequencegap",
    "UPDATE sync_peer SET",
    "INSERT INTO sync_receivedbatch",
}
STATE = """
    SELECT (SELECT count(*) FROM sync_receivedfact WHERE state = 'ACCEPTED'),
           (SELECT count(*) FROM sync_receivedfact WHERE state = 'REJECTED'),
           (SELECT count(*) FROM sync_receivedbatch),
           (SELECT sum(on_hand) FROM sync_remotestock),
           (SELECT count(*) FROM sync_sequencegap),
           (SELECT accepted_count FROM sync_peer),
           (SELECT rejected_count FROM sync_peer),
           (SELECT seen_through FROM sync_peer)
"""
PER_BATCH = 4  # numbers: the first of them is left out


class HeadOffice(Site):
    """A site that receives."""

    opening = "tests.faults.opening_office"


class Office:
    """The head office, and Miami that sends to it."""

    def __init__(self, site: HeadOffice) -> None:
        self.site = site
        self._miami = Sender(site.opened["token"], site.opened["secret"])
        self.sent = 0
        self.sent_again = 0
        self._strange = {**captured(), "version": 9}

    def next_batch(self) -> bytes:
        """Facts that leave a gap, add to stock and rename a product, and one that is rejected."""
        first = 2 + PER_BATCH * self.sent
        events = [adjusted(2, f"S-{self.sent}"), renamed(f"S-{self.sent}", "S"), self._strange]
        self.sent += 1
        return json.dumps(self._miami.batch(*events, sequence=first)).encode()

    def under_another_id(self, body: bytes) -> bytes:
        """The same facts as another batch, which no stored answer knows."""
        self.sent_again += 1
        return json.dumps({**json.loads(body), "batch_id": str(uuid4())}).encode()

    def deliver(self, body: bytes, step: int | str = "") -> bytes | None:
        """The answer; None where the office died at this step."""
        headers = sign(body, "msg", secrets=[self._miami.secret], now=datetime.now(UTC))
        try:
            status, _, answer = self.site.send(
                "/api/sync", body, {**headers, **({"Crash-At": str(step)} if step else {})}
            )
        except ConnectionError:
            return None
        assert status == 200, answer
        return answer

    def check(self) -> None:
        """The state is that of so many batches, the facts of each taken in once."""
        ((*state,),) = self.site.ask(STATE)
        batches, seen = self.sent, 4 + PER_BATCH * (self.sent - 1)
        assert [int(figure) for figure in state] == [
            2 * batches, 1, batches + self.sent_again, 2 * batches, batches, 2 * batches, 1, seen,
        ]  # fmt: skip


@pytest.fixture(scope="module")
def office(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A head office that serves; each test leaves its batches behind."""
    folder = tmp_path_factory.mktemp("office")
    with new_database(folder) as url:
        site = HeadOffice(folder, url)
        try:
            site.start()
            yield Office(site)
        finally:
            site.stop()


def test_a_batch_killed_at_any_step_counts_once_after_the_retry(office: Office) -> None:
    assert office.deliver(office.next_batch())
    steps: list[str] = []
    while office.deliver(body := office.next_batch(), len(steps) + 1) is None:
        steps.append(office.site.burnt())
        first, second = office.deliver(body), office.deliver(body)
        assert first == second
        assert statuses(json.loads(first or b"")) == ["accepted", "accepted", "rejected"]
        office.check()
        again = office.deliver(office.under_another_id(body))
        assert statuses(json.loads(again or b"")) == ["duplicate", "duplicate", "rejected"]
        office.check()
    assert steps[-3:] == [COMMIT, COMMITTED, ANSWER]
    written = {" ".join(s.split()[:3]) for s in steps if s.startswith(("INS", "UPD", "DEL"))}
    assert written >= WRITES
