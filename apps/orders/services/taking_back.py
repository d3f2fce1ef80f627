"""What comes back of an order's lines: of each never more than was sold, however it comes back.

A line knows how much of it came back and for how much; both are raised in one statement for all
lines, on the condition that they fit. The constraints of the table say no, should that not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Case, F, Value, When
from django_subatomic.db import transaction_required

from apps.core.errors import FieldError
from apps.orders.errors import ReturnExceedsSold, ReturnLineUnknown
from apps.orders.models import OrderLine, ReturnLine
from apps.orders.rules import share_returned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from apps.orders.models import Order
    from apps.orders.types import ReturnLineRequest


@transaction_required
def take_back(*, order: Order, asked: Sequence[ReturnLineRequest]) -> list[ReturnLine]:
    """Raise what came back of the lines; the lines of the return, not saved yet, as asked for.

    The order must be locked: what a unit gives back depends on how many came back before.

    Raises:
        ReturnLineUnknown: a line is not of this order.
        ReturnExceedsSold: of a line less is left than is to come back, with `left`.
    """
    lines = {line.pk: line for line in order.lines.all()}
    taken = []
    for place, part in enumerate(asked):
        line = lines.get(part.line_id)
        if line is None:
            raise _unknown(place, part)
        if part.quantity > line.quantity - line.returned_quantity:
            raise _exceeds(place, line)
        taken.append(_take(line, part))
    _raise_returned(taken)
    return taken


def _take(line: OrderLine, asked: ReturnLineRequest) -> ReturnLine:
    share = share_returned(
        total_cents=line.total_cents,
        tax_cents=line.tax_cents,
        sold=line.quantity,
        before=line.returned_quantity,
        quantity=asked.quantity,
    )
    units = line.stock_units // line.quantity * asked.quantity
    return ReturnLine(
        line=line,
        quantity=asked.quantity,
        stock_units=units if asked.is_restocked else 0,
        is_restocked=asked.is_restocked,
        tax_cents=share.tax_cents,
        total_cents=share.total_cents,
    )


def _raise_returned(taken: Sequence[ReturnLine]) -> None:
    quantity = _by_line({part.line_id: part.quantity for part in taken})
    cents = _by_line({part.line_id: part.total_cents for part in taken})
    fitting = OrderLine.objects.filter(
        pk__in=[part.line_id for part in taken],
        returned_quantity__lte=F("quantity") - quantity,
        returned_cents__lte=F("total_cents") - cents,
    )
    raised = fitting.update(
        returned_quantity=F("returned_quantity") + quantity,
        returned_cents=F("returned_cents") + cents,
    )
    if raised != len(taken):
        raise ReturnExceedsSold("Something of it was taken back meanwhile. Look again.")


def _by_line(values: Mapping[UUID, int]) -> Case:
    return Case(
        *(When(pk=line_id, then=Value(value)) for line_id, value in values.items()),
        output_field=BigIntegerField(),
    )


def _unknown(place: int, asked: ReturnLineRequest) -> ReturnLineUnknown:
    detail = "The order has no such line."
    fault = FieldError(f"/lines/{place}/line_id", "return-line-unknown", detail)
    return ReturnLineUnknown(detail, errors=[fault], line_id=str(asked.line_id))


def _exceeds(place: int, line: OrderLine) -> ReturnExceedsSold:
    left = line.quantity - line.returned_quantity
    detail = f"Of {line.quantity} {line.name} sold, {left} may still come back."
    fault = FieldError(f"/lines/{place}/quantity", "return-exceeds-sold", detail)
    return ReturnExceedsSold(detail, errors=[fault], line_id=str(line.pk), left=left)
