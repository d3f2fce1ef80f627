"""What happens in the demo's hour, scene by scene."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings

from scripts.demo import cards, drawers, favours, papers
from scripts.demo.hour import ADULT, EXPIRED, cash_in, minor

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from scripts.demo.hour import Counter

    type Login = Callable[[str, str], Counter]


def liquor_store(console: Console, login: Login) -> list[Counter]:
    """Harbor Spirits, Broward: scans, packs, ages, a lost answer, a void, cards."""
    console.rule("[bold]Harbor Spirits, Fort Lauderdale")
    ana = login("FLL", "ana")
    drawers.open_shift(ana)
    bourbon, chips = "Tolliver Bend Kentucky Straight Bourbon 750 ml", "Kettle Chips"
    ana.sell(ana.line(bourbon), pays=50, age=ADULT)
    ana.say("a case of twelve is one scan, and twelve bottles leave the stock")
    ana.sell(ana.line(bourbon, pack=12), pays=300, age=ADULT)
    ana.say("snacks are free of tax in a package store, mixers are not")
    ana.sell(ana.line(chips, 2), ana.line("Bright Pier Tonic Water 1 L"), pays=20)
    ana.say("a young face: the licence is scanned")
    ana.sell(ana.line(bourbon), pays=50, age=minor())
    ana.say("the next one's licence has expired")
    ana.sell(ana.line(bourbon), pays=50, age=EXPIRED)
    ana.say("the network drops the answer; the till sends the same sale again")
    lost_answer(ana, bourbon)
    ana.say("a customer fetches one more bottle: the basket is parked, then resumed")
    park_and_resume(ana, "Cabernet Sauvignon 750 ml")
    ana.say("not enough cash")
    ana.sell(ana.line(bourbon, 3), pays=20, age=ADULT)
    receipt(console, ana, bourbon)
    ben = login("FLL", "ben")
    void_by_shift_lead(ana, ben, bourbon)
    favours.mixed_case(ana)
    favours.torn_label(ana, ben)
    favours.returned_bottle(ana, ben)
    favours.gift_card(ana)
    cards.play(ana, ben, settings.STRIPE_API_BASE, bourbon)
    ana.say("the end of her shift")
    drawers.close_shift(console, ana)
    drawers.open_shift(ben)
    return [ana]


def lost_answer(till: Counter, name: str) -> None:
    """The same sale sent twice under one key is one sale."""
    order_id = str(uuid4())
    body = {
        "id": order_id,
        "lines": [till.line(name)],
        "age_check": ADULT,
        "tenders": [{"kind": "cash", "amount_cents": 4000}],
    }
    till.client.post("orders", body, key=order_id)
    till.show(till.client.post("orders", body, key=order_id))


def park_and_resume(till: Counter, name: str) -> None:
    """A basket put aside is taken up once, and sold under its own id."""
    basket = {"id": str(uuid4()), "lines": [till.line(name)]}
    till.client.post("orders/park", basket)
    path = f"orders/parked/{basket['id']}/resume"
    resumed = till.client.post(path, {}).body
    lines = [*resumed["order"]["lines"], till.line(name)]
    till.sell(*lines, pays=200, age=ADULT, id=basket["id"])
    again = till.client.post(path, {}).body
    till.say(f"resumed a second time: [yellow]{again['code']}[/yellow], {again['detail']}")


def receipt(console: Console, till: Counter, name: str) -> None:
    """A receipt as the printer gets it, and its copy."""
    sale = till.sell(till.line(name), pays=40, age=ADULT)
    path = f"orders/{sale.body['id']}/receipt"
    console.print(till.client.get(path, accept="text/plain").body, style="on grey11")
    copy = till.client.get(path, accept="text/plain").body.splitlines()[0].strip()
    till.say(f"printed again, its first line reads {copy}")
    papers.print_job(till, sale.body["id"])
    papers.email_receipt(till, sale.body["id"])


def void_by_shift_lead(cashier: Counter, lead: Counter, name: str) -> None:
    """A cashier cannot void; a shift lead can, and the goods go back."""
    sale = cashier.sell(cashier.line(name), pays=40, age=ADULT)
    path, reason = f"orders/{sale.body['id']}/void", {"reason": "customer changed her mind"}
    refused = cashier.client.post(path, reason)
    cashier.say(f"void: [yellow]{refused.body['code']}[/yellow], {refused.body['detail']}")
    voided = lead.client.post(path, reason).body
    cashier.cash_cents -= cash_in(sale.body)
    lead.say(f"{voided['number']} is {voided['status'].lower()}, its cash handed back")


def second_store(console: Console, login: Login) -> list[Counter]:
    """Gulf Spirits, Pinellas: hours of its own."""
    console.rule("[bold]Gulf Spirits, St. Petersburg")
    dee = login("STP", "dee")
    drawers.open_shift(dee)
    dee.say("alcohol from 08:00 to 03:00 here; mixers and ice at any hour")
    dee.sell(dee.line("Pinot Noir 750 ml", 2), pays=100, age=ADULT)
    dee.sell(dee.line("Manatee Ice 10 lb", 2), dee.line("Ginger Beer"), pays=40)
    return [dee]


def cafe(console: Console, login: Login) -> list[Counter]:
    """Brew & Byte, Miami: modifiers, taxed food, and a till that keeps no drawer."""
    console.rule("[bold]Brew & Byte Café, Miami")
    fay = login("MIA", "fay")
    latte = with_choices(fay, "CF-011", "16 oz", "Oat Milk", "Vanilla")
    fay.sell(latte, fay.line("Butter Croissant"), pays=20, tip_cents=100)
    fay.say("a latte needs its size")
    fay.sell(fay.line("CF-011"), pays=20)
    fay.say("chicken salad from the scale: the label carries its price, $8.42")
    fay.sell({"id": str(uuid4()), "barcode": "250101008423", "quantity": 1}, pays=10)
    fay.say("a café's licence covers beer and wine")
    fay.sell(fay.line("IPA"), pays=20, age=ADULT)
    return [fay]


def with_choices(till: Counter, name: str, *choices: str) -> dict[str, object]:
    """A line with modifiers, chosen by name."""
    product = till.find(name)
    known = {c["name"]: c["id"] for group in product["modifiers"] for c in group["modifiers"]}
    ids = [known[choice] for choice in choices if choice in known]
    return {"id": str(uuid4()), "product_id": product["id"], "quantity": 1, "modifiers": ids}
