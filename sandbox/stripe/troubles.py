"""The part of the status page that lets things go wrong, and says what is still to strike."""

from __future__ import annotations

import re
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from sandbox.stripe.disputes import NETWORK_CODES, OPEN, left_of
from sandbox.stripe.faults import Kind, When
from sandbox.stripe.markup import (
    button,
    card,
    choice,
    code,
    form,
    listing,
    moment,
    money,
    nothing,
    number,
    press,
    text,
)
from sandbox.stripe.routing import registered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.stripe.faults import Waiting
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.webhooks import Disturbance
    from sandbox.stripe.world import World

MOST_CHOICES = 25
MOST_PAYOUTS = 5
CARDS = {
    "4242424242424242": "card",
    "4000000000000002": "declined card",
    "4000000000009995": "card without funds",
}
METHODS = {"POST": "POST", "GET": "GET", "*": "Any"}
KINDS: dict[str, str] = {
    Kind.HANG: "Silence until the client gives up",
    Kind.DROP: "Connection closed without an answer",
    Kind.TRUNCATE: "Answer breaks off",
    Kind.RATE_LIMIT: "429 rate limit",
    Kind.LOCK_TIMEOUT: "429 lock timeout",
    Kind.CONFLICT: "409 key in use",
    Kind.ERROR: "500 error",
    Kind.HTML: "A proxy's page instead of JSON",
    Kind.SLOW: "Slow answer",
}
WHENS: dict[str, str] = {When.BEFORE: "Before it takes effect", When.AFTER: "After it took effect"}
EVENTS = (
    "payment_intent.*", "charge.*", "charge.dispute.*", "refund.*", "payout.*",
    "terminal.reader.*",
)  # fmt: skip


def troubles_of(world: World) -> str:
    return (
        '<div class="cards">'
        + card("Calls", faults_of(world))
        + card("Webhooks", disturbances_of(world))
        + card("Somebody else's program", charge_elsewhere())
        + card("Disputes", disputes_of(world))
        + card("Payouts", payouts_of(world))
        + "</div>"
    )


def faults_of(world: World) -> str:
    """A form for the next fault, and those that wait to strike."""
    fields = (
        choice("kind", "What goes wrong", KINDS)
        + choice("when", "When", WHENS)
        + choice("method", "Method", METHODS)
        + text("path", "Path", "/v1/** is any path", paths())
        + number("times", "How many calls", 1, least=1)
        + press("Strike the next call")
    )
    waiting = [describe_fault(fault) for fault in world.faults.waiting()]
    clear = button("faults/clear", "Clear the faults")
    return form("faults", fields, is_asking=True) + still_to_strike(waiting, clear)


def paths() -> list[str]:
    """Every path of the API that is answered, with * for an id."""
    known = {re.sub(r"\{\w+\}", "*", path) for _, path in registered()}
    return sorted(path for path in known if path.startswith("/v1/"))


def describe_fault(waiting: Waiting) -> str:
    fault = waiting.fault
    calls = "all calls" if waiting.times is None else counted(waiting.times, "call")
    after = f", once {counted(waiting.skipped, 'more call')} went well" if waiting.skipped else ""
    what = f"{KINDS[fault.kind]}, {WHENS[fault.when].lower()}: {calls}{after}"
    return f"{code(f'{waiting.method} {waiting.path}')} {escape(what)}"


def disturbances_of(world: World) -> str:
    """A form for the next event that is told, with a button for each thing that goes wrong."""
    buttons = (
        press("Lose the next", is_dropped="true")
        + press("Send it twice", copies="1")
        + press("Send it before the answer", is_before_answer="true")
        + press("Send it a minute late", delay_seconds="60")
        + press("Sign it ten minutes ago", stale_seconds="600")
        + press("Sign it wrongly", is_wrongly_signed="true")
    )
    field = text("pattern", "Type of event", "* is any type", EVENTS)
    asking = form("webhooks/disturb", f'{field}<div class="row">{buttons}</div>', is_asking=True)
    disturbances = world.webhooks.disturbances
    waiting = [describe_disturbance(entry) for entry in disturbances if entry.times != 0]
    return asking + still_to_strike(waiting, button("webhooks/disturb/clear", "Clear the webhooks"))


def describe_disturbance(disturbance: Disturbance) -> str:
    facts = {
        "lost": disturbance.is_dropped,
        f"sent {disturbance.copies + 1} times": disturbance.copies,
        "sent before the answer": disturbance.is_before_answer,
        f"sent {disturbance.delay_seconds} s late": disturbance.delay_seconds,
        f"sent behind {counted(disturbance.behind, 'later event')}": disturbance.behind,
        f"signed {disturbance.stale_seconds} s ago": disturbance.stale_seconds,
        "signed wrongly": disturbance.is_wrongly_signed,
    }
    what = ", ".join(fact for fact, is_so in facts.items() if is_so) or "sent as usual"
    times = disturbance.times
    events = "all events" if times is None else counted(times, "event")
    return f"{code(disturbance.pattern)} {what}: {events}"


def charge_elsewhere() -> str:
    fields = (
        number("amount", "Amount in cents", 1390, least=1)
        + choice("number", "Card", {key: name.capitalize() for key, name in CARDS.items()})
        + choice("capture_method", "Money", {"automatic": "Charged", "manual": "Only held"})
        + choice("seconds_ago", "Taken", {"0": "Now", "3600": "Offline, 1 hour ago"})
        + press("Charge")
    )
    return form("charges/elsewhere", fields, is_asking=True)


def disputes_of(world: World) -> str:
    """A form with the newest charges that can be disputed, and the disputes to be decided."""
    charges = newest(disputable(world), MOST_CHOICES)
    fields = (
        choice("charge", "Charge", {charge["id"]: describe(charge) for charge in charges})
        + choice("reason", "Reason", {name: name.replace("_", " ") for name in NETWORK_CODES})
        + choice("is_inquiry", "Money", {"false": "Taken back at once", "true": "Only an inquiry"})
        + press("Dispute")
    )
    asking = form("disputes", fields, is_asking=True) if charges else nothing("No captured charge.")
    return asking + listing(
        f"{escape(describe(dispute))} {code(dispute['charge'])} {dispute['status']}"
        f'<div class="row">{verdict(dispute, "Won", "true")}{verdict(dispute, "Lost", "false")}'
        "</div>"
        for dispute in world.storage.newest_first("dispute")
        if dispute["status"] in OPEN
    )


def disputable(world: World) -> Iterable[StripeObject]:
    return (
        charge
        for charge in world.storage.newest_first("charge")
        if left_of(charge) > 0 and not charge["disputed"]
    )


def verdict(dispute: StripeObject, label: str, is_won: str) -> str:
    return button(f"disputes/{dispute['id']}/close", label, is_won=is_won)


def payouts_of(world: World) -> str:
    """The newest payouts that the bank may still send back."""
    payouts = (
        payout
        for payout in world.storage.newest_first("payout")
        if payout["status"] in {"in_transit", "paid"}
    )
    rows = [
        f"{escape(describe(payout))} {payout['status']}"
        f'<div class="row">{button(f"payouts/{payout['id']}/fail", "Fail")}</div>'
        for payout in newest(payouts, MOST_PAYOUTS)
    ]
    return button("payouts", "Pay out what is available") + (
        listing(rows) or nothing("No payout that could fail.")
    )


def still_to_strike(waiting: list[str], clear: str) -> str:
    if not waiting:
        return nothing("Nothing waits to strike.")
    return listing(waiting) + clear


def newest(found: Iterable[StripeObject], most: int) -> list[StripeObject]:
    return list(islice(found, most))


def describe(found: StripeObject) -> str:
    """An object as a choice shows it: its amount, the end of its id, when it was made."""
    amount = money(found["amount"], found["currency"])
    return f"{amount} …{found['id'][-6:]}, {moment(found['created'])}"


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
