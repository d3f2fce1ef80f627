"""A day's facts as a store server sends them, made of sales that were really made.

Of ten facts six are sales, two cards' money, one a stock document; of forty one is a product that
was changed, and of sixty one a shift that was closed.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.test import Client

from apps.core.models import OutboxEvent
from apps.orders.events import OrderCompleted
from bench.load import LICENCE

if TYPE_CHECKING:
    import random

    from bench.scene import Scene

SOLD, LINES = 40, 8
AT = "2026-11-22T17:00:00.250000Z"
_SHARES = {"order": 60, "card": 20, "stock": 16, "product": 4}

type Event = dict[str, Any]


def sell_some(scene: Scene, dice: random.Random) -> list[Event]:
    """What sales of one to eight bottles told; they are made here, through the API."""
    settings.ALLOWED_HOSTS = ["*"]
    desk = scene.desks[0]
    for _ in range(SOLD):
        _sell(desk.token, dice.sample(scene.barcodes, dice.randint(1, LINES)), dice)
    facts = OutboxEvent.objects.filter(type=OrderCompleted.type).order_by("-position")[:SOLD]
    return [fact.payload for fact in facts]


def _sell(token: str, scans: list[str], dice: random.Random) -> None:
    body = {
        "id": _id(dice),
        "lines": [{"id": _id(dice), "barcode": scan, "quantity": 1} for scan in scans],
        "age_check": {"method": "scan", "barcode_data": LICENCE},
        "tenders": [{"kind": "cash", "amount_cents": 1_000_000}],
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": _id(dice)}
    answer = Client().post("/api/v1/orders", body, "application/json", headers=headers)
    if answer.status_code != 201:  # noqa: PLR2004 - created
        raise SystemExit(f"A sale of the benchmark was refused: {answer.content!r}")


def make_events(sold: list[Event], count: int, dice: random.Random) -> list[Event]:
    """So many facts, each with an id of its own."""
    kinds = dice.choices([*_SHARES], [*_SHARES.values()], k=count)
    return [_MAKE[kind](sold, dice) for kind in kinds]


def _order(sold: list[Event], dice: random.Random) -> Event:
    order_id, payload = _id(dice), deepcopy(dice.choice(sold))
    payload["order"]["id"] = order_id
    return _event(dice, "order.completed", f"order:{order_id}", payload)


def _card(_: list[Event], dice: random.Random) -> Event:
    payment_id = _id(dice)
    payload = {
        "payment_id": payment_id,
        "store": "S1",
        "order_id": _id(dice),
        "method": "CARD_PRESENT",
        "currency": "USD",
        "amount_cents": 2139,
        "tip_cents": 0,
        "captured_cents": 2139,
        "refunded_cents": 0,
        "card_brand": "visa",
        "card_last4": "4242",
    }
    return _event(dice, "payment.captured", f"payment:{payment_id}", payload)


def _stock(_: list[Event], dice: random.Random) -> Event:
    document_id = _id(dice)
    lines = [
        {"store": "S1", "sku": f"B{number:05d}", "quantity": 12, "reason": "", "on_hand": 100}
        for number in dice.sample(range(10_000), 5)
    ]
    payload = {
        "document_id": document_id,
        "kind": "RECEIPT",
        "store": "S1",
        "to_store": None,
        "reason": "delivery",
        "actor_name": "Mia",
        "lines": lines,
    }
    return _event(dice, "inventory.adjusted", f"stock-document:{document_id}", payload)


def _product(_: list[Event], dice: random.Random) -> Event:
    sku = f"B{dice.randrange(10_000):05d}"
    price = {
        "sku": sku,
        "price_book": "STANDARD",
        "starts_at": "2026-11-22T17:00:00Z",
        "price_cents": 1999,
        "edition": None,
        "is_withdrawn": False,
    }
    return _event(dice, "price.changed", f"product:{sku}", {"prices": [price]})


_MAKE = {"order": _order, "card": _card, "stock": _stock, "product": _product}


def _event(dice: random.Random, kind: str, aggregate: str, payload: Event) -> Event:
    event = {"id": _id(dice), "type": kind, "version": 1, "occurred_at": AT}
    return {**event, "aggregate": aggregate, "data": payload}


def _id(dice: random.Random) -> str:
    return str(UUID(int=dice.getrandbits(128), version=4))
