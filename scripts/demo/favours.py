"""What a cashier cannot do alone, in the demo's hour: a price by hand, a bottle taken back.

And what the register does for a customer by itself: the price of a mixed case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from apps.core.money import format_cents
from apps.stores.types import ApprovalAction
from scripts.demo.hour import ADULT
from scripts.demo.shops import HARBOR

if TYPE_CHECKING:
    from typing import Any

    from scripts.demo.client import Answer
    from scripts.demo.hour import Counter

REDS = ("LQ-0247", "LQ-0249")  # a Cabernet and a Merlot
BOURBON = "LQ-0009"
OFF_CENTS = 150  # for a torn label


def mixed_case(till: Counter) -> None:
    """Six bottles of two wines: the register finds the price of a mixed case."""
    till.say("three Cabernets and three Merlots: six wines make a mixed case")
    till.sell(*[till.line(sku, 3) for sku in REDS], pays=100, age=ADULT)


def torn_label(till: Counter, lead: Counter) -> None:
    """A price by hand needs somebody's leave: the shift lead types a PIN, for this sale only."""
    till.say("the label is torn: a price by hand")
    product, order_id = till.find(BOURBON), str(uuid4())
    line = till.line(BOURBON, unit_price_cents=product["price_cents"] - OFF_CENTS)
    body = {"id": order_id, "lines": [line], "age_check": ADULT, "tenders": []}
    refused = till.client.post("orders", body)
    leave = _approve(till, lead, refused, ApprovalAction.OVERRIDE_PRICE)
    till.sell({**line, "approval": leave}, pays=50, age=ADULT, id=order_id)


def returned_bottle(till: Counter, lead: Counter) -> None:
    """One of two bottles comes back sealed: its exact cents go back, and it to the shelf."""
    sale = till.sell(till.line(BOURBON, 2), pays=100, age=ADULT)
    till.say("one of the two comes back, sealed, with its receipt")
    (line,) = sale.body["lines"]
    body: dict[str, Any] = {
        "id": str(uuid4()),
        "lines": [{"line_id": line["id"], "quantity": 1, "restock": True}],
        "refund_to": [{"kind": "cash", "amount_cents": line["total_cents"] // 2}],
        "reason": "wrong bottle",
    }
    path = f"orders/{sale.body['id']}/returns"
    answer = till.client.post(path, body)
    leave = _approve(till, lead, answer, ApprovalAction.RETURN_ORDER)
    answer = till.client.post(path, {**body, "approval": leave})
    if answer.is_refusal:
        till.show(answer)
        return
    back = answer.body["total_cents"]
    till.cash_cents -= back
    till.say(f"[green]{format_cents(back)}[/green] handed back, the bottle is on the shelf again")


def gift_card(till: Counter) -> None:
    """A gift card is sold, and pays a part of a bottle at once."""
    till.say("a gift card of $25.00: no revenue and no tax, but owed")
    code = till.client.post("gift-cards/codes", {}).body["code"]
    till.sell(pays=25, gift_cards=[{"code": code, "amount_cents": 2500}])
    till.say("it pays a part of two bottles; cash pays the rest")
    tenders = [
        {"kind": "gift_card", "code": code, "amount_cents": 2500},
        {"kind": "cash", "amount_cents": 10_000},
    ]
    till.sell(till.line(BOURBON, 2), pays=0, age=ADULT, tenders=tenders)


def _approve(till: Counter, lead: Counter, refused: Answer, action: ApprovalAction) -> str:
    """Have the shift lead type a PIN at the cashier's till; the token for this one deed."""
    till.say(f"[yellow]{refused.body['code']}[/yellow], {refused.body['detail']}")
    person = next(person for person in HARBOR.people if person.name == lead.clerk)
    asked = {
        "staff_code": person.code,
        "pin": person.pin,
        "action": action.word,
        "order_id": refused.body.get("order_id"),
        "amount_cents": refused.body.get("amount_cents"),
    }
    given = till.client.post("approvals", asked).body
    till.say(f"{given['approved_by']} types a PIN: [green]{given['status']}[/green]")
    token: str = given["approval"]
    return token
