"""Another installation that sends to this one: its facts, its batches, its signature."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.test import Client
from django_subatomic.db import transaction

from apps.sync.models import Peer
from apps.sync.services.peers import add_peer
from apps.sync.signing import sign
from tests.conftest import NOON
from tests.factories import MANAGER, make_service_token

from .orders import voided_order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.test.client import _MonkeyPatchedWSGIResponse as Response

type Document = dict[str, Any]
PATH = "/api/sync"


def captured(cents: int = 2139, **fields: Any) -> Document:
    """The fact of a card's money."""
    payment_id = str(uuid4())
    data = {
        "payment_id": payment_id,
        "store": "MIA",
        "order_id": str(uuid4()),
        "method": "CARD_PRESENT",
        "currency": "USD",
        "amount_cents": cents,
        "tip_cents": 0,
        "captured_cents": cents,
        "refunded_cents": 0,
        "card_brand": "visa",
        "card_last4": "4242",
    }
    return event_of("payment.captured", f"payment:{payment_id}", {**data, **fields})


def adjusted(quantity: int, sku: str = "BRB-1", store: str = "MIA") -> Document:
    """The fact of stock that was put right."""
    document_id = str(uuid4())
    line = {"store": store, "sku": sku, "quantity": quantity, "reason": "found", "on_hand": 0}
    data = {
        "document_id": document_id,
        "kind": "ADJUSTMENT",
        "store": store,
        "to_store": None,
        "reason": "found",
        "actor_name": "Mia",
        "lines": [line],
    }
    return event_of("inventory.adjusted", f"stock-document:{document_id}", data)


def voided(moved: dict[str, int], cents: int = 2139, **fields: Any) -> Document:
    """The fact of a sale that was taken back."""
    order_id = str(uuid4())
    data = {
        "store": "MIA",
        "store_id": 1,
        "order_id": order_id,
        "number": "MIA-1-261122-0001",
        "business_date": "2026-11-22",
        "total_cents": cents,
        "reason": "wrong bottle",
        "order": voided_order(order_id, cents),
        "moved": moved,
    }
    return event_of("order.voided", f"order:{order_id}", {**data, **fields})


def renamed(old: str, new: str) -> Document:
    """The fact of a product that has a new SKU."""
    product = {
        "sku": new,
        "previous_sku": old,
        "is_removed": False,
        "name": "Bourbon",
        "department": "Spirits",
        "category": "Bourbon",
        "vendor": "",
        "beverage_type": "SPIRITS",
        "tax_class": "ALCOHOL",
        "minimum_age": 21,
        "volume_ml": 750,
        "abv_percent": "40.0",
        "unit_cost_cents": None,
        "is_active": True,
        "tracks_stock": True,
        "barcodes": [],
        "modifier_groups": [],
    }
    return event_of("product.updated", f"product:{new}", {"products": [product]})


def event_of(event_type: str, aggregate: str, data: Any, **fields: Any) -> Document:
    """An event as it stands in a batch."""
    event = {
        "id": str(uuid4()),
        "type": event_type,
        "version": 1,
        "occurred_at": "2026-11-22T16:59:30.250000Z",
        "aggregate": aggregate,
        "data": data,
    }
    return {**event, **fields}


@dataclass
class Sender:
    """Sends as `source`, and may send whatever it wants."""

    token: str
    secret: str
    source: str = "miami"

    @property
    def peer(self) -> Peer:
        return Peer.objects.get(source=self.source)

    def batch(self, *events: Any, sequence: Any = 1, **fields: Any) -> Document:
        """A batch of these events."""
        body = {"batch_id": str(uuid4()), "source": self.source, "sequence": sequence}
        return {**body, "events": list(events), **fields}

    def send(self, *events: Any, sequence: Any = 1, **fields: Any) -> Document:
        """The answer to a batch that is taken in."""
        response = self.post(self.batch(*events, sequence=sequence, **fields))
        assert response.status_code == 200, response.content
        document: Document = response.json()
        return document

    def post(
        self,
        batch: Any,
        *,
        packed: bool = False,
        secrets: Sequence[str] = (),
        at: datetime = NOON,
        **headers: str,
    ) -> Response:
        """The response to a batch, or to whatever bytes, signed and in gzip if it says so."""
        body = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
        body = gzip.compress(body, 1) if packed else body
        given = {
            "Authorization": f"Bearer {self.token}",
            **sign(body, "msg_1", secrets=secrets or [self.secret], now=at),
            **({"Content-Encoding": "gzip"} if packed else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        sent = {name: value for name, value in given.items() if value}
        return Client().post(PATH, body, "application/json", headers=sent)

    def status(self, source: str = "") -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return Client().get(f"{PATH}/status?source={source or self.source}", headers=headers)


def make_sender(source: str = "miami", *, after: int = 0) -> Sender:
    """An installation that may send."""
    token = make_service_token(name=source.title(), source=source)
    with transaction():
        secret = add_peer(actor=MANAGER, source=source, name=source.title(), after=after, now=NOON)
    return Sender(token, secret, source)


def statuses(answer: Document) -> list[str]:
    """What became of each event."""
    return [result["status"] for result in answer["results"]]


def codes(answer: Document) -> list[str | None]:
    """Why each event was rejected, if it was."""
    return [result.get("code") for result in answer["results"]]
