"""The barcode on a receipt: its number with two check digits, as text for Code 128.

`receipt_code` is what receipts print, `number_of` what a scan of it names; both are pure. The
digits are those of ISO 7064 MOD 97-10, as in an IBAN, so a digit that was misread and two that
changed places are noticed. A number that somebody types has no check digits, and is taken as it is.
"""

from __future__ import annotations

_MODULUS = 97
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PARTS_OF_A_NUMBER = 4  # store, till, date, count: see `rules.order_number`


def receipt_code(number: str) -> str:
    """What the barcode of a receipt says: BRW-1-261122-0042 is BRW-1-261122-0042-94."""
    return f"{number}-{_check(number)}"


def number_of(text: str) -> str | None:
    """The number of the receipt that was scanned or typed; None where a scan was misread.

    What is neither a receipt's code nor a receipt's number comes back as it is, in capitals: there
    is no receipt of that number.
    """
    typed = text.strip().upper()
    if typed.count("-") < _PARTS_OF_A_NUMBER:
        return typed
    number, _, check = typed.rpartition("-")
    return number if check == _check(number) else None


def _check(number: str) -> str:
    """Two digits that make the whole one more than a multiple of 97, letters read as 10 to 35."""
    value = 0
    for character in number.upper():
        place = _DIGITS.find(character)
        if place >= 0:
            value = (value * (100 if place > 9 else 10) + place) % _MODULUS  # noqa: PLR2004 - ten digits
    return f"{_MODULUS + 1 - value * 100 % _MODULUS:02d}"
