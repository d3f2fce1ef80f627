"""Whether the caller may: every view names the permission it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from apps.stores.api.services import require_scope
from apps.stores.errors import PermissionMissing, TokenInvalid, TokenRequired
from apps.stores.rules import may
from apps.stores.service_types import ServiceCaller
from apps.stores.types import Till

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from apps.stores.types import Permission


class MayCall(BasePermission):
    """Lets a caller through whose token is of the right sort and may do this.

    A cashier's role needs the permission that the view names for the method, a program's token the
    scope. `caller` says which sorts of token there may be, one or several.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        wanted = getattr(view, "caller", Till)
        if wanted is None:
            return True
        if request.auth is None:
            raise TokenRequired("Send the header `Authorization: Bearer <token>`.")
        if not isinstance(request.auth, wanted):
            raise TokenInvalid(
                "This call needs another sort of token: a session's, a terminal's or a program's."
            )
        method = "GET" if request.method == "HEAD" else request.method
        permission = getattr(view, "permissions", {}).get(method)
        if permission and isinstance(request.auth, Till):
            require(request.auth, permission)
        scope = getattr(view, "scopes", {}).get(method)
        if scope and isinstance(request.auth, ServiceCaller):
            require_scope(request.auth, scope)
        return True


def require(till: Till, permission: Permission) -> None:
    """Refuse a cashier whose role lacks a permission.

    Raises:
        PermissionMissing: naming the permission.
    """
    if not may(till.clerk.role, permission):
        role = till.clerk.role.value.replace("_", " ").lower()
        raise PermissionMissing(
            f"A {role} may not do this. Ask somebody whose role allows it to log in.",
            permission=permission.value,
        )
