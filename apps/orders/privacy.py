"""What may be kept of a request: no identity document, and no code that spends money. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.core.types import JSON


KEPT_OF_A_CODE = 4
_WITH_CODES = ("tenders", "gift_cards", "refund_to")
_NOT_PARKED = frozenset({"age_check", "tenders", "gift_cards"})


def without_identity(body: JSON) -> JSON:
    """The body without what was read from an identity document.

    Neither the document nor a hash of it may be kept (s. 322.143, F.S.): a birth date is easily
    found again from its hash.
    """
    if isinstance(body, dict) and isinstance(age := body.get("age_check"), dict):
        return {**body, "age_check": {"method": age.get("method")}}
    return body


def without_secrets(body: JSON) -> JSON:
    """The body without identity document, and with no more than the end of gift cards' codes.

    Not even a hash of a code is kept that anybody could try out: see `stored_value_codes`.
    """
    if not isinstance(body, dict):
        return body
    shortened = {name: _shortened(body[name]) for name in _WITH_CODES if name in body}
    if isinstance(code := body.get("code"), str):
        shortened["code"] = code[-KEPT_OF_A_CODE:]
    return without_identity({**body, **shortened})


def _shortened(parts: JSON) -> JSON:
    if not isinstance(parts, list):
        return parts
    return [
        {**part, "code": code[-KEPT_OF_A_CODE:]}
        if isinstance(part, dict) and isinstance(code := part.get("code"), str)
        else part
        for part in parts
    ]


def basket_alone(body: Mapping[str, JSON]) -> dict[str, JSON]:
    """What is parked of a body: the basket, without identity document, money and gift cards."""
    return {name: value for name, value in body.items() if name not in _NOT_PARKED}


def fingerprint(body: JSON) -> str:
    """SHA-256 of a body, whatever the order of its keys, without what may not be kept."""
    canonical = orjson.dumps(without_secrets(body), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def mask_address(address: str) -> str:
    """What lists and logs show of a customer's address: maria@example.com is m***@e***.com."""
    name, _, domain = address.rpartition("@")
    host, _, ending = domain.rpartition(".")
    return f"{name[:1]}***@{host[:1]}***.{ending}"
