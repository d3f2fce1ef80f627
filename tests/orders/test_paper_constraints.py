"""What must never stand in the tables of e-mails and print jobs, the database itself refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from tests.conftest import NOON
from tests.factories import make_store

from .rows import make_email, make_order, make_print_job

EMAIL_CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("receipt_email_state_is_known", {"state": "LOST"}),
    ("receipt_email_is_due_or_has_ended", {"state": "SENT", "due_at": NOON}),
    ("receipt_email_is_due_or_has_ended", {"state": "SENT", "ended_at": None}),
    ("receipt_email_is_due_or_has_ended", {"state": "QUEUED", "ended_at": None}),
    ("receipt_email_is_due_or_has_ended", {"state": "SENDING", "due_at": NOON}),
    (
        "receipt_email_to_be_sent_has_an_address",
        {"state": "QUEUED", "due_at": NOON, "ended_at": None, "address": ""},
    ),
    ("receipt_email_attempts_are_allowed", {"attempts": 4}),
]
PRINT_CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("print_job_kind_is_known", {"kind": "POSTER"}),
    ("print_job_state_is_known", {"state": "LOST"}),
    ("print_job_names_what_it_prints", {"kind": "Z"}),
    ("print_job_names_what_it_prints", {"kind": "DRAWER"}),
    ("print_job_is_due_or_has_ended", {"state": "DONE"}),
    ("print_job_is_due_or_has_ended", {"state": "FAILED", "due_at": None}),
    ("print_job_is_due_or_has_ended", {"due_at": None}),
    ("print_job_is_due_or_has_ended", {"ended_at": NOON}),
    ("print_job_attempts_are_allowed", {"attempts": 4}),
]
PAPER_RULES = {name for name, _ in [*EMAIL_CHECKS, *PRINT_CHECKS]}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "changes"), EMAIL_CHECKS)
def test_an_email_that_breaks_a_rule_is_refused(name: str, changes: dict[str, Any]) -> None:
    order = make_order(make_store())
    make_email(order)
    with pytest.raises(IntegrityError, match=_first_of(name, changes)):
        make_email(order, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "changes"), PRINT_CHECKS)
def test_a_print_job_that_breaks_a_rule_is_refused(name: str, changes: dict[str, Any]) -> None:
    order = make_order(make_store())
    make_print_job(order)
    with pytest.raises(IntegrityError, match=_first_of(name, changes)):
        make_print_job(order, **changes)


def _first_of(name: str, changes: dict[str, Any]) -> str:
    """An unknown word breaks more rules than its own, and a database names one of them."""
    if "LOST" in changes.values():
        return "state_is_known|_is_due_or_has_ended"
    return "print_job" if "POSTER" in changes.values() else name
