"""Names, phone numbers and e-mail addresses in the one form in which they are kept and looked up.

Refusals never repeat what was sent: it is somebody's.
"""

from __future__ import annotations

import re

from apps.core.errors import FieldError
from apps.customers.errors import ContactInvalid
from apps.customers.types import ContactKind

LONGEST_NAME = 120
LONGEST_PHONE = 30
LONGEST_EMAIL = 254
_NATIONAL_DIGITS = 10
_PHONE = re.compile(r"\+?[0-9]{7,15}")
_NOT_DIALLED = re.compile(r"[\s().\-/]")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[a-z0-9]([a-z0-9\-]*[a-z0-9])?(\.[a-z0-9\-]*[a-z0-9])+")


def normalise_name(name: str) -> str:
    """A name with single spaces.

    Raises:
        ContactInvalid: nothing is left of it, or it is too long.
    """
    text = " ".join(name.split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise _invalid("name", f"A name has 1 to {LONGEST_NAME} characters.")
    return text


def normalise_phone(phone: str) -> str:
    """A phone number as +15615550142; ten digits are a number of the United States.

    Raises:
        ContactInvalid: it is none.
    """
    dialled = _NOT_DIALLED.sub("", phone)
    if not dialled:
        return ""
    digits = dialled.removeprefix("+")
    if not _PHONE.fullmatch(dialled):
        raise _invalid("phone", "Type ten digits, such as 561-555-0142, or + and the country.")
    if dialled.startswith("+"):
        return dialled
    if len(digits) == _NATIONAL_DIGITS + 1 and digits.startswith("1"):
        return f"+{digits}"
    if len(digits) == _NATIONAL_DIGITS:
        return f"+1{digits}"
    raise _invalid("phone", "Type ten digits, such as 561-555-0142, or + and the country.")


def normalise_email(email: str) -> str:
    """An e-mail address in small letters.

    Raises:
        ContactInvalid: it is none.
    """
    text = email.strip().lower()
    if text and (len(text) > LONGEST_EMAIL or not _EMAIL.fullmatch(text)):
        raise _invalid("email", "Type an address such as ana@example.com.")
    return text


def normalise(kind: ContactKind, text: str) -> str:
    """A contact in the form in which it is looked up.

    Raises:
        ContactInvalid: it is none.
    """
    return normalise_phone(text) if kind is ContactKind.PHONE else normalise_email(text)


def mask_phone(phone: str) -> str:
    """A phone number of which the last four digits show."""
    return f"\N{HORIZONTAL ELLIPSIS}{phone[-4:]}" if phone else ""


def mask_email(email: str) -> str:
    """An e-mail address of which the first letter and the host show."""
    name, _, host = email.partition("@")
    return f"{name[:1]}\N{HORIZONTAL ELLIPSIS}@{host}" if email else ""


def _invalid(field: str, detail: str) -> ContactInvalid:
    return ContactInvalid(detail, errors=[FieldError(f"/{field}", "contact-invalid", detail)])
