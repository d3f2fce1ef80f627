"""The status page: what the simulator holds, and buttons for what only a person would do."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.stripe.faults import Kind, When
from sandbox.stripe.routing import control
from sandbox.stripe.terminal import WAITS_FOR_CARD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

MOST_ROWS = 25
AMOUNTS = frozenset({"Amount", "Fee", "Net"})
CARDS = (
    ("4242424242424242", "Present card"),
    ("4000000000000002", "Declined card"),
    ("4000000000009995", "Card without funds"),
)
PAUSES = ((60, "1 minute"), (3600, "1 hour"), (86400, "1 day"), (172800, "2 days"))

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --good: #1a7f4b; --bad: #c0362c; }
@media (prefers-color-scheme: dark) { :root { --good: #5cc78f; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 16px; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.05rem; margin: 28px 0 8px; }
header p { margin: 4px 0; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 6px 10px; text-align: left; white-space: nowrap; }
th { background: var(--soft); font-weight: 600; } tr + tr td { border-top: 1px solid var(--line); }
td.money, th.money { font-variant-numeric: tabular-nums; text-align: right; }
code { font-size: .86em; } .good { color: var(--good); } .bad { color: var(--bad); }
.card { border: 1px solid var(--line); border-radius: 8px; margin: 8px 0; padding: 12px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; } form { display: inline-flex;
flex-wrap: wrap; gap: 8px; margin: 0; }
button, select, input { border: 1px solid var(--line); border-radius: 6px; font: inherit;
min-height: 40px; max-width: 100%; padding: 6px 12px; } button { cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 3px solid #5b8def; outline-offset: 2px; }
.none { margin: 0; opacity: .75; padding: 10px; }
"""


@control("GET", "/")
def show_page(call: Call) -> str:
    return render_page(call.world)


def render_page(world: World) -> str:
    """The whole page, as the world stands now."""
    with world.turn():
        sections = [
            header_of(world),
            section("Readers", readers_of(world)),
            section("Payments", payments_of(world)),
            section("Ledger", ledger_of(world)),
            section("Webhooks", webhooks_of(world)),
            section("Requests", requests_of(world)),
            section("Faults", faults_form()),
        ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Stripe simulator</title><style>{STYLE}</style></head>"
        f"<body>{''.join(sections)}</body></html>"
    )


def header_of(world: World) -> str:
    crimes = len(world.crimes)
    verdict = f'<span class="bad">{crimes} broken promises</span>' if crimes else "in order"
    moves = "".join(
        button("clock/advance", f"+ {label}", seconds=str(seconds)) for seconds, label in PAUSES
    )
    return (
        "<header><h1>Stripe simulator</h1>"
        f"<p>API {world.contract.version}, {verdict}. No money moves here.</p>"
        f"<p>The clock says {moment(world.now())}.</p>"
        f'<div class="row"><form action="/" method="get"><button>Refresh</button></form>{moves}'
        f"{button('payouts', 'Pay out')}</div></header>"
    )


def readers_of(world: World) -> str:
    cards = [reader_card(reader) for reader in world.storage.newest_first("terminal.reader")]
    return "".join(cards) or nothing("No reader is registered.")


def reader_card(reader: StripeObject) -> str:
    action = reader["action"]
    doing = f"{action['type']}: {action['status']}" if action else "idle"
    if action and action["failure_code"]:
        doing += f" ({action['failure_code']})"
    path, is_online = f"readers/{reader['id']}", reader["status"] == "online"
    buttons = ""
    if action and action["status"] == "in_progress" and action["type"] in WAITS_FOR_CARD:
        buttons += "".join(button(f"{path}/present", label, number=n) for n, label in CARDS)
        buttons += button(f"{path}/cancel", "Customer cancels")
        buttons += button(f"{path}/lose_outcome", "Lose the outcome")
    label = "Pull the plug" if is_online else "Connect"
    buttons += button(f"{path}/plug", label, is_online="false" if is_online else "true")
    tone = "good" if is_online else "bad"
    return (
        f'<div class="card"><strong>{escape(reader["label"])}</strong> '
        f'<span class="{tone}">{reader["status"]}</span> <code>{reader["id"]}</code>'
        f'<div>{escape(doing)}</div><div class="row">{buttons}</div></div>'
    )


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


def faults_form() -> str:
    kinds = "".join(f"<option>{kind.value}</option>" for kind in Kind)
    whens = "".join(f"<option>{when.value}</option>" for when in When)
    return (
        '<div class="row"><form method="post" action="/_sandbox/faults">'
        '<input type="hidden" name="page" value="1">'
        f'<select name="kind" aria-label="Kind of fault">{kinds}</select>'
        f'<select name="when" aria-label="Before or after the effect">{whens}</select>'
        '<input name="path" value="/v1/**" aria-label="Path">'
        f"<button>Strike the next call</button></form>{button('faults/clear', 'Clear')}</div>"
    )


def section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def button(path: str, label: str, **fields: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in {"page": "1", **fields}.items()
    )
    return (
        f'<form method="post" action="/_sandbox/{path}">{hidden}'
        f"<button>{escape(label)}</button></form>"
    )


def table(titles: Iterable[str], rows: list[list[str]]) -> str:
    if not rows:
        return nothing("Nothing yet.")
    head = "".join(
        f'<th class="money">{title}</th>' if title in AMOUNTS else f"<th>{title}</th>"
        for title in titles
    )
    body = "".join("<tr>" + "".join(cell(value) for value in row) + "</tr>" for row in rows)
    whole = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table>{whole}</table></div>'


def cell(value: str) -> str:
    is_money = value.startswith(("$", "-$"))
    return f'<td class="money">{value}</td>' if is_money else f"<td>{value}</td>"


def nothing(text: str) -> str:
    return f'<p class="none card">{text}</p>'


def newest(world: World, kind: str) -> Iterable[StripeObject]:
    return islice(world.storage.newest_first(kind), MOST_ROWS)


def money(cents: int, currency: str) -> str:
    """An amount of two-decimal currency as people read it."""
    sign, symbol = ("-" if cents < 0 else ""), ("$" if currency == "usd" else "")
    suffix = "" if symbol else f" {escape(currency.upper())}"
    return f"{sign}{symbol}{abs(cents) / 100:,.2f}{suffix}"


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %H:%M:%S UTC")


def code(value: Any) -> str:
    return f"<code>{escape(str(value))}</code>"


def toned(text: str, *, is_good: bool) -> str:
    return f'<span class="{"good" if is_good else "bad"}">{escape(text)}</span>'
