"""Store credit and gift cards on random days: codes that tell what they are, returns made blind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction

from apps.orders.api.blind_reading import read_blind_return
from apps.orders.api.returning_blind import BlindReturnIn
from apps.orders.services.returning_blind import return_without_receipt
from apps.stores.types import ApprovalAction

from .approving import approved
from .sales import fresh

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import Till


def new_code(kind: str, number: int) -> str:
    """A code that begins with 1 for a gift card and with 2 for a store credit."""
    return f"{kind}{number:019d}"


def is_gift_card(code: str) -> bool:
    return code.startswith("1")


def return_blind(till: Till, line: dict[str, Any], code: str, *, now: datetime) -> None:
    """Something taken back without a receipt, by leave of somebody else who may."""
    other = "ben" if till.clerk.code == "eva" else "eva"
    token = approved(till, ApprovalAction.BLIND_RETURN, by=other, now=now)
    hand_in(till, line, code, token, now=now)


def hand_in(till: Till, line: dict[str, Any], code: str, token: str, *, now: datetime) -> None:
    """Something taken back without a receipt under an approval, on to a store credit."""
    body: dict[str, Any] = {"lines": [line], "code": code, "reason": "a gift", "approval": token}
    wanted = read_blind_return(BlindReturnIn().run_validation(body), body)
    with transaction():
        return_without_receipt(till=fresh(till), request=wanted, now=now)
