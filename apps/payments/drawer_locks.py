"""Holding a till's drawer: who writes to a shift, and who closes it, take turns.

Whoever writes something that belongs to a shift locks the terminal's audit chain first and looks
second: closing holds the chain, too, so what it did is seen, or has not happened yet. The look is a
statement of its own, after the lock: PostgreSQL shows a statement what was committed when it began,
so one that both waited for the lock and looked would show the shift as it was before the wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.sql import Batch
from apps.payments.drawer_rules import shift_for

if TYPE_CHECKING:
    from apps.core.sql import Row
    from apps.stores.types import Till

# Two columns; each takes the terminal's id as its only parameter.
SHIFT_COLUMNS = (
    "(SELECT shift.id FROM payments_shift AS shift"
    " WHERE shift.terminal_id = %s AND shift.status = 'OPEN'),"
    " EXISTS (SELECT 1 FROM payments_shift AS shift WHERE shift.terminal_id = %s)"
)
_LOOK = f"SELECT {SHIFT_COLUMNS}"


def read_shift(columns: Row) -> UUID | None:
    """The open shift from the two columns; None at a till that keeps no drawer.

    Raises:
        ShiftNotOpen: the terminal has once had a shift, and has none now.
    """
    found, has_had_shifts = columns
    return shift_for(UUID(str(found)) if found else None, has_had_shifts=bool(has_had_shifts))


@transaction_required
def hold_drawer(till: Till) -> UUID | None:
    """Keep the till's drawer from being opened or closed until the transaction ends; its shift.

    Raises:
        ShiftNotOpen: as `read_shift`.
    """
    lock_drawer(till)
    return look_for_shift(till)


@transaction_required
def lock_drawer(till: Till) -> None:
    """As `hold_drawer`, for who looks on their own. Payments are locked before it, never after."""
    batch = Batch()
    head = audit.lock_head(batch, till.scope)
    batch.run()
    audit.begin_if_new(head, till.scope)


def look_for_shift(till: Till) -> UUID | None:
    """The open shift of a till whose audit chain the caller holds.

    Raises:
        ShiftNotOpen: as `read_shift`.
    """
    batch = Batch()
    look = batch.add(_LOOK, [till.register.id, till.register.id])
    batch.run()
    return read_shift(look.rows[0])
