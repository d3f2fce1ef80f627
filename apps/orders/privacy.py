"""What may be kept of a request: everything but the identity document. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.core.types import JSON


def without_identity(body: JSON) -> JSON:
    """The body without what was read from an identity document.

    Neither the document nor a hash of it may be kept (s. 322.143, F.S.): a birth date is easily
    found again from its hash.
    """
    if isinstance(body, dict) and isinstance(age := body.get("age_check"), dict):
        return {**body, "age_check": {"method": age.get("method")}}
    return body


def basket_alone(body: Mapping[str, JSON]) -> dict[str, JSON]:
    """What is parked of a body: the basket, without identity document and money."""
    return {name: value for name, value in body.items() if name not in {"age_check", "tenders"}}


def fingerprint(body: JSON) -> str:
    """SHA-256 of a body, whatever the order of its keys, without the identity document."""
    canonical = orjson.dumps(without_identity(body), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def mask_address(address: str) -> str:
    """What lists and logs show of a customer's address: maria@example.com is m***@e***.com."""
    name, _, domain = address.rpartition("@")
    host, _, ending = domain.rpartition(".")
    return f"{name[:1]}***@{host[:1]}***.{ending}"
