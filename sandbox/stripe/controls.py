"""The simulator's own calls under /_sandbox/: what a test, a demo or a person may make happen.

Each takes a form and answers JSON; sent from the status page (page=1) it answers the page, which
says what was refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe.disputes import close_dispute, open_dispute
from sandbox.stripe.errors import StripeRefusal, invalid_parameter, missing_object
from sandbox.stripe.expanding import public
from sandbox.stripe.faults import Fault, Kind, When
from sandbox.stripe.offline_payments import forward_stored_payment, make_intent_elsewhere
from sandbox.stripe.payment_methods import token_of_number
from sandbox.stripe.payouts import fail_payout, pay_out_available
from sandbox.stripe.routing import control
from sandbox.stripe.status import render_page
from sandbox.stripe.terminal import (
    USUAL_CARD,
    customer_cancels,
    lose_next_outcome,
    present_by_secret,
    present_card,
    time_out_next_call,
)
from sandbox.stripe.terminal_fleet import set_reader_online
from sandbox.stripe.webhooks import Disturbance

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from sandbox.stripe.routing import Call, Control

PRIVATE_KINDS = "sandbox."
USUAL_AMOUNT = 1390  # in cents


def act(path: str) -> Callable[[Callable[[Call], dict[str, Any]]], Control]:
    """Let a function answer POST /_sandbox/<path>; an unknown id is a 404."""

    def register(function: Callable[[Call], dict[str, Any]]) -> Control:
        def answer(call: Call) -> dict[str, Any] | str:
            try:
                done = done_by(function, call)
            except StripeRefusal as refusal:
                if not call.has("page"):
                    raise
                return render_page(call.world, refusal.message)
            return render_page(call.world) if call.has("page") else public(done)

        return control("POST", f"/_sandbox/{path}")(answer)

    return register


def done_by(function: Callable[[Call], dict[str, Any]], call: Call) -> dict[str, Any]:
    """Raises: StripeRefusal: 404 where the function knows no such object, or its own refusal."""
    try:
        return function(call)
    except LookupError as unknown:
        refusal = missing_object("object", str(unknown))
        refusal.message = str(unknown)
        raise refusal from unknown


@control("GET", "/_sandbox/dump")
def dump(call: Call) -> dict[str, Any]:
    """Every object, without what the simulator keeps for itself."""
    with call.world.turn():
        kinds = call.world.storage.dump()
        objects = {kind: found for kind, found in kinds.items() if PRIVATE_KINDS not in kind}
        crimes = list(call.world.crimes)
        return {"now": call.world.now(), "crimes": crimes, "objects": public(objects)}


@control("GET", "/_sandbox/ledger")
def check_ledger(call: Call) -> dict[str, Any]:
    """Whether the books balance; what is wrong with them if they do not."""
    try:
        call.world.ledger.check()
    except AssertionError as broken:
        return {"is_balanced": False, "detail": str(broken)}
    return {"is_balanced": True, "balance": call.world.ledger.balance()}


@act("reset")
def reset(call: Call) -> dict[str, Any]:
    call.world.reset()
    return {"now": call.world.now()}


@act("clock/advance")
def advance_clock(call: Call) -> dict[str, Any]:
    seconds = call.integer("seconds") or 0
    if seconds < 0:
        message = "The clock only moves forwards."
        raise invalid_parameter("parameter_invalid_integer", message, "seconds")
    call.world.clock.advance(seconds)
    return {"now": call.world.now()}


@act("faults")
def add_fault(call: Call) -> dict[str, Any]:
    """`kind` and `when` as faults.py names them; `method` and `path` may hold *."""
    kind = Kind(choice(call, "kind", Kind, Kind.ERROR))
    when = When(choice(call, "when", When, When.BEFORE))
    fault = Fault(
        kind,
        when,
        status=call.integer("status"),
        is_stored=call.boolean("is_stored") or False,
        seconds=call.integer("seconds"),
    )
    method, path = call.text("method") or "POST", call.text("path") or "/v1/**"
    nth, times = call.integer("nth") or 1, call.integer("times") or 1
    call.world.faults.add(method, path, fault, nth=nth, times=times)
    return {"kind": kind.value, "when": when.value, "method": method, "path": path}


@act("faults/clear")
def clear_faults(call: Call) -> dict[str, Any]:
    call.world.faults.clear()
    return {}


def choice(call: Call, name: str, choices: type[StrEnum], default: str) -> str:
    wanted = call.text(name) or default
    if wanted not in list(choices):
        known = ", ".join(choices)
        raise invalid_parameter("parameter_invalid", f"{name} is one of {known}.", name)
    return wanted


@act("readers/{reader}/present")
def present(call: Call) -> dict[str, Any]:
    """Hold a card to a reader: `number` of a test card, `tip` in cents."""
    number, tip = call.text("number") or USUAL_CARD, call.integer("tip") or 0
    return present_card(call.world, call.ids["reader"], number, tip=tip)


@act("payment_intents/{intent}/present")
def present_in_app(call: Call) -> dict[str, Any]:
    """An app brings a card by the `client_secret`: `number` of a test card, `tip` in cents."""
    number, tip = call.text("number") or USUAL_CARD, call.integer("tip") or 0
    secret = call.text("client_secret") or ""
    return present_by_secret(call.world, call.ids["intent"], secret, number, tip=tip)


@act("readers/{reader}/cancel")
def press_red_key(call: Call) -> dict[str, Any]:
    return customer_cancels(call.world, call.ids["reader"])


@act("readers/{reader}/plug")
def plug(call: Call) -> dict[str, Any]:
    """Connect a reader (`is_online`=true) or pull its plug."""
    is_online = call.boolean("is_online") or False
    return set_reader_online(call.world, call.ids["reader"], is_online=is_online)


@act("readers/{reader}/lose_outcome")
def lose_outcome(call: Call) -> dict[str, Any]:
    lose_next_outcome(call.world, call.ids["reader"])
    return {}


@act("readers/{reader}/time_out")
def time_out(call: Call) -> dict[str, Any]:
    time_out_next_call(call.world, call.ids["reader"])
    return {}


@act("payouts")
def pay_out(call: Call) -> dict[str, Any]:
    """Pay out what is available now."""
    return {"payout": pay_out_available(call.world)}


@act("payouts/{payout}/fail")
def fail(call: Call) -> dict[str, Any]:
    return fail_payout(call.world, call.ids["payout"])


@act("charges/elsewhere")
def charge_elsewhere(call: Call) -> dict[str, Any]:
    """Charge a card by somebody else's program: `amount` in cents, `number` of a test card.

    `capture_method` is automatic or manual; `seconds_ago` is when the reader stored the payment.
    """
    card = token_of_number(call.text("number") or USUAL_CARD)
    capture_method = call.text("capture_method") or "automatic"
    intent = make_intent_elsewhere(
        call.world, call.integer("amount") or USUAL_AMOUNT, capture_method=capture_method
    )
    stored_at = call.world.now() - (call.integer("seconds_ago") or 0)
    return forward_stored_payment(call.world, intent, stored_at=stored_at, card=card)


@act("charges/{charge}/dispute")
def dispute(call: Call) -> dict[str, Any]:
    return dispute_charge(call, call.ids["charge"])


@act("disputes")
def dispute_chosen(call: Call) -> dict[str, Any]:
    """The same for the `charge` that a form names."""
    return dispute_charge(call, call.required("charge"))


def dispute_charge(call: Call, charge_id: str) -> dict[str, Any]:
    """`reason` as Stripe names it; `is_inquiry`=true asks only, and takes no money."""
    return open_dispute(
        call.world,
        charge_id,
        reason=call.text("reason") or "fraudulent",
        is_inquiry=call.boolean("is_inquiry") or False,
    )


@act("disputes/{dispute}/close")
def decide(call: Call) -> dict[str, Any]:
    is_won = call.boolean("is_won") or False
    return close_dispute(call.world, call.ids["dispute"], is_won=is_won)


@act("webhooks/disturb")
def disturb_webhooks(call: Call) -> dict[str, Any]:
    """Every field of a disturbance by its name; see webhooks.py."""
    disturbance = Disturbance(
        call.text("pattern") or "*",
        times=call.integer("times") or 1,
        copies=call.integer("copies") or 0,
        delay_seconds=call.integer("delay_seconds") or 0,
        behind=call.integer("behind") or 0,
        stale_seconds=call.integer("stale_seconds") or 0,
        is_before_answer=call.boolean("is_before_answer") or False,
        is_dropped=call.boolean("is_dropped") or False,
        is_wrongly_signed=call.boolean("is_wrongly_signed") or False,
    )
    call.world.webhooks.disturb(disturbance)
    return {"pattern": disturbance.pattern, "times": disturbance.times}


@act("webhooks/disturb/clear")
def leave_webhooks_alone(call: Call) -> dict[str, Any]:
    with call.world.turn():
        call.world.webhooks.disturbances.clear()
    return {}


@act("webhooks/settle")
def settle_webhooks(call: Call) -> dict[str, Any]:
    call.world.webhooks.settle()
    return {"attempts": len(call.world.webhooks.attempts)}
