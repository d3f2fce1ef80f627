"""The arithmetic of a drawer: what should be in it, what was counted, what is between the two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apps.core.errors import FieldError
from apps.payments.drawer_types import CashMovementKind, Counted
from apps.payments.errors import DenominationUnknown, ShiftNotOpen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from apps.payments.drawer_types import Drawer

# Coins and notes in cents, the smallest first. Half dollars and two-dollar notes are lawful and
# come over the counter at times.
DENOMINATIONS: Mapping[str, tuple[int, ...]] = {
    "USD": (1, 5, 10, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10000),
}
_PLAIN = re.compile(r"[1-9][0-9]{0,6}")
_SIGN: Mapping[CashMovementKind, int] = {
    CashMovementKind.PAY_IN: 1,
    CashMovementKind.PAY_OUT: -1,
    CashMovementKind.DROP: -1,
    CashMovementKind.NO_SALE: 0,
    CashMovementKind.VARIANCE: 1,  # it brings its own sign
}


def effect_of(kind: CashMovementKind, amount_cents: int) -> int:
    """What a movement does to the cash in the drawer."""
    return _SIGN[kind] * amount_cents


def expect(drawer: Drawer) -> int:
    """What should lie in the drawer. With the variance that closing has posted: what was counted.

    Below nothing where more went out than ever came in by the books, which the count then shows.
    """
    cash = drawer.cash
    moved = sum(effect_of(kind, cents) for kind, cents in drawer.moved.items())
    taken = cash.sales_cents - cash.voids_cents - cash.returns_cents
    return drawer.opening_float_cents + taken + moved


def count_drawer(
    counted: Mapping[str, int], *, currency: str, key: str, shift_id: UUID | None = None
) -> Counted:
    """What a count by denomination comes to. Of a currency without a table any cents are taken.

    Raises:
        DenominationUnknown: with a pointer to each coin or note that the currency does not have.
    """
    known = DENOMINATIONS.get(currency)
    faults = [name for name in counted if not _is_known(name, known)]
    if faults:
        raise _unknown(faults, known)
    by_value = {int(name): number for name, number in counted.items()}
    cents = sum(value * number for value, number in by_value.items())
    return Counted(dict(sorted(by_value.items())), cents, key, shift_id)


def _is_known(name: str, known: tuple[int, ...] | None) -> bool:
    is_plain = _PLAIN.fullmatch(name) is not None
    return is_plain and (known is None or int(name) in known)


def _unknown(names: list[str], known: tuple[int, ...] | None) -> DenominationUnknown:
    values = ", ".join(map(str, known)) if known else "whole numbers of cents"
    return DenominationUnknown(
        f"Count by denominations in cents: {values}.",
        errors=[
            FieldError(f"/counted/{_escaped(name)}", "denomination-unknown", "There is no such.")
            for name in names
        ],
    )


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def must_recount(*, variance_cents: int, limit_cents: int | None, earlier_counts: int) -> bool:
    """Whether a first count is so far off that the drawer is to be counted again."""
    return limit_cents is not None and not earlier_counts and abs(variance_cents) > limit_cents


def shift_for(open_shift: UUID | None, *, has_had_shifts: bool) -> UUID | None:
    """The shift that a sale, a void or a return belongs to; None at a till that keeps no drawer.

    Raises:
        ShiftNotOpen: the terminal has once had a shift, and has none now.
    """
    if open_shift is None and has_had_shifts:
        raise ShiftNotOpen("Open a shift at this till first: its cash has to be counted.")
    return open_shift
