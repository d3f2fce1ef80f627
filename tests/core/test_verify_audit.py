"""`manage.py verify_audit` says whether every seal of the audit holds, and where one does not."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django_subatomic.db import transaction

from apps.core.audit import AuditFact, record
from apps.core.models import AuditEntry
from apps.core.types import Actor, ActorKind

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _chains() -> None:
    """Two entries on the chain of each of two tills."""
    with transaction():
        for till in (1, 2, 1, 2):
            actor = Actor(ActorKind.STAFF, "17", "Rosa", f"terminal:{till}")
            record(AuditFact(NOON, actor, "order.voided", "order:9", {"total_cents": 100}))


def verify(**options: str) -> tuple[str, str]:
    """What the command says, and what it complains of."""
    said, complained = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=said, stderr=complained, **options)
    except CommandError as error:
        complained.write(f"{error} (exit {error.returncode})")
    return said.getvalue(), complained.getvalue()


def test_an_audit_that_nobody_touched_holds() -> None:
    said, complained = verify()
    assert "4 entries in 2 chains: every seal holds" in said
    assert complained == ""


def test_an_entry_that_was_changed_is_named() -> None:
    QuerySet(AuditEntry).filter(chain="terminal:2", sequence=1).update(facts={"total_cents": 1})
    said, complained = verify()
    assert said == ""
    assert "terminal:2, entry 1: the entry was changed" in complained
    assert "1 of 2 chains do not hold" in complained
    assert "(exit 1)" in complained


def test_one_chain_can_be_walked_alone() -> None:
    QuerySet(AuditEntry).filter(chain="terminal:2", sequence=2).delete()
    assert "2 entries in 1 chains" in verify(chain="terminal:1")[0]
    assert "the chain was cut short" in verify(chain="terminal:2")[1]


def test_a_chain_that_does_not_exist_is_told_with_those_that_do() -> None:
    assert "There are: terminal:1, terminal:2" in verify(chain="terminal:7")[1]
