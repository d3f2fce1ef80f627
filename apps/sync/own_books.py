"""Our own books of a business date, to be compared with what a destination has been told of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from apps.orders.day_books import list_booked
from apps.payments.card_books import list_card_money
from apps.stores.selectors import list_store_codes
from apps.sync.comparing import Group, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from apps.orders.day_books import Booked
    from apps.payments.card_books import CardMoney


def read_books(day: date) -> Mapping[Group, Sequence[Thing]]:
    """Everything of a business date, by store and type. Money of cards is of its order's date."""
    booked = list(list_booked(business_date=day))
    sold = [row.id for row in booked if row.type == "order.completed"]
    rows: list[Booked | CardMoney] = [*booked, *list_card_money(order_ids=sold)]
    codes = list_store_codes(store_ids={row.store_id for row in rows})
    books: dict[Group, list[Thing]] = defaultdict(list)
    for row in rows:
        thing = Thing(str(row.id), row.about, row.number, row.amount_cents)
        books[Group(codes[row.store_id], row.type)].append(thing)
    return books
