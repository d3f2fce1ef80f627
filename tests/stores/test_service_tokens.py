"""A program is let in for what its token names, known by a hash, and locked out at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django_subatomic.db import transaction

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry
from apps.stores import errors
from apps.stores.models import ServiceToken, Store
from apps.stores.selectors import hash_token
from apps.stores.service_selectors import find_service_caller
from apps.stores.service_types import NewServiceToken, Scope, ServiceCaller
from apps.stores.services import service_tokens
from tests.factories import MANAGER

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)
READER = NewServiceToken("Miami", (Scope.CATALOG_READ,))
SENDER = NewServiceToken("Miami", (Scope.SYNC_WRITE, Scope.SYNC_READ), "miami-1")


def issue(new: NewServiceToken, now: datetime) -> str:
    with transaction():
        return service_tokens.issue_service_token(actor=MANAGER, new=new, now=now)


def revoke(now: datetime, token_id: int | None = None) -> None:
    token_id = token_id or ServiceToken.objects.get().pk
    with transaction():
        service_tokens.revoke_service_token(actor=MANAGER, token_id=token_id, now=now)


def caller_of(token: str, now: datetime) -> ServiceCaller:
    caller = find_service_caller(token=token, now=now)
    assert caller is not None
    return caller


# --- Letting in -----------------------------------------------------------------------------------


def test_a_token_stands_for_the_program_it_was_made_for(store: Store, now: datetime) -> None:
    new = NewServiceToken("Miami", (Scope.SYNC_WRITE, Scope.CATALOG_READ), "miami-1", store.pk)
    token = issue(new, now)
    caller = caller_of(token, now)
    assert token.startswith("thv_")
    assert (caller.name, caller.source) == ("Miami", "miami-1")
    assert caller.scopes == {Scope.SYNC_WRITE, Scope.CATALOG_READ}
    assert caller.store is not None
    assert caller.store.code == "BRW"


def test_a_program_acts_under_its_own_name_on_a_chain_of_its_own(now: datetime) -> None:
    caller = caller_of(issue(READER, now), now)
    assert (caller.actor.kind, caller.actor.name) == ("SYSTEM", "Miami")
    assert caller.actor.chain == caller.scope == f"service:{caller.id}"


def test_a_token_without_a_store_means_no_store(now: datetime) -> None:
    assert caller_of(issue(READER, now), now).store is None


def test_the_text_of_a_token_is_kept_nowhere(now: datetime) -> None:
    token = issue(READER, now)
    assert ServiceToken.objects.get().token_hash == hash_token(token)
    kept = str(ServiceToken.objects.values().get()) + str(list(AuditEntry.objects.values()))
    assert token not in kept


def test_a_scope_that_this_version_does_not_know_gives_nothing(now: datetime) -> None:
    token = issue(READER, now)
    ServiceToken.objects.update(scopes=["catalog:read", "money:print"])
    assert caller_of(token, now).scopes == {Scope.CATALOG_READ}


def test_an_unknown_token_is_nobodys(now: datetime) -> None:
    issue(READER, now)
    assert find_service_caller(token="thv_x", now=now) is None


def test_the_token_of_a_closed_store_still_sends_what_was_sold_last(
    store: Store, now: datetime
) -> None:
    token = issue(NewServiceToken("Miami", (Scope.SYNC_WRITE,), "miami", store.pk), now)
    Store.objects.update(is_active=False)
    assert caller_of(token, now).source == "miami"


@pytest.mark.parametrize(
    "new",
    [
        NewServiceToken(" ", (Scope.SYNC_READ,)),
        NewServiceToken("M" * 61, (Scope.SYNC_READ,)),
        NewServiceToken("Miami", ()),
        NewServiceToken("Miami", (Scope.SYNC_WRITE,)),
        NewServiceToken("Miami", (Scope.SYNC_READ,), "miami 1"),
    ],
    ids=["nameless", "long", "no scope", "a sender without a source", "no slug"],
)
def test_a_token_that_says_too_little_is_not_made(new: NewServiceToken, now: datetime) -> None:
    with pytest.raises(errors.ServiceTokenIncomplete):
        issue(new, now)
    assert not ServiceToken.objects.exists()


def test_no_two_tokens_have_one_name_even_after_one_is_revoked(now: datetime) -> None:
    issue(READER, now)
    revoke(now)
    with pytest.raises(errors.ServiceTokenNameTaken, match="Miami"):
        issue(SENDER, now)


# --- Locking out ----------------------------------------------------------------------------------


def test_a_revoked_token_is_nobodys_from_that_moment_on(now: datetime) -> None:
    token = issue(READER, now)
    revoke(now)
    assert find_service_caller(token=token, now=now) is None


def test_revoking_one_token_leaves_the_others_of_its_source(now: datetime) -> None:
    issue(SENDER, now)
    first = ServiceToken.objects.get().pk
    kept = issue(NewServiceToken("Miami 2", (Scope.SYNC_WRITE,), "miami-1"), now)
    revoke(now, first)
    assert caller_of(kept, now).source == "miami-1"


def test_a_token_is_revoked_once_whoever_asks_again(now: datetime) -> None:
    issue(READER, now)
    revoke(now)
    revoke(now + timedelta(days=1))
    assert ServiceToken.objects.get().revoked_at == now
    assert AuditEntry.objects.filter(action="service_token.revoked").count() == 1


def test_a_token_that_is_not_there_cannot_be_revoked(now: datetime) -> None:
    with pytest.raises(errors.ServiceTokenUnknown):
        revoke(now, 999)


def test_issuing_and_revoking_are_on_the_audit_with_who_did_it(now: datetime) -> None:
    issue(SENDER, now)
    revoke(now)
    entries = AuditEntry.objects.order_by("pk")
    assert [(e.actor_name, e.action) for e in entries] == [
        ("Maria", "service_token.issued"),
        ("Maria", "service_token.revoked"),
    ]
    assert entries[0].facts["scopes"] == ["sync:read", "sync:write"]
    assert find_broken_link("user:7") is None


# --- Its last use ---------------------------------------------------------------------------------


def test_its_use_is_noted_once_a_minute_and_not_oftener(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = issue(READER, now)
    caller = caller_of(token, now)
    assert caller.is_due_a_touch
    service_tokens.touch_service_token(caller=caller, now=now)
    minute = now + timedelta(minutes=1)
    assert not caller_of(token, minute).is_due_a_touch
    assert caller_of(token, minute + TICK).is_due_a_touch


def test_of_two_calls_at_once_the_second_writes_nothing(now: datetime) -> None:
    caller = caller_of(issue(READER, now), now)
    service_tokens.touch_service_token(caller=caller, now=now)
    service_tokens.touch_service_token(caller=caller, now=now + TICK)
    assert ServiceToken.objects.get().last_used_at == now


# --- At the command line --------------------------------------------------------------------------


def test_the_command_prints_a_token_that_works(
    store: Store, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command(
        "issue_service_token",
        "Miami",
        "--source=miami-1",
        "--scope=sync:write",
        "--scope=catalog:read",
        "--store=BRW",
    )
    caller = caller_of(capsys.readouterr().out.strip(), now)
    assert (caller.source, caller.store and caller.store.id) == ("miami-1", store.pk)
    assert caller.scopes == {Scope.SYNC_WRITE, Scope.CATALOG_READ}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--scope=sync:write"], "which installation sends"),
        (["--scope=catalog:read", "--store=NOPE"], "no store 'NOPE'"),
        (["--scope=all"], "invalid choice"),
        ([], "required: --scope"),
    ],
)
def test_the_command_says_what_is_wrong(db: None, options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("issue_service_token", "Miami", *options)
