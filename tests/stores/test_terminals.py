"""Tills are paired once by a code, known by a token of which only the hash is kept, and revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry
from apps.stores.errors import PairingCodeInvalid
from apps.stores.models import Store, Terminal, TillSession
from apps.stores.selectors import find_paired_terminal, find_till, hash_token
from apps.stores.services import terminals
from tests.factories import MANAGER, make_terminal, open_till

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.services.terminals import Pairing

TICK = timedelta(microseconds=1)
LIFE = timedelta(minutes=15)
pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return make_terminal(store)


def issue(terminal: Terminal, now: datetime) -> str:
    with transaction():
        return terminals.issue_pairing_code(actor=MANAGER, terminal_id=terminal.pk, now=now)


def pair(code: str, now: datetime) -> Pairing:
    with transaction():
        return terminals.pair_terminal(code=code, now=now)


def revoke(terminal_id: int, now: datetime) -> None:
    with transaction():
        terminals.revoke_terminal(actor=MANAGER, terminal_id=terminal_id, now=now)


# --- The code -------------------------------------------------------------------------------------


def test_a_code_becomes_a_token_that_stands_for_the_terminal(
    terminal: Terminal, now: datetime
) -> None:
    pairing = pair(issue(terminal, now), now)
    assert pairing.token.startswith("tht_")
    assert find_paired_terminal(token=pairing.token) == pairing.terminal
    assert pairing.terminal.register.id == terminal.pk
    assert pairing.terminal.store.code == "BRW"


def test_a_code_is_six_characters_that_nobody_mistakes(terminal: Terminal, now: datetime) -> None:
    codes = [issue(terminal, now) for _ in range(50)]
    assert {len(code) for code in codes} == {6}
    assert not set("".join(codes)) & set("0O1IL5S8B2Z")
    assert len(set(codes)) == 50


def test_a_code_works_once(terminal: Terminal, now: datetime) -> None:
    code = issue(terminal, now)
    pair(code, now)
    with pytest.raises(PairingCodeInvalid):
        pair(code, now)


def test_a_code_works_until_the_last_microsecond_of_its_15_minutes(
    terminal: Terminal, now: datetime
) -> None:
    code = issue(terminal, now)
    assert pair(code, now + LIFE - TICK).token


def test_a_code_is_refused_when_its_15_minutes_have_passed(
    terminal: Terminal, now: datetime
) -> None:
    code = issue(terminal, now)
    with pytest.raises(PairingCodeInvalid):
        pair(code, now + LIFE)


def test_a_code_may_be_typed_in_lower_case_and_with_spaces_around(
    terminal: Terminal, now: datetime
) -> None:
    assert pair(f" {issue(terminal, now).lower()} ", now).token


def test_a_new_code_replaces_the_old(terminal: Terminal, now: datetime) -> None:
    old = issue(terminal, now)
    issue(terminal, now)
    with pytest.raises(PairingCodeInvalid):
        pair(old, now)


def test_a_code_pairs_its_own_terminal_and_no_other(store: Store, now: datetime) -> None:
    first, second = make_terminal(store, 1), make_terminal(store, 2)
    issue(first, now)
    assert pair(issue(second, now), now).terminal.register.number == 2


def test_a_code_of_a_closed_store_pairs_nothing_and_is_not_used_up(
    terminal: Terminal, now: datetime
) -> None:
    code = issue(terminal, now)
    Store.objects.update(is_active=False)
    with pytest.raises(PairingCodeInvalid):
        pair(code, now)
    Store.objects.update(is_active=True)
    assert pair(code, now).token


# --- The token ------------------------------------------------------------------------------------


def test_pairing_again_ends_the_old_token_and_its_sessions(now: datetime) -> None:
    till, session = open_till(now=now)
    terminal = Terminal.objects.get(pk=till.register.id)
    old = pair(issue(terminal, now), now - TICK).token
    assert find_till(token=session, now=now) is None
    new = pair(issue(terminal, now), now).token
    assert find_paired_terminal(token=old) is None
    assert find_paired_terminal(token=new)


def test_revoking_ends_every_session_on_the_terminal_at_once(now: datetime) -> None:
    till, session = open_till(now=now)
    revoke(till.register.id, now)
    assert find_till(token=session, now=now) is None
    assert TillSession.objects.get().ended_at == now


def test_revoking_ends_the_token_and_a_code_not_yet_used(terminal: Terminal, now: datetime) -> None:
    token = pair(issue(terminal, now), now).token
    code = issue(terminal, now)
    revoke(terminal.pk, now)
    assert find_paired_terminal(token=token) is None
    assert Terminal.objects.get().token_hash is None
    with pytest.raises(PairingCodeInvalid):
        pair(code, now)


def test_revoking_one_terminal_leaves_the_next_alone(store: Store, now: datetime) -> None:
    lost, _ = open_till(store, now=now)
    _, kept = open_till(store, code="bob", number=2, now=now)
    revoke(lost.register.id, now)
    assert find_till(token=kept, now=now)


def test_a_revoked_terminal_can_be_paired_again(terminal: Terminal, now: datetime) -> None:
    revoke(terminal.pk, now)
    token = pair(issue(terminal, now), now).token
    assert find_paired_terminal(token=token)


def test_the_terminal_of_a_closed_store_is_unknown(terminal: Terminal, now: datetime) -> None:
    token = pair(issue(terminal, now), now).token
    Store.objects.update(is_active=False)
    assert find_paired_terminal(token=token) is None


def test_neither_code_nor_token_stands_in_any_column(terminal: Terminal, now: datetime) -> None:
    code = issue(terminal, now)
    before = Terminal.objects.values().get()
    token = pair(code, now).token
    after = Terminal.objects.values().get()
    assert code not in str(before)
    assert token not in str(after)
    assert before["pairing_code_hash"] == hash_token(code)
    assert after["token_hash"] == hash_token(token)


# --- The audit ------------------------------------------------------------------------------------


def test_issuing_pairing_and_revoking_are_on_the_audit(terminal: Terminal, now: datetime) -> None:
    code = issue(terminal, now)
    pair(code, now)
    revoke(terminal.pk, now)
    entries = AuditEntry.objects.filter(subject=f"terminal:{terminal.pk}").order_by("pk")
    assert [(entry.chain, entry.action) for entry in entries] == [
        ("user:7", "terminal.code_issued"),
        (f"terminal:{terminal.pk}", "terminal.paired"),
        ("user:7", "terminal.revoked"),
    ]
    assert find_broken_link("user:7") is None
    assert find_broken_link(f"terminal:{terminal.pk}") is None


def test_the_audit_never_holds_a_code_or_a_token(terminal: Terminal, now: datetime) -> None:
    code = issue(terminal, now)
    token = pair(code, now).token
    written = str(list(AuditEntry.objects.values()))
    assert code not in written
    assert token not in written


def test_a_refused_code_leaves_no_trace_on_the_audit(terminal: Terminal, now: datetime) -> None:
    with pytest.raises(PairingCodeInvalid):
        pair("AAAAAA", now)
    assert not AuditEntry.objects.exists()
