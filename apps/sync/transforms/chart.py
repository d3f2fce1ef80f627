"""The accounts that journal entries go to, and how a destination names its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_CODE, LONGEST_NAME = 20, 80


class Account(StrEnum):
    """What an amount is to the shop, whatever its books call it."""

    CASH = "cash"  # in drawers
    SAFE = "safe"  # dropped from drawers
    CARDS = "cards"  # taken by card, until the processor pays it out
    GIFT_CARDS = "gift_cards"  # owed to their holders
    STORE_CREDIT = "store_credit"  # owed to their holders
    SALES_TAX = "sales_tax"  # owed to the state, the county's surtax among it
    TIPS = "tips"  # owed to staff
    SALES = "sales"  # goods before discounts
    DISCOUNTS = "discounts"
    RETURNS = "returns"  # goods taken back, without tax
    ROUNDING = "rounding"  # of cash, in a store without pennies
    OVER_SHORT = "over_short"  # what a count of a drawer found too much or too little
    PAID_IN = "paid_in"  # to drawers, other than by sales
    PAID_OUT = "paid_out"  # of drawers, other than by returns
    SUSPENSE = "suspense"  # what no other account explains; nothing should ever stand here


@dataclass(frozen=True, slots=True)
class Named:
    """An account as the books of a destination know it."""

    code: str
    name: str


type Chart = Mapping[Account, Named]

DEFAULT: Chart = {
    Account.CASH: Named("1000", "Cash in drawers"),
    Account.SAFE: Named("1010", "Cash in the safe"),
    Account.CARDS: Named("1100", "Card clearing"),
    Account.GIFT_CARDS: Named("2100", "Gift cards outstanding"),
    Account.STORE_CREDIT: Named("2110", "Store credit outstanding"),
    Account.SALES_TAX: Named("2200", "Sales tax payable"),
    Account.TIPS: Named("2300", "Tips payable"),
    Account.SALES: Named("4000", "Sales"),
    Account.DISCOUNTS: Named("4100", "Discounts"),
    Account.RETURNS: Named("4200", "Returns"),
    Account.ROUNDING: Named("4900", "Cash rounding"),
    Account.PAID_IN: Named("4910", "Paid in to drawers"),
    Account.OVER_SHORT: Named("6000", "Cash over and short"),
    Account.PAID_OUT: Named("6010", "Paid out of drawers"),
    Account.SUSPENSE: Named("9999", "Suspense"),
}


class ChartUnreadable(ValueError):
    """The accounts in a destination's options are not written as they have to be."""


def read_chart(options: Any) -> Chart:
    """The default with what a destination's options change: `{"accounts": {"cash": {...}}}`.

    An account that is named there has a `code`, a `name`, or both.

    Raises:
        ChartUnreadable: something else stands there.
    """
    accounts = options.get("accounts", {}) if isinstance(options, dict) else None
    if not isinstance(accounts, dict):
        raise ChartUnreadable('Write {"accounts": {"cash": {"code": "1000", "name": "Cash"}}}.')
    known = [account.value for account in Account]
    if unknown := [name for name in accounts if name not in known]:
        raise ChartUnreadable(f"No account is called {unknown[0]}. There are {', '.join(known)}.")
    changed = {Account(name): _read_named(name, asked) for name, asked in accounts.items()}
    return {**DEFAULT, **changed}


def _read_named(name: str, asked: Any) -> Named:
    usual = DEFAULT[Account(name)]
    if not isinstance(asked, dict) or not set(asked) <= {"code", "name"}:
        raise ChartUnreadable(f"{name}: write a code, a name, or both.")
    code, called = asked.get("code", usual.code), asked.get("name", usual.name)
    if not (_is_text(code, LONGEST_CODE) and _is_text(called, LONGEST_NAME)):
        raise ChartUnreadable(
            f"{name}: its code is a text of 1 to {LONGEST_CODE} characters,"
            f" its name one of 1 to {LONGEST_NAME}."
        )
    return Named(code, called)


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= longest and value.isprintable()
