"""Money: integer cents, one rounding, and shares that always sum to the whole.

Amounts are integers in the minor unit of the store's currency (US cents). A `Decimal` appears
only as a rate or as an exact, unrounded amount on its way to `round_half_up`.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CENTS_PER_DOLLAR = 100
NICKEL_CENTS = 5
_DOLLARS = re.compile(r"\$?(?P<whole>\d{1,3}(,\d{3})+|\d+)(\.(?P<cents>\d{1,2}))?", re.ASCII)


def round_half_up(exact_cents: Decimal) -> int:
    """Round an exact amount in cents to whole cents, halves away from zero.

    This is the only rounding of money in Tillhouse: 2.475 cents is 2, 2.5 cents is 3. Rounding to
    an intermediate place first would make 2.475 into 2.48 and then 3, which is wrong.
    """
    return int(exact_cents.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(total: int, weights: Sequence[Decimal | int]) -> tuple[int, ...]:
    """Cut `total` into whole shares proportional to `weights`, by largest remainder.

    The shares sum to `total` exactly. Equal remainders go to the earlier share, so the result
    depends on nothing but the arguments. A total of nothing, or weights that sum to nothing, give
    only zeros.

    Raises:
        ValueError: if a weight is negative, or a total is to be cut by weights that sum to nothing.
    """
    exact = [Fraction(weight) for weight in weights]
    if any(weight < 0 for weight in exact):
        raise ValueError("A share cannot have a negative weight.")
    whole = sum(exact, Fraction(0))
    if whole == 0:
        if total:
            raise ValueError("Nothing to allocate the total to: all weights are zero.")
        return tuple(0 for _ in exact)
    ideal = [total * weight / whole for weight in exact]
    shares = [int(share // 1) for share in ideal]
    by_remainder = sorted(range(len(shares)), key=lambda i: (shares[i] - ideal[i], i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return tuple(shares)


def round_to_nickel(cents: int) -> int:
    """Round a cash amount to the nearest five cents: 1, 2 down; 3, 4 up; 6, 7 down; 8, 9 up.

    The rule of Florida's SB 1074 (2026) for cash once pennies run out.
    """
    return (cents + NICKEL_CENTS // 2) // NICKEL_CENTS * NICKEL_CENTS


def format_cents(cents: int) -> str:
    """Dollars as people read them: 123456 is "$1,234.56", -5 is "-$0.05"."""
    dollars, rest = divmod(abs(cents), CENTS_PER_DOLLAR)
    sign = "-" if cents < 0 else ""
    return f"{sign}${dollars:,}.{rest:02d}"


def parse_dollars(text: str) -> int:
    """Cents from what a person types: "12.50", "$1,234.5" and "7" are 1250, 123450 and 700.

    Raises:
        ValueError: if the text is not an amount of dollars with at most two decimals.
    """
    match = _DOLLARS.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not an amount such as 12.50.")
    whole = int(match["whole"].replace(",", ""))
    return whole * CENTS_PER_DOLLAR + int((match["cents"] or "0").ljust(2, "0"))
