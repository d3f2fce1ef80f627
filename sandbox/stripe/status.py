"""The status page: what the simulator holds, and buttons for what only a person would do."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from sandbox.stripe.markup import (
    button,
    code,
    document,
    moment,
    money,
    nothing,
    section,
    table,
    toned,
)
from sandbox.stripe.routing import control
from sandbox.stripe.terminal import WAITS_FOR_CARD
from sandbox.stripe.troubles import CARDS, troubles_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

MOST_ROWS = 25
PAUSES = ((60, "1 minute"), (3600, "1 hour"), (86400, "1 day"), (172800, "2 days"))
READER_TROUBLES = {
    "_times_out": "the next call to it times out",
    "_loses_outcome": "its next outcome gets lost",
}


@control("GET", "/")
def show_page(call: Call) -> str:
    return render_page(call.world)


def render_page(world: World, complaint: str = "") -> str:
    """The whole page, as the world stands now; a complaint says what was just refused."""
    with world.turn():
        sections = [
            header_of(world, complaint),
            section("Readers", readers_of(world)),
            section("Payments", payments_of(world)),
            section("Make trouble", troubles_of(world)),
            section("Ledger", ledger_of(world)),
            section("Webhooks", webhooks_of(world)),
            section("Requests", requests_of(world)),
        ]
    return document("".join(sections))


def header_of(world: World, complaint: str) -> str:
    crimes = len(world.crimes)
    verdict = f'<span class="bad">{crimes} broken promises</span>' if crimes else "in order"
    moves = "".join(
        button("clock/advance", f"+ {label}", seconds=str(seconds)) for seconds, label in PAUSES
    )
    refused = f'<p class="bad" role="alert">{escape(complaint)}</p>' if complaint else ""
    return (
        f"<header><h1>Stripe simulator</h1>{refused}"
        f"<p>API {world.contract.version}, {verdict}. No money moves here.</p>"
        f"<p>The clock says {moment(world.now())}.</p>"
        f'<div class="row"><form action="/" method="get"><button>Refresh</button></form>{moves}'
        "</div></header>"
    )


def readers_of(world: World) -> str:
    cards = [reader_card(reader) for reader in world.storage.newest_first("terminal.reader")]
    return "".join(cards) or nothing("No reader is registered.")


def reader_card(reader: StripeObject) -> str:
    action, tone = reader["action"], "good" if reader["status"] == "online" else "bad"
    doing = f"{action['type']}: {action['status']}" if action else "idle"
    if action and action["failure_code"]:
        doing += f" ({action['failure_code']})"
    waiting = "".join(f"; {note}" for flag, note in READER_TROUBLES.items() if reader.get(flag))
    return (
        f'<div class="card"><strong>{escape(reader["label"])}</strong> '
        f'<span class="{tone}">{reader["status"]}</span> <code>{reader["id"]}</code>'
        f'<div>{escape(doing)}<span class="bad">{waiting}</span></div>'
        f'<div class="row">{reader_buttons(reader)}</div></div>'
    )


def reader_buttons(reader: StripeObject) -> str:
    action, path = reader["action"], f"readers/{reader['id']}"
    is_online, buttons = reader["status"] == "online", ""
    if action and action["status"] == "in_progress" and action["type"] in WAITS_FOR_CARD:
        buttons += "".join(
            button(f"{path}/present", f"Present {card}", number=number)
            for number, card in CARDS.items()
        )
        buttons += button(f"{path}/cancel", "Customer cancels")
    buttons += button(f"{path}/lose_outcome", "Lose the next outcome")
    buttons += button(f"{path}/time_out", "Time out on the next call")
    label = "Pull the plug" if is_online else "Connect"
    return buttons + button(f"{path}/plug", label, is_online="false" if is_online else "true")


def payments_of(world: World) -> str:
    rows = [
        [
            money(intent["amount"], intent["currency"]),
            status_of(intent),
            escape(intent["description"] or ""),
            moment(intent["created"]),
            code(intent["id"]),
        ]
        for intent in newest(world, "payment_intent")
    ]
    return table(["Amount", "Status", "Description", "Created", "Payment intent"], rows)


def status_of(intent: StripeObject) -> str:
    status = str(intent["status"])
    if status in {"succeeded", "canceled"}:
        return toned(status, is_good=status == "succeeded")
    return toned(status, is_good=False) if intent["last_payment_error"] else status


def ledger_of(world: World) -> str:
    world.ledger.mature()
    try:
        world.ledger.check()
        verdict = '<span class="good">The books balance.</span>'
    except AssertionError as broken:
        verdict = f'<span class="bad">{escape(str(broken))}</span>'
    rows = [
        [
            moment(entry["created"]),
            escape(entry["reporting_category"]),
            money(entry["amount"], entry["currency"]),
            money(entry["fee"], entry["currency"]),
            money(entry["net"], entry["currency"]),
            entry["status"],
            code(entry["source"]),
        ]
        for entry in newest(world, "balance_transaction")
    ]
    balance = money(world.ledger.balance(), "usd")
    titles = ["Booked", "Category", "Amount", "Fee", "Net", "Status", "Source"]
    return f"<p>Balance {balance}. {verdict}</p>" + table(titles, rows)


def webhooks_of(world: World) -> str:
    rows = [
        [
            moment(attempt.at),
            escape(attempt.kind),
            toned(str(attempt.status or attempt.error), is_good=attempt.is_success),
            code(attempt.url),
            code(attempt.event),
        ]
        for attempt in reversed(world.webhooks.attempts[-MOST_ROWS:])
    ]
    return table(["Sent", "Event", "Answer", "To", "Id"], rows)


def requests_of(world: World) -> str:
    rows = [
        [
            moment(entry.at),
            code(f"{entry.method} {entry.path}"),
            toned(str(entry.status), is_good=entry.status < 400),  # noqa: PLR2004 - HTTP's errors
            escape(entry.fault or ""),
        ]
        for entry in islice(reversed(world.requests), MOST_ROWS)
    ]
    return table(["Received", "Request", "Answer", "Fault"], rows)


def newest(world: World, kind: str) -> Iterable[StripeObject]:
    return islice(world.storage.newest_first(kind), MOST_ROWS)
