"""What a till does: asks, quotes, sells and voids through the services, as the API would."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import orjson
from django.db import connection
from django_subatomic.db import transaction

from apps.core import answers
from apps.core.reference import read_revision
from apps.inventory.selectors import list_levels
from apps.orders.api.reading import read_order
from apps.orders.api.serializers import OrderIn
from apps.orders.privacy import without_secrets
from apps.orders.selectors import describe_orders, get_order
from apps.orders.services.selling import sell
from apps.orders.services.voiding import void_order
from apps.stores.selectors import get_store_profile
from tests.conftest import NOON
from tests.goods import basket

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.core.answers import Answer
    from apps.orders.types import OrderRequest
    from apps.stores.types import Till

type Document = dict[str, Any]


def fresh(till: Till) -> Till:
    """The till as its next request would find it: with the reference data of now."""
    revision = read_revision()
    store = get_store_profile(store_id=till.store.id, revision=revision)
    return replace(till, revision=revision, store=store)


def ask(body: Document) -> OrderRequest:
    """The request that a body asks for."""
    return read_order(OrderIn().run_validation(body), body)


def keyed(till: Till, body: Document, key: str | None = None) -> answers.Request:
    """The body under an idempotency key, a new one unless it is given."""
    return answers.Request(till.scope, key or str(uuid4()), "POST orders", without_secrets(body))


def send(till: Till, body: Document, *, now: datetime = NOON, key: str | None = None) -> Answer:
    """Sell a basket."""
    return sell(till=fresh(till), request=ask(body), keyed=keyed(till, body, key), now=now)


def read(answer: Answer) -> Document:
    document: Document = orjson.loads(answer.body)
    return document


def sold(till: Till, *lines: Product | Document, now: datetime = NOON, **fields: Any) -> Document:
    """The order that comes of selling these products or lines for cash to an adult."""
    return read(send(till, basket(*lines, **fields), now=now))


def voided(
    till: Till, order_id: UUID | str, *, approval: str | None = None, now: datetime = NOON
) -> Document:
    """The order as it stands after it was voided."""
    order, reason = UUID(str(order_id)), "wrong bottle"
    with transaction():
        return void_order(till=till, order_id=order, reason=reason, approval=approval, now=now)


def booked(till: Till, order_id: UUID | str) -> Document:
    """The order as the books have it, as JSON."""
    order = get_order(store_id=till.store.id, order_id=UUID(str(order_id)))
    document: Document = orjson.loads(
        orjson.dumps(describe_orders([order])[0], option=orjson.OPT_UTC_Z)
    )
    return document


def on_hand(till: Till, product: Product) -> int:
    (level,) = list_levels(store_id=till.store.id, product_ids=[product.pk])
    return level.on_hand


def count_rows() -> dict[str, int]:
    """How many rows each table of the database has."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608 - a table's own name
            counts[table] = cursor.fetchone()[0]
    return counts
