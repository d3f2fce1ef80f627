"""What the back office makes of a request: who sent it, whether it is whole, and what it holds."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.backoffice import signatures
from sandbox.backoffice.books import Books, as_text
from sandbox.backoffice.faults import IN_THE_ANSWER, Fault, Faults, Kind, When
from sandbox.backoffice.reading import (
    MAX_BYTES,
    Glimpse,
    Refusal,
    Reply,
    Request,
    inflate,
    peek,
    read_batch,
    read_lines,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.backoffice.books import Json

UNPROCESSABLE = 422
TOKEN = "sandbox-token"  # noqa: S105 - of nobody


@dataclass(frozen=True)
class Keys:
    """What who sends has to know."""

    token: str = TOKEN
    secrets: tuple[str, ...] = (signatures.SECRET,)


@dataclass(frozen=True)
class Heard:
    """A request in short: the same batch sent again has the same hash."""

    path: str
    batch_id: str
    sha256: str
    status: int


class Office:
    """The back office without its wire. Whatever it does, it does one thing at a time."""

    def __init__(
        self,
        database: str | None = None,
        *,
        keys: Keys | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.books = Books(database)
        self.keys = keys or Keys()
        self.faults = Faults()
        self.heard: list[Heard] = []
        self.turn = threading.RLock()
        self._clock = clock

    def answer(self, request: Request) -> Reply:
        """The answer to a batch of events or of journal lines."""
        seen = peek(request)
        fault = self.faults.pick(seen.names, seen.count)
        if fault and fault.when is When.BEFORE and fault.kind not in IN_THE_ANSWER:
            reply = _fail(fault)
            self._pass_over(fault, seen)
        else:
            reply = self._take_in(request, fault)
            if fault and fault.kind not in IN_THE_ANSWER:
                reply = _fail(fault, reply)
        sha256 = hashlib.sha256(request.body).hexdigest()
        batch_id = request.headers.get("webhook-id") or ""
        with self.turn:
            self.heard.append(Heard(request.path, batch_id, sha256, reply.status))
        return reply

    def _take_in(self, request: Request, fault: Fault | None) -> Reply:
        try:
            self._verify(request)
            body = inflate(request)
            with self.turn, self.books.transaction():
                if request.path == "/api/journal":
                    answer = self._take_lines(request, body)
                else:
                    answer = self._take_events(request, body, fault)
        except Refusal as refusal:
            headers = {"Content-Type": "application/problem+json"}
            return Reply(refusal.status, json.dumps(refusal.problem).encode(), headers)
        return Reply(200, answer.encode(), {"Content-Type": "application/json"}, fault)

    def _pass_over(self, fault: Fault, seen: Glimpse) -> None:
        """Wait no more for an event that was refused by itself: its number is done with."""
        if fault.kind is not Kind.STATUS or fault.status != UNPROCESSABLE or seen.count != 1:
            return
        with self.turn, self.books.transaction():
            if self.books.expected_of(seen.source) == seen.sequence:
                self.books.expect(seen.source, seen.sequence + 1)

    def _verify(self, request: Request) -> None:
        given = (request.headers.get("authorization") or "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.keys.token.encode()):
            raise Refusal(401, "not-authenticated", "The token is not one of ours.")
        if len(request.body) > MAX_BYTES:
            raise Refusal(413, "too-large", "It is larger than 5 MiB.")
        fault = signatures.find_fault(
            request.headers, request.body, secrets=self.keys.secrets, now=self._clock()
        )
        if fault:
            raise Refusal(403, "signature-invalid", fault)

    # --- Events -----------------------------------------------------------------------------------

    def _take_events(self, request: Request, body: bytes, fault: Fault | None) -> str:
        batch = read_batch(body)
        known = self._find_answer(request, batch["batch_id"])
        if known is not None:
            return known
        source, sequence, events = batch["source"], batch["sequence"], batch["events"]
        expected = self.books.expected_of(source)
        if expected is not None and sequence > expected:
            detail = f"Number {expected} has not come. Send from there."
            raise Refusal(409, "gap", detail, expected_sequence=expected)
        results = [
            _rejected(event, "refused", "We do not want this one.")
            if fault and fault.kind is Kind.REJECT and fault.is_about(event, position)
            else self._take_event(source, sequence + position, event)
            for position, event in enumerate(events)
        ]
        expected = max(expected or 0, sequence + len(events))
        self.books.expect(source, expected)
        answer = {
            "batch_id": batch["batch_id"],
            "results": results,
            "next_expected_sequence": expected,
            "gaps": [],
        }
        whole = self._keep(request, batch["batch_id"], source, sequence, as_text(answer))
        if fault and fault.kind is Kind.OMIT:
            told = [
                result
                for at, (event, result) in enumerate(zip(events, results, strict=True))
                if not fault.is_about(event, at)
            ]
            return as_text({**answer, "results": told})
        return whole

    def _take_event(self, source: str, sequence: int, event: Json) -> Json:
        known = self.books.find_event(source, event["id"])
        if known is not None and known != as_text(event):
            return _rejected(event, "id-reused", "Another event has this id.")
        if known is None:
            self.books.keep_event(source, sequence, event)
        return {"id": event["id"], "status": "accepted" if known is None else "duplicate"}

    # --- Journal ----------------------------------------------------------------------------------

    def _take_lines(self, request: Request, body: bytes) -> str:
        lines = read_lines(body)
        batch_id = request.headers["webhook-id"]
        known = self._find_answer(request, batch_id)
        if known is not None:
            return known
        new = sum(self.books.keep_line(line) for line in lines)
        answer = as_text({"batch_id": batch_id, "lines": len(lines), "new": new})
        return self._keep(request, batch_id, "", 0, answer)

    # --- Batches ----------------------------------------------------------------------------------

    def _find_answer(self, request: Request, batch_id: str) -> str | None:
        """The answer to this very batch, if it came before.

        Raises:
            Refusal: another batch has its id.
        """
        known = self.books.find_batch(batch_id)
        if known is None:
            return None
        if known["sha256"] != hashlib.sha256(request.body).hexdigest():
            raise Refusal(409, "batch-reused", "Another batch has this id.")
        answer: str = known["answer"]
        return answer

    def _keep(
        self, request: Request, batch_id: str, source: str, sequence: int, answer: str
    ) -> str:
        sha256 = hashlib.sha256(request.body).hexdigest()
        self.books.keep_batch((batch_id, source, sequence, sha256), answer)
        return answer


def _fail(fault: Fault, reply: Reply | None = None) -> Reply:
    """An answer that goes wrong; of a batch that was taken in, its own answer does."""
    if fault.kind is Kind.STATUS:
        headers = {"Content-Type": "application/problem+json"}
        headers |= {"Retry-After": fault.retry_after} if fault.retry_after else {}
        headers |= {"Location": "/elsewhere"} if 300 <= fault.status < 400 else {}  # noqa: PLR2004
        problem = {"status": fault.status, "code": fault.code, "detail": "It was asked for."}
        return Reply(fault.status, json.dumps(problem).encode(), headers)
    if fault.kind is Kind.GARBAGE:
        return Reply(200, b"<html>Welcome to the hotel's network.</html>")
    whole = reply.body if reply else b'{"batch_id": "", "results": []}'
    return Reply(200, whole, {"Content-Type": "application/json"}, fault)


def _rejected(event: Json, code: str, detail: str) -> Json:
    return {"id": event["id"], "status": "rejected", "code": code, "detail": detail}
