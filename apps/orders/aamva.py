"""Read the barcode of a North American licence or identity card, for the age check alone.

The barcode (PDF417) carries text of the AAMVA DL/ID Card Design Standard, Annex D: a header, then
a subfile `DL` or `ID` of elements, each a three-letter id and its value on a line of its own.
Versions differ, cards break the standard, and keyboard-wedge scanners damage what they type, so
offsets, lengths, version and country are not trusted: the text is cut at separators and an
element counts only where a line starts with its id. A decoy inside another value is never read.

The reader fails closed. Whatever is missing, unreadable or contradictory is `MANUAL`: a person
looks at the card and types the date. A barcode proves nothing about forgery in any case.

Florida (s. 322.143, F.S.) forbids keeping what is read from a card. Only the two dates that the
decision needs leave this module, nothing here shows them as text, and no function raises, so that
no traceback carries them either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A PDF417 symbol holds less than 2,000 characters; more than this was not read from a card.
OLDEST = 120
LONGEST_VALIDITY_YEARS = 100  # what never expires says a year such as 2099
MAX_CHARACTERS = 8 * 1024
# The header may follow a symbology prefix and a few separators, but not a page of other text.
_HEADER_STARTS_WITHIN = 64

_BIRTH_DATE, _EXPIRY_DATE = "DBB", "DBA"
_HEADER = re.compile(r"(?:ANSI |AAMVA)[0-9]{6}")
# Line feed, carriage return and record separator by the standard; scanners turn them into other
# control characters, into bytes of 0x80 to 0x9F or into "|".
_SEPARATOR = re.compile(r"[\x00-\x1f\x7f-\x9f|]")
# The subfile type stands glued to the first element of its subfile, on some cards twice.
_SUBFILE_TYPE = re.compile(r"(?:DL|ID){1,2}(?=D[A-D][A-Z])")
# A year is of 1900 to 2099 and no month is 19 or 20, so no text fits both layouts. North Carolina
# has written hyphens, New Hampshire a letter behind the date.
_DATE_LAYOUTS = (
    re.compile(r"(?P<year>(?:19|20)[0-9]{2})(?P<dash>-?)(?P<month>[0-9]{2})(?P=dash)"
               r"(?P<day>[0-9]{2})[A-Z]?"),
    re.compile(r"(?P<month>[0-9]{2})(?P<dash>-?)(?P<day>[0-9]{2})(?P=dash)"
               r"(?P<year>(?:19|20)[0-9]{2})[A-Z]?"),
)  # fmt: skip


class ScanOutcome(StrEnum):
    """What became of a scan."""

    READ = "READ"
    MANUAL = "MANUAL"  # a card, but one that a person has to read
    NOT_AAMVA = "NOT_AAMVA"  # something else: a bottle, a magnetic stripe, nothing


class AgeVerdict(StrEnum):
    """Whether a document proves the age that a sale needs."""

    ACCEPTED = "ACCEPTED"
    UNDERAGE = "UNDERAGE"
    EXPIRED_DOCUMENT = "EXPIRED_DOCUMENT"


@dataclass(frozen=True, slots=True, repr=False)
class IdentityDocument:
    """The two dates of a card that an age decision needs. To be used and forgotten."""

    date_of_birth: date
    expires_on: date

    def __repr__(self) -> str:
        """Show nothing of the card: a repr can reach a log or an error report."""
        return "<IdentityDocument: not shown>"


@dataclass(frozen=True, slots=True)
class ScanReading:
    """The answer to a scan. There is a document if, and only if, the outcome is `READ`.

    The reason is a constant sentence for the cashier and holds nothing of the card.
    """

    outcome: ScanOutcome
    document: IdentityDocument | None
    reason: str


_READING_TOO_LONG = ScanReading(
    ScanOutcome.NOT_AAMVA, None, "This is longer than any licence or identity card barcode."
)
_READING_NO_HEADER = ScanReading(
    ScanOutcome.NOT_AAMVA, None, "This is not the barcode of a licence or identity card."
)
_READING_TWO_CARDS = ScanReading(
    ScanOutcome.MANUAL, None, "More than one card was read. Scan one card, or type the date."
)
_READING_NO_BIRTH_DATE = ScanReading(
    ScanOutcome.MANUAL, None, "The birth date is missing, unreadable or contradictory."
)
_READING_NO_EXPIRY_DATE = ScanReading(
    ScanOutcome.MANUAL, None, "The expiry date is missing, unreadable or contradictory."
)
_READING_IMPLAUSIBLE = ScanReading(
    ScanOutcome.MANUAL, None, "The card's dates cannot be those of a living person's document."
)


def read_barcode(raw: str, *, today: date) -> ScanReading:
    """Read the birth and expiry dates from the text of a scan. Never raises.

    `today` is the store's local date. The work is linear in the length of the text.
    """
    if len(raw) > MAX_CHARACTERS:
        return _READING_TOO_LONG
    headers = list(_HEADER.finditer(raw))
    if not headers or headers[0].start() > _HEADER_STARTS_WITHIN:
        return _READING_NO_HEADER
    if len(headers) > 1:
        return _READING_TWO_CARDS
    return _read_elements(tuple(_lines(raw[headers[0].end() :])), today)


def age_on(date_of_birth: date, today: date) -> int:
    """Full years lived; a birthday of 29 February falls on 1 March in common years."""
    before_birthday = (today.month, today.day) < (date_of_birth.month, date_of_birth.day)
    return today.year - date_of_birth.year - before_birthday


def is_plausible(document: IdentityDocument, *, today: date) -> bool:
    """Whether a living person may carry such a document: born, not above 120, good for a while.

    Some states' licences are good until their holder is 65, so the expiry may be far ahead.
    """
    born, expires = document.date_of_birth, document.expires_on
    is_alive = born <= today and age_on(born, today) <= OLDEST
    return is_alive and born < expires and expires.year <= today.year + LONGEST_VALIDITY_YEARS


def judge_age(document: IdentityDocument, *, minimum_age: int, today: date) -> AgeVerdict:
    """Judge a document on the store's local date; it is good through its printed last day.

    Under age wins over expired: the sale must not be tried again with a newer card.
    """
    if age_on(document.date_of_birth, today) < minimum_age:
        return AgeVerdict.UNDERAGE
    if document.expires_on < today:
        return AgeVerdict.EXPIRED_DOCUMENT
    return AgeVerdict.ACCEPTED


def _read_elements(lines: tuple[str, ...], today: date) -> ScanReading:
    birth_date = _agreed_date(lines, _BIRTH_DATE)
    if birth_date is None:
        return _READING_NO_BIRTH_DATE
    expiry_date = _agreed_date(lines, _EXPIRY_DATE)
    if expiry_date is None:
        return _READING_NO_EXPIRY_DATE
    document = IdentityDocument(birth_date, expiry_date)
    if not is_plausible(document, today=today):
        return _READING_IMPLAUSIBLE
    return ScanReading(ScanOutcome.READ, document, "The card was read.")


def _lines(body: str) -> Iterator[str]:
    """The lines behind the header's issuer number, without the subfile types in front of them.

    The first line still holds the rest of the header, up to the first element.
    """
    rest_of_header, *others = _SEPARATOR.split(body)
    if subfile := _SUBFILE_TYPE.search(rest_of_header):
        yield rest_of_header[subfile.end() :]
    for line in others:
        subfile = _SUBFILE_TYPE.match(line)
        yield line[subfile.end() :] if subfile else line


def _agreed_date(lines: tuple[str, ...], element: str) -> date | None:
    """The date that every occurrence of an element gives; None if any of them does not."""
    values = (line.removeprefix(element) for line in lines if line.startswith(element))
    dates = {_parse_date(value.rstrip(" ")) for value in values}
    return dates.pop() if len(dates) == 1 else None


def _parse_date(text: str) -> date | None:
    """A date written CCYYMMDD or MMDDCCYY, or None."""
    for layout in _DATE_LAYOUTS:
        if match := layout.fullmatch(text):
            return _calendar_date(int(match["year"]), int(match["month"]), int(match["day"]))
    return None


def _calendar_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
