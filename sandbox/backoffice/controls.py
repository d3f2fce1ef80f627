"""The back office's own calls under /_sandbox/: what it holds, and what is to go wrong with it.

They take and answer JSON, need no token, and are there for tests, the demo and curious people.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from sandbox.backoffice.faults import Fault, Kind, When
from sandbox.backoffice.reading import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.backoffice.receiving import Office

PREFIX = "/_sandbox/"


def answer(office: Office, method: str, path: str, body: bytes) -> Reply:
    """The answer to a control; 404 for one that is none, 400 for one that cannot be read."""
    control = _CONTROLS.get((method, path.removeprefix(PREFIX)))
    if control is None:
        known = sorted(f"{verb} {PREFIX}{name}" for verb, name in _CONTROLS)
        return _as_json(404, {"detail": "No such control.", "known": known})
    try:
        with office.turn:
            done = control(office, json.loads(body or b"{}"))
    except (ValueError, TypeError, KeyError) as error:
        return _as_json(400, {"detail": f"{type(error).__name__}: {error}"})
    return _as_json(200, done)


def see(office: Office, _asked: Any) -> Any:
    """Sources with the number each has to send next, and how much there is."""
    return {"sources": office.books.list_sources(), "requests": len(office.heard)}


def see_events(office: Office, _asked: Any) -> Any:
    return office.books.list_events()


def see_totals(office: Office, _asked: Any) -> Any:
    return office.books.sum_events()


def see_journal(office: Office, _asked: Any) -> Any:
    return office.books.list_lines()


def see_accounts(office: Office, _asked: Any) -> Any:
    return office.books.sum_accounts()


def see_requests(office: Office, _asked: Any) -> Any:
    return [dataclasses.asdict(each) for each in office.heard]


def see_faults(office: Office, _asked: Any) -> Any:
    return [
        {**dataclasses.asdict(fault), "holding": sorted(fault.holding), "times": times}
        for fault, times in office.faults.waiting()
    ]


def add_fault(office: Office, asked: dict[str, Any]) -> Any:
    """The fields of a fault by their names, and `times`: 1 unless said, null for until lifted."""
    times = asked.pop("times", 1)
    asked["kind"] = Kind(asked["kind"])
    asked["when"] = When(asked.get("when", When.BEFORE))
    asked["holding"] = frozenset(asked.get("holding", ()))
    office.faults.add(Fault(**asked), times=times)
    return see_faults(office, asked)


def lift_faults(office: Office, _asked: Any) -> Any:
    office.faults.lift()
    return []


def forget(office: Office, asked: dict[str, Any]) -> Any:
    """As after a restore from a backup: `source` has sent nothing from `sequence` on."""
    with office.books.transaction():
        return {"forgotten": office.books.forget_since(asked["source"], int(asked["sequence"]))}


def expect(office: Office, asked: dict[str, Any]) -> Any:
    """Somebody there says that what `source` has not sent before `sequence` never comes."""
    with office.books.transaction():
        office.books.expect(asked["source"], int(asked["sequence"]))
    return see(office, asked)


def reset(office: Office, asked: Any) -> Any:
    """Begin anew: nothing held, nothing to go wrong."""
    office.faults.lift()
    office.heard.clear()
    with office.books.transaction():
        office.books.clear()
    return see(office, asked)


_CONTROLS: dict[tuple[str, str], Callable[[Office, Any], Any]] = {
    ("GET", "state"): see,
    ("GET", "events"): see_events,
    ("GET", "totals"): see_totals,
    ("GET", "journal"): see_journal,
    ("GET", "accounts"): see_accounts,
    ("GET", "requests"): see_requests,
    ("GET", "faults"): see_faults,
    ("POST", "faults"): add_fault,
    ("POST", "faults/lift"): lift_faults,
    ("POST", "forget"): forget,
    ("POST", "expect"): expect,
    ("POST", "reset"): reset,
}


def _as_json(status: int, document: Any) -> Reply:
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json"})
