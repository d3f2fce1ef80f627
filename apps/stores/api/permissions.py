"""Whether the caller may: every view names the permission it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from apps.stores.errors import PermissionMissing, TokenInvalid, TokenRequired
from apps.stores.rules import may
from apps.stores.types import Till

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from apps.stores.types import Permission


class MayCall(BasePermission):
    """Lets a caller through whose token is of the right sort and whose role has the permission."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        wanted = getattr(view, "caller", Till)
        if wanted is None:
            return True
        if request.auth is None:
            raise TokenRequired("Send the header `Authorization: Bearer <token>`.")
        if not isinstance(request.auth, wanted):
            raise TokenInvalid("This call needs the token of a session, or of a terminal.")
        permissions = getattr(view, "permissions", {})
        permission = permissions.get("GET" if request.method == "HEAD" else request.method)
        if permission and isinstance(request.auth, Till):
            require(request.auth, permission)
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
