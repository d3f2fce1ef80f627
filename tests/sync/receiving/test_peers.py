"""Who may send, what it signs with, and how that is changed while it sends."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.sync.models import Peer
from apps.sync.services.peers import dismiss_warning
from tests.factories import MANAGER, make_service_token

from .sender import Sender, captured, statuses

if TYPE_CHECKING:
    import time_machine

pytestmark = pytest.mark.django_db


def command(*arguments: str) -> str:
    """What it prints."""
    out = io.StringIO()
    call_command("add_peer", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_the_command_makes_a_secret_that_is_taken(clock: time_machine.Traveller) -> None:
    secret = command("miami", "--name", "Store server Miami", "--after", "7")
    sender = Sender(make_service_token(), secret)
    answer = sender.send(captured(), sequence=8)
    assert (statuses(answer), answer["gaps"]) == (["accepted"], [])
    assert Peer.objects.get().name == "Store server Miami"


def test_a_secret_is_sealed_and_in_no_entry_of_the_audit(db: None) -> None:
    secret = command("miami", "--name", "Miami")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM sync_peer")
        assert secret not in cursor.fetchone()[0]
    entry = AuditEntry.objects.get(action="peer.added")
    assert entry.subject == "peer:miami"
    assert secret not in str(entry.facts)


def test_secrets_are_changed_without_a_batch_being_refused(
    sender: Sender, clock: time_machine.Traveller
) -> None:
    def takes(secret: str) -> bool:
        response = sender.post(sender.batch(captured()), secrets=[secret])
        return response.status_code == 200

    first, second = sender.secret, command("miami", "--second")
    assert takes(first)
    assert takes(second)
    command("miami", "--retire")
    assert not takes(first)
    assert takes(second)
    actions = AuditEntry.objects.filter(subject="peer:miami").values_list("action", flat=True)
    assert {*actions} == {"peer.added", "peer.secret_added", "peer.secret_retired"}


def test_a_second_secret_that_was_lost_is_withdrawn(sender: Sender) -> None:
    lost = command("miami", "--second")
    command("miami", "--withdraw")
    assert sender.post(sender.batch(captured()), secrets=[lost]).status_code == 403
    other = command("miami", "--second")
    assert sender.post(sender.batch(captured()), secrets=[other]).status_code == 200
    assert sender.post(sender.batch(captured())).status_code == 200
    assert AuditEntry.objects.filter(action="peer.secret_withdrawn").count() == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["miami", "--name", "Again"], "sends already"),
        (["naples"], "whose installation"),
        (["na ples", "--name", "Naples"], "letters, digits"),
        (["n" * 41, "--name", "Naples"], "at most 40"),
        (["naples", "--name", "Naples", "--after", "-1"], "from 0 on"),
        (["naples", "--second"], "No installation"),
        (["miami", "--retire"], "second secret first"),
        (["miami", "--withdraw"], "no second secret"),
        (["twice", "--second"], "two secrets already"),
    ],
)
def test_what_cannot_be_is_refused(sender: Sender, arguments: list[str], told: str) -> None:
    command("twice", "--name", "Twice")
    command("twice", "--second")
    with pytest.raises(CommandError, match=told):
        command(*arguments)
    assert Peer.objects.count() == 2


def test_a_warning_stays_until_somebody_has_looked(sender: Sender, now: Any) -> None:
    sender.send(captured(), captured(), sequence=1)
    sender.send(captured(), sequence=1)
    sender.send(captured(), sequence=3)
    assert "numbers 1, which" in sender.peer.warning
    with transaction():
        dismiss_warning(actor=MANAGER, source="miami", now=now)
    assert sender.peer.warning == ""
