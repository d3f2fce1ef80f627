"""The drawer in the demo's hour: opened with a float, counted blind, counted again, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from apps.core.money import format_cents

if TYPE_CHECKING:
    from rich.console import Console

    from scripts.demo.client import Answer
    from scripts.demo.hour import Counter

FLOAT_CENTS = 20_000
DROP_CENTS = 30_000
OVERLOOKED_CENTS = 2_000  # a note that stuck to another one
SHORT_CENTS = 25  # a quarter that rolled under the counter


def open_shift(till: Counter) -> None:
    """Put a drawer with a float into a till; one that is open from an earlier run goes on."""
    body = {"id": str(uuid4()), "opening_float_cents": FLOAT_CENTS}
    answer = till.client.post("shifts", body)
    if answer.is_refusal:
        till.say(f"[yellow]{answer.body['code']}[/yellow], {answer.body['detail']}")
        return
    till.say(f"a shift is opened with {format_cents(FLOAT_CENTS)} in the drawer")


def close_shift(console: Console, till: Counter) -> None:
    """Cash to the safe; a count with a note overlooked; a second count; the Z, as printed."""
    drop = {"id": str(uuid4()), "kind": "drop", "amount_cents": DROP_CENTS, "reason": "to the safe"}
    till.client.post("shifts/current/cash-movements", drop)
    till.say(f"{format_cents(DROP_CENTS)} goes to the safe; the drawer is counted blind")
    left = FLOAT_CENTS + till.cash_cents - DROP_CENTS - SHORT_CENTS
    answer = _count(till, left - OVERLOOKED_CENTS)
    if answer.is_refusal:
        till.say(f"[yellow]{answer.body['code']}[/yellow], {answer.body['detail']}")
        answer = _count(till, left)
    if answer.is_refusal:
        till.say(f"[yellow]{answer.body['code']}[/yellow], {answer.body['detail']}")
        return
    path = f"shifts/{answer.body['shift_id']}/z"
    console.print(till.client.get(path, accept="text/plain").body, style="on grey11")
    till.cash_cents = 0


def _count(till: Counter, cents: int) -> Answer:
    notes, coins = divmod(max(cents, 0), 100)
    return till.client.post("shifts/current/close", {"counted": {"100": notes, "1": coins}})
