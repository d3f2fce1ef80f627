"""Codes as tills present them: looked up, and counted where nobody knows them.

A till that presents many codes which nobody knows is guessing; it is made to wait, whatever became
of the sales it tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache

from apps.payments.errors import StoredValueCurrencyDiffers, StoredValueUnknown
from apps.payments.stored_value_codes import last4_of
from apps.payments.stored_value_selectors import find_accounts
from apps.stores.errors import TooManyAttempts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from apps.payments.stored_value_types import Account
    from apps.stores.types import Till

WRONG_CODES = 10  # of one till, in
WINDOW_SECONDS = 15 * 60


def present(*, till: Till, codes: Collection[str]) -> Mapping[str, Account]:
    """The accounts behind all of these codes, by the codes.

    Raises:
        StoredValueCodeInvalid, StoredValueUnknown: one of them is no code, or nobody's.
        StoredValueCurrencyDiffers: one of them holds another currency than the store's.
        TooManyAttempts: the till has presented too many codes that nobody knows.
    """
    if not codes:
        return {}
    refuse_guessing(till)
    accounts = find_accounts(codes=codes)
    for code in codes:
        if code not in accounts:
            _count_wrong(till)
            raise StoredValueUnknown(
                f"No gift card or store credit of this shop ends in {last4_of(code)} with that"
                " code. Scan it once more.",
                last4=last4_of(code),
            )
        if accounts[code].currency != till.store.currency:
            raise StoredValueCurrencyDiffers(
                f"It holds {accounts[code].currency}; this store takes {till.store.currency}.",
                currency=accounts[code].currency,
            )
    return accounts


def refuse_guessing(till: Till) -> None:
    """Refuse a till that guesses.

    Raises:
        TooManyAttempts: as `present`.
    """
    if (cache.get(_key(till)) or 0) >= WRONG_CODES:
        raise TooManyAttempts(
            "Too many codes that nobody knows came from this till. Wait, or ask a manager.",
            retry_after=WINDOW_SECONDS,
        )


def _count_wrong(till: Till) -> None:
    """The cache counts, not the database: what is refused is rolled back there."""
    cache.add(_key(till), 0, WINDOW_SECONDS)
    cache.incr(_key(till))


def _key(till: Till) -> str:
    return f"stored-value:wrong:{till.register.id}"
