"""Product codes: what a scanner sends, normalised to GTIN-14.

GS1 General Specifications: a GTIN-14 is any GTIN padded with zeros on the left; the check digit is
computed over the digits before it, weights 3 and 1 alternating from the right. Codes are text: a
leading zero is part of the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

GTIN_LENGTH = 14
_UPC_LENGTH = 12
_SHORT_LENGTH = 8
_LENGTHS = frozenset({_SHORT_LENGTH, _UPC_LENGTH, 13, GTIN_LENGTH})
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # AIM symbology identifier in front of a scan
_GS1_GTIN = re.compile(r"01([0-9]{14}).*", re.DOTALL)  # GS1-128: application identifier (01)
_EAN8_AIM, _UPC_AIM = "]E4", "]E0"  # the latter: UPC-A, UPC-E, EAN-13
SCALE_PREFIX = "002"  # a UPC-A of number system 2, padded: priced at the store's scale
FOUR_DIGITS, FIVE_DIGITS = 4, 5


class CodeInvalid(ValueError):
    """What was scanned is no product code; the message says why."""


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """What a scan can mean: GTIN-14s to look for, in order, and a price where the scale put one."""

    candidates: tuple[str, ...]
    price_cents: int | None = None


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it."""
    values = list(map(int, reversed(digits)))
    return str(-(3 * sum(values[::2]) + sum(values[1::2])) % 10)


def has_valid_check(code: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return check_digit(code[:-1]) == code[-1]


@lru_cache(maxsize=4_096)
def read_scan(scan: str, *, price_digits: int = FOUR_DIGITS) -> ScannedCode:
    """Normalise a scan: UPC-A, UPC-E, EAN-8, EAN-13, GTIN-14, GS1-128, with or without AIM id.

    Eight digits can be UPC-E or EAN-8; where both check, both are candidates, UPC-E first. A code
    of number system 2 carries a price in its last digits: four of them after a price check digit,
    or five, as the store's scale is set up (`price_digits`).

    Raises:
        CodeInvalid: not digits, not a known length, or a wrong check digit.
    """
    text = scan.strip()
    aim = match.group() if (match := _AIM.match(text)) else ""
    text = text[len(aim) :]
    if gs1 := _GS1_GTIN.fullmatch(text):
        text = gs1.group(1)
    if not (text.isascii() and text.isdigit()):
        raise CodeInvalid("A product code has digits only.")
    if len(text) not in _LENGTHS:
        raise CodeInvalid(f"A product code has 8, 12, 13 or 14 digits, not {len(text)}.")
    if len(text) == _SHORT_LENGTH:
        return ScannedCode(_eight_digits(text, aim))
    if not has_valid_check(text):
        raise CodeInvalid("The check digit is wrong: scan it again.")
    gtin = text.zfill(GTIN_LENGTH)
    if gtin.startswith(SCALE_PREFIX):
        return _from_scale(gtin, price_digits)
    return ScannedCode((gtin,))


def normalise(code: str) -> str:
    """The one GTIN-14 under which a code is stored. A scale item is stored without its price.

    Raises:
        CodeInvalid: as `read_scan`.
    """
    return read_scan(code).candidates[0]


def scale_code(item: str) -> str:
    """The GTIN-14 under which a scale item is stored, from its first six digits (2 and five more).

    Raises:
        CodeInvalid: not six digits that start with 2.
    """
    if not re.fullmatch(r"2[0-9]{5}", item):
        raise CodeInvalid("A scale item has six digits and starts with 2.")
    return SCALE_PREFIX[:2] + item.ljust(_UPC_LENGTH, "0")


def expand_upce(code: str) -> str:
    """The UPC-A behind an eight-digit UPC-E of number system 0 or 1, with its check digit."""
    system, body, check = code[0], code[1:7], code[7]
    last = body[5]
    if last in "012":
        middle = f"{body[:2]}{last}0000{body[2:5]}"
    elif last == "3":
        middle = f"{body[:3]}00000{body[3:5]}"
    elif last == "4":
        middle = f"{body[:4]}00000{body[4]}"
    else:
        middle = f"{body[:5]}0000{last}"
    return f"{system}{middle}{check}"


def _eight_digits(text: str, aim: str) -> tuple[str, ...]:
    candidates = []
    if aim != _EAN8_AIM and text[0] in "01" and has_valid_check(expanded := expand_upce(text)):
        candidates.append(expanded.zfill(GTIN_LENGTH))
    if aim != _UPC_AIM and has_valid_check(text):
        candidates.append(text.zfill(GTIN_LENGTH))
    if not candidates:
        raise CodeInvalid("The check digit is wrong: scan it again.")
    return tuple(candidates)


def _from_scale(gtin: str, price_digits: int) -> ScannedCode:
    item, price = gtin[2:8], gtin[-1 - price_digits : -1]
    return ScannedCode((scale_code(item),), price_cents=int(price))
