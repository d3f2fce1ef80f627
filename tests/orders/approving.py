"""Somebody with more rights says yes, in the words of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from apps.stores.services.approvals import approve_by_pin
from apps.stores.types import ApprovalAction, Asked
from tests.conftest import NOON
from tests.factories import PIN

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import Till

VOID = ApprovalAction.VOID_ORDER
OVERRIDE = ApprovalAction.OVERRIDE_PRICE
RETURN = ApprovalAction.RETURN_ORDER


def approved(
    till: Till,
    action: ApprovalAction = VOID,
    *,
    order_id: UUID | str | None = None,
    by: str = "lea",
    now: datetime = NOON,
    **most: Any,
) -> str:
    """The token of an approval that somebody gave at this till; `most` are cents and percent."""
    asked = Asked(action, UUID(str(order_id)) if order_id else None, **most)
    _approval, token = approve_by_pin(till=till, asked=asked, staff_code=by, pin=PIN, now=now)
    return token
