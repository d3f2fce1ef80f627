"""Who gets through to a call: the right sort of token, and a role that has the permission."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.stores.api.permissions import MayCall
from apps.stores.errors import PermissionMissing, TokenInvalid, TokenRequired
from apps.stores.types import PairedTerminal, Permission, Role, Till
from tests.factories import open_till

if TYPE_CHECKING:
    from rest_framework.views import APIView

    from tests.factories import Checkout


@dataclass
class OfficePage:
    """A view that the office reads and owners change."""

    caller: type | None = Till
    permissions: dict[str, Permission] = field(
        default_factory=lambda: {"GET": Permission.VIEW_OFFICE, "PUT": Permission.MANAGE_STORES}
    )


def may_call(caller: Any, method: str = "GET", view: OfficePage | None = None) -> bool:
    request = Request(APIRequestFactory().generic(method, "/"))
    request.auth = caller
    return MayCall().has_permission(request, cast("APIView", view or OfficePage()))


def logged_in(role: Role) -> Till:
    till, _ = open_till(role=role)
    return till


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER, Role.AUDITOR])
def test_a_role_with_the_permission_gets_through(role: Role) -> None:
    assert may_call(logged_in(role))


@pytest.mark.django_db
def test_a_role_without_the_permission_is_told_which_one() -> None:
    with pytest.raises(PermissionMissing, match="A shift lead may not") as refused:
        may_call(logged_in(Role.SHIFT_LEAD))
    assert refused.value.facts == {"permission": "VIEW_OFFICE"}


@pytest.mark.django_db
def test_each_method_asks_for_its_own_permission() -> None:
    auditor = logged_in(Role.AUDITOR)
    assert may_call(auditor, "GET")
    with pytest.raises(PermissionMissing):
        may_call(auditor, "PUT")


@pytest.mark.django_db
def test_a_head_request_needs_what_a_get_needs() -> None:
    with pytest.raises(PermissionMissing):
        may_call(logged_in(Role.CASHIER), "HEAD")


def test_a_stranger_is_asked_for_a_token() -> None:
    with pytest.raises(TokenRequired):
        may_call(None)


def test_a_terminal_without_a_person_is_refused(checkout: Checkout) -> None:
    with pytest.raises(TokenInvalid):
        may_call(checkout.paired)


def test_a_person_is_refused_where_a_terminal_is_asked_for(checkout: Checkout) -> None:
    till, _ = open_till(checkout.store, code="bob", number=2)
    assert may_call(checkout.paired, view=OfficePage(PairedTerminal))
    with pytest.raises(TokenInvalid):
        may_call(till, view=OfficePage(PairedTerminal))


def test_a_call_for_everybody_asks_nothing() -> None:
    assert may_call(None, view=OfficePage(None))
