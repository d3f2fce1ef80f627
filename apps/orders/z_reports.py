"""What a Z report says, and how it is printed: 42 columns, as a receipt."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import orjson

from apps.core.money import format_cents
from apps.orders.layout import RULE, centred, local_time, spread, wrap
from apps.orders.particulars import FORMAT, print_particulars
from apps.payments.drawer_types import CashMovementKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.orders.models import Order, ZReport
    from apps.orders.takings import Takings
    from apps.payments.drawer_selectors import History
    from apps.payments.models import CashMovement, DrawerCount, Shift
    from apps.stores.types import Till

type Document = dict[str, Any]

_KINDS = (
    (CashMovementKind.PAY_IN, "pay_ins_cents"),
    (CashMovementKind.PAY_OUT, "pay_outs_cents"),
    (CashMovementKind.DROP, "drops_cents"),
)


def as_json(document: Document) -> Document:
    """The document as it is stored: instants as text, so that it reads the same for ever."""
    stored: Document = orjson.loads(orjson.dumps(document, option=orjson.OPT_UTC_Z))
    return stored


def describe_z(
    *, number: int, till: Till, shift: Shift, takings: Takings, history: History
) -> Document:
    """The figures of a shift that was closed. The last of its counts is the one that closed it."""
    *earlier, final = history.counts
    return as_json(
        {
            "format": FORMAT,
            "number": number,
            "shift_id": str(shift.pk),
            **describe_place(till),
            "business_date": shift.business_date,
            "opened_at": shift.opened_at,
            "opened_by": shift.opened_by_name,
            "closed_at": shift.closed_at,
            "closed_by": shift.closed_by_name,
            **takings.figures,
            "cash": _describe_cash(history),
            "cash_movements": [_describe_movement(movement) for movement in history.movements],
            "counted": final.denominations,
            "earlier_counts": [_describe_count(count) for count in earlier],
            "expected_cents": final.expected_cents,
            "counted_cents": final.counted_cents,
            "variance_cents": final.counted_cents - final.expected_cents,
        }
    )


def describe_place(till: Till) -> Document:
    """Where it was: the store and the till, as they were called then."""
    store, register = till.store, till.register
    return {
        "store": {"id": store.id, "code": store.code, "name": store.name},
        "terminal": {"id": register.id, "number": register.number, "name": register.name},
        "timezone": store.timezone,
        "county": store.county,
    }


def _describe_cash(history: History) -> Document:
    drawer, cash = history.drawer, history.drawer.cash
    return {
        "opening_float_cents": drawer.opening_float_cents,
        "sales_cents": cash.sales_cents,
        "voids_cents": cash.voids_cents,
        "returns_cents": cash.returns_cents,
        **{name: drawer.moved.get(kind, 0) for kind, name in _KINDS},
        "no_sales": sum(row.kind == CashMovementKind.NO_SALE for row in history.movements),
    }


def _describe_movement(movement: CashMovement) -> Document:
    return {
        "kind": movement.kind.lower(),
        "amount_cents": movement.amount_cents,
        "reason": movement.reason,
        "by": movement.actor_name,
        "at": movement.at,
    }


def _describe_count(count: DrawerCount) -> Document:
    return {
        "counted_cents": count.counted_cents,
        "by": count.counted_by,
        "at": count.counted_at,
    }


def describe_amendment(
    *, number: int, z: ZReport, order: Order, takings: Takings, now: datetime
) -> Document:
    """What one late sale adds to a Z, and what cash it explains."""
    cash = takings.cash
    return as_json(
        {
            "format": FORMAT,
            "number": number,
            "z_number": z.number,
            "shift_id": str(z.shift_id),
            "order": {"id": str(order.pk), "number": order.number},
            "taken_at": order.taken_at,
            "arrived_at": now,
            "sold_by": order.cashier_name,
            **takings.figures,
            "expected_cents": cash.sales_cents,
            "variance_cents": -cash.sales_cents,
        }
    )


# --- On paper -------------------------------------------------------------------------------------


def render_z(z: Document) -> str:
    """A Z as it is printed, from its figures alone."""
    return "\n".join(_z_lines(z)) + "\n"


def render_amendment(amendment: Document, z: Document) -> str:
    """An amendment as it is printed, from its figures and its Z's."""
    return "\n".join(_amendment_lines(amendment, z)) + "\n"


def _z_lines(z: Document) -> Iterator[str]:
    yield from _heading(z, f"Z REPORT {z['number']}")
    yield spread("Business date", f"{date.fromisoformat(z['business_date']):%m/%d/%Y}")
    for what in ("opened", "closed"):
        yield spread(what.capitalize(), _at(z[f"{what}_at"], z))
        yield from (f"  {part}" for part in wrap(f"by {z[f'{what}_by']}"))
    yield from _receipts(z["orders"])
    yield RULE
    yield from _takings(z)
    yield RULE
    yield from _drawer(z)
    yield RULE
    for movement in z["cash_movements"]:
        yield from _movement(movement, z)
    for count in z["earlier_counts"]:
        yield spread(f"First counted {_at(count['at'], z)}", format_cents(count["counted_cents"]))
    yield from (
        spread(f"  {number} x {format_cents(int(value))}", format_cents(int(value) * number))
        for value, number in z["counted"].items()
        if number
    )


def _heading(z: Document, title: str) -> Iterator[str]:
    yield from centred(z["store"]["name"])
    yield from centred(title)
    yield from centred(f"Till {z['terminal']['number']}, {z['terminal']['name']}")
    yield ""


def _receipts(orders: Document) -> Iterator[str]:
    yield spread("Receipts", str(orders["count"]))
    if orders["count"]:
        yield f"  {orders['first']}"
        yield f"  to {orders['last']}"


def _takings(z: Document) -> Iterator[str]:
    sales, voids, returns = z["sales"], z["voids"], z["returns"]
    yield _sum("Goods sold", sales["subtotal_cents"])
    yield _sum("Discounts", -sales["discount_cents"])
    yield _sum("Florida sales tax", sales["state_tax_cents"])
    yield _sum(f"{z['county']} surtax", sales["surtax_cents"])
    yield _sum("Tips", sales["tip_cents"])
    # What was printed before gift cards could be sold has none, and is printed as it was.
    if sold_cents := z.get("gift_cards", {}).get("sold_cents"):
        yield _sum("Gift cards sold (owed)", sold_cents)
    yield _sum(f"SALES ({sales['count']})", sales["total_cents"])
    yield _sum(f"Voids ({voids['count']})", -voids["total_cents"])
    yield _sum(f"Returns ({returns['count']})", -returns["total_cents"])
    if (blind := z.get("without_receipt", {})).get("count"):
        yield _sum(f"  {blind['count']} without receipt", -blind["total_cents"])
    yield _sum("NET", z["net_cents"])
    yield _sum("Tax due of it", z["tax_cents"])
    yield from print_particulars(z)
    yield RULE
    for tender in z["tenders"]:
        name = (tender["card_brand"] or tender["kind"]).replace("_", " ").capitalize()
        yield _sum(name, tender["net_cents"])


def _drawer(z: Document) -> Iterator[str]:
    cash = z["cash"]
    yield _sum("Float", cash["opening_float_cents"])
    yield _sum("Cash sales", cash["sales_cents"])
    yield _sum("Cash voids", -cash["voids_cents"])
    yield _sum("Cash returns", -cash["returns_cents"])
    yield _sum("Paid in", cash["pay_ins_cents"])
    yield _sum("Paid out", -cash["pay_outs_cents"])
    yield _sum("Dropped to the safe", -cash["drops_cents"])
    yield spread("Opened without a sale", str(cash["no_sales"]))
    yield _sum("EXPECTED", z["expected_cents"])
    yield _sum("COUNTED", z["counted_cents"])
    yield _sum("VARIANCE", z["variance_cents"])


def _movement(movement: Document, z: Document) -> Iterator[str]:
    name = movement["kind"].replace("_", " ").capitalize()
    yield spread(f"{name} {_at(movement['at'], z)}", format_cents(movement["amount_cents"]))
    yield from (f"  {part}" for part in wrap(f"{movement['reason']} ({movement['by']})", 40))


def _amendment_lines(amendment: Document, z: Document) -> Iterator[str]:
    yield from _heading(z, f"AMENDMENT {amendment['number']} TO Z {z['number']}")
    yield from (f"  {part}" for part in wrap(f"Receipt {amendment['order']['number']}", 40))
    yield spread("Sold", _at(amendment["taken_at"], z))
    yield spread("Arrived", _at(amendment["arrived_at"], z))
    yield RULE
    yield from _takings({**amendment, "county": z["county"]})
    yield RULE
    yield _sum("Adds to expected cash", amendment["expected_cents"])
    yield _sum("Changes the variance by", amendment["variance_cents"])


def _sum(name: str, cents: int) -> str:
    return spread(name, format_cents(cents))


def _at(at: str, z: Document) -> str:
    return local_time(datetime.fromisoformat(at), z["timezone"])
