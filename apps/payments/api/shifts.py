"""The shift of a till: open it, look at it, move cash in its drawer. Closing it is a Z's affair."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema

from apps.core.api.views import send_json
from apps.payments import errors
from apps.payments.api import shift_serializers as serializers
from apps.payments.drawer_selectors import describe_movement, describe_shift, get_open_shift
from apps.payments.drawer_types import CashMovementKind, NewMovement, NewShift
from apps.payments.services.drawers.moving import move_cash
from apps.payments.services.drawers.opening import open_shift
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import ApprovalInvalid, ApprovalRequired, PermissionMissing
from apps.stores.types import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.errors import DomainError

type Refusals = dict[str, tuple[type[DomainError], ...]]

_ASK = (*TOKEN_REFUSALS, PermissionMissing)


class ShiftsView(TillView):
    """Puts a drawer with a float into the till."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.RUN_DRAWER}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": (*_ASK, errors.ShiftAlreadyOpen, errors.ShiftExists)}

    @extend_schema(
        operation_id="open_shift",
        request=serializers.ShiftIn,
        responses={201: serializers.ShiftOut},
    )
    def post(self, request: Request) -> HttpResponse:
        """Open a shift. From the first one on, the till sells only while one is open."""
        asked, till = self.read(request, serializers.ShiftIn), self.till(request)
        wanted = NewShift(asked["id"], asked["opening_float_cents"])

        def act() -> tuple[int, dict[str, Any]]:
            shift = open_shift(till=till, request=wanted, now=timezone.now())
            return HTTPStatus.CREATED, describe_shift(shift)

        return self.once(request, act)


class CurrentShiftView(TillView):
    """The shift that is open at the till."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.RUN_DRAWER}
    refusals: ClassVar[Refusals] = {"GET": (*_ASK, errors.ShiftNotOpen)}

    @extend_schema(operation_id="get_current_shift", responses=serializers.ShiftOut)
    def get(self, request: Request) -> HttpResponse:
        """The open shift with its cash movements, and without what should be in the drawer."""
        shift = get_open_shift(terminal_id=self.till(request).register.id)
        return send_json(describe_shift(shift))


class CashMovementsView(TillView):
    """Moves cash in the drawer of the till other than by a sale."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.RUN_DRAWER}
    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {
        "POST": (
            *_ASK,
            errors.ShiftNotOpen,
            errors.CashMovementExists,
            ApprovalRequired,
            ApprovalInvalid,
        )
    }

    @extend_schema(
        operation_id="move_cash",
        request=serializers.CashMovementIn,
        responses={201: serializers.CashMovementOut},
    )
    def post(self, request: Request) -> HttpResponse:
        """Pay in, pay out, drop to the safe, or open the drawer for no sale."""
        asked, till = self.read(request, serializers.CashMovementIn), self.till(request)
        kind = CashMovementKind(asked["kind"].upper())
        wanted = NewMovement(
            asked["id"], kind, asked["amount_cents"], asked["reason"], asked.get("approval")
        )

        def act() -> tuple[int, dict[str, Any]]:
            movement = move_cash(till=till, request=wanted, now=timezone.now())
            return HTTPStatus.CREATED, describe_movement(movement)

        return self.once(request, act)
