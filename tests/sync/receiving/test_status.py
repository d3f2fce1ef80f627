"""Who sends may ask what has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.stores.service_types import Scope
from tests.factories import make_service_token

from .sender import Sender, captured, make_sender

if TYPE_CHECKING:
    from .sender import Document

pytestmark = pytest.mark.django_db


def test_the_status_says_what_has_come_and_what_is_missing(sender: Sender) -> None:
    event = captured()
    sender.send(event, {"id": "strange"}, sequence=1)
    sender.send(event, captured(), sequence=5)
    status: Document = sender.status().json()
    assert status == {
        "source": "miami",
        "last_sequence": 6,
        "next_expected_sequence": 3,
        "gaps": [{"first": 3, "last": 4}],
        "counts": {"accepted": 2, "duplicate": 1, "rejected": 1},
        "warning": "",
        "last_received_at": "2026-11-22T17:00:00Z",
    }


def test_before_anything_came_the_first_number_is_expected(sender: Sender) -> None:
    status = sender.status().json()
    assert (status["last_sequence"], status["next_expected_sequence"]) == (0, 1)
    assert status["last_received_at"] is None


def asked(source: str, *scopes: Scope, about: str = "miami") -> Any:
    token = make_service_token(*scopes, name="Asks", source=source)
    return Sender(token, "").status(about)


def test_a_reader_that_is_no_source_may_ask_about_everybody(sender: Sender) -> None:
    assert asked("", Scope.SYNC_READ).status_code == 200


@pytest.mark.parametrize(
    ("source", "scope"),
    [("naples", Scope.SYNC_WRITE), ("naples", Scope.SYNC_READ), ("miami", Scope.CATALOG_READ)],
)
def test_nobody_else_may_ask(sender: Sender, source: str, scope: Scope) -> None:
    response = asked(source, scope)
    assert (response.status_code, response.json()["code"]) == (403, "permission-denied")


def test_a_source_that_does_not_send_here_is_unknown(sender: Sender) -> None:
    response = asked("", Scope.SYNC_READ, about="naples")
    assert (response.status_code, response.json()["code"]) == (404, "source-unknown")


def test_a_question_without_a_source_is_refused(sender: Sender) -> None:
    response = asked("", Scope.SYNC_READ, about="x" * 41)
    assert (response.status_code, response.json()["code"]) == (400, "validation-failed")


def test_two_peers_are_told_apart(sender: Sender) -> None:
    other = make_sender("orlando")
    other.send(captured(), sequence=1)
    assert (sender.status().json()["last_sequence"], other.status().json()["last_sequence"]) == (
        0,
        1,
    )
