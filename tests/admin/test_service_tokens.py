"""Service tokens in the back office: shown once, listed without their text, revoked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.stores.models import ServiceToken
from apps.stores.service_selectors import find_service_caller
from apps.stores.service_types import Scope

from .office import errors_of, said, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db
ADD = "stores_servicetoken_add"


def make(client: Client, **typed: object) -> Page:
    """Fill the form in and send it."""
    form = {"name": "Miami", "source": "miami-1", "scopes": ["sync:write"], "store": "", **typed}
    return send(client, url(ADD), form)


def is_good(token: str) -> bool:
    return find_service_caller(token=token, now=timezone.now()) is not None


def test_a_token_shown_in_the_office_works(owner: Client, store: Store) -> None:
    page = make(owner, scopes=["catalog:read", "sync:write"], store=store.pk)
    caller = find_service_caller(token=page.context["token"], now=timezone.now())
    assert caller is not None
    assert caller.scopes == {Scope.CATALOG_READ, Scope.SYNC_WRITE}
    assert caller.store is not None
    assert caller.store.id == store.pk


def test_a_token_is_shown_once_and_kept_nowhere(owner: Client) -> None:
    page = make(owner)
    token = page.context["token"]
    assert token in text_of(page)
    assert "no-store" in page.headers["Cache-Control"]
    row = ServiceToken.objects.get()
    for address in (url("stores_servicetoken_changelist"), url_of(row), url(ADD)):
        assert token not in owner.get(address).content.decode()
    assert row.created_by == "owner"
    assert AuditEntry.objects.get(action="service_token.issued").actor_name == "owner"


def test_opening_the_page_asks_and_makes_no_token(owner: Client) -> None:
    assert "Make the token" in text_of(owner.get(url(ADD)))
    assert not ServiceToken.objects.exists()


def test_sending_the_form_again_makes_no_second_token(owner: Client) -> None:
    make(owner)
    page = make(owner)
    assert "There is a token of the name" in " ".join(errors_of(page).values())
    assert ServiceToken.objects.count() == 1


@pytest.mark.parametrize(
    "typed", [{"scopes": []}, {"scopes": ["all"]}, {"source": "a b"}, {"source": ""}, {"name": ""}]
)
def test_a_form_that_says_too_little_is_sent_back(owner: Client, typed: dict[str, object]) -> None:
    assert errors_of(make(owner, **typed))
    assert not ServiceToken.objects.exists()


def test_revoking_asks_first_and_locks_the_program_out(owner: Client) -> None:
    token = make(owner).context["token"]
    address = url("stores_servicetoken_revoke", ServiceToken.objects.get().pk)
    assert "is refused from now on" in text_of(owner.get(address))
    assert is_good(token)
    assert said(send(owner, address, {})) == ["Miami is locked out."]
    assert not is_good(token)


def test_a_revoked_token_leaves_the_list_but_not_the_book(owner: Client) -> None:
    make(owner)
    row = ServiceToken.objects.get()
    address = url("stores_servicetoken_changelist")
    assert "Miami sync:write miami-1" in text_of(owner.get(address))
    send(owner, url("stores_servicetoken_revoke", row.pk), {})
    assert "Miami" not in text_of(owner.get(address))
    assert "Miami" in text_of(owner.get(f"{address}?use=revoked"))
    assert f"{row.pk}/revoke" not in owner.get(url_of(row)).content.decode()


def test_a_manager_sees_the_tokens_and_neither_makes_nor_revokes_any(
    owner: Client, manager: Client
) -> None:
    token = make(owner).context["token"]
    assert "Miami" in text_of(manager.get(url("stores_servicetoken_changelist")))
    revoke = url("stores_servicetoken_revoke", ServiceToken.objects.get().pk)
    assert make(manager, name="Mine").status_code == 403
    assert manager.get(revoke).status_code == manager.post(revoke).status_code == 403
    assert is_good(token)
