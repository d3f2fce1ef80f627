"""Receipts by e-mail, through a real conversation with a mail server that may misbehave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry, OutboxEvent
from apps.orders.errors import EmailAddressForgotten, EmailNotFailed, EmailNotSetUp, OrderUnknown
from apps.orders.models import ReceiptEmail
from apps.orders.privacy import mask_address
from apps.orders.services.mailing.asking import ask_email, forget_addresses, send_again
from apps.orders.services.mailing.sending import LEASE, send_email, send_waiting
from apps.orders.services.printing import print_receipt
from apps.orders.tasks import send_receipt
from apps.orders.types import EmailState, Paper, ReceiptFormat
from tests.conftest import NOON
from tests.factories import MANAGER, make_store, open_till

from .mailbox import Mailbox, mailbox
from .sales import count_rows, sold, voided

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.stores.types import Till

MARIA = "maria@example.com"
MINUTE = timedelta(minutes=1)
QUEUED, SENDING, SENT, FAILED = EmailState


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mailbox(settings) as box:
        yield box


@pytest.fixture
def order(till: Till, chips: Product) -> dict[str, Any]:
    return sold(till, chips)


def asked(till: Till, order: dict[str, Any], *, now: datetime = NOON) -> ReceiptEmail:
    paper, order_id = Paper(till.store.id, 42), UUID(order["id"])
    with transaction():
        return ask_email(actor=till.actor, paper=paper, order_id=order_id, address=MARIA, now=now)


def tried(email: ReceiptEmail, *, after: timedelta = timedelta(0)) -> ReceiptEmail:
    """The row after an attempt."""
    send_email(email_id=email.pk, now=NOON + after)
    email.refresh_from_db()
    return email


# --- What arrives ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_receipt_arrives_as_text_as_a_page_and_as_a_pdf(
    box: Mailbox, till: Till, order: dict[str, Any]
) -> None:
    email = tried(asked(till, order))
    (letter,) = box.letters
    parts = {part.get_content_type(): part for part in letter.walk()}
    assert letter["To"] == MARIA
    assert letter["From"] == "Broward Liquors <receipts@shop.example>"
    assert letter["Message-ID"] == f"<receipt.{email.pk}@shop.example>"
    assert order["number"] in parts["text/plain"].get_content()
    assert "<svg" in parts["text/html"].get_content()
    assert parts["application/pdf"].get_content().startswith(b"%PDF")
    assert parts["application/pdf"].get_filename() == f"receipt-{order['number']}.pdf"
    assert (email.state, email.attempts, email.reason, email.ended_at) == (SENT, 1, "", NOON)


@pytest.mark.django_db(transaction=True)
def test_the_event_wakes_the_worker_once_however_often_it_is_told(
    box: Mailbox, till: Till, order: dict[str, Any]
) -> None:
    asked(till, order)
    event = OutboxEvent.objects.get(type="receipt-email.asked")
    for _ in range(3):
        send_receipt(str(event.event_id))
    assert len(box.letters) == 1


@pytest.mark.django_db(transaction=True)
def test_an_email_counts_as_a_print(box: Mailbox, till: Till, order: dict[str, Any]) -> None:
    tried(asked(till, order))
    with transaction():
        paper = print_receipt(
            till=till, order_id=UUID(order["id"]), form=ReceiptFormat.TEXT, now=NOON
        )
    tried(asked(till, order))
    first, second = (letter.as_string() for letter in box.letters)
    assert ("COPY" in first, b"COPY" in paper, "*** COPY ***" in second) == (False, True, True)
    facts = AuditEntry.objects.filter(action="receipt.reprinted").order_by("pk").last()
    assert facts is not None
    assert facts.facts == {"format": "text/html", "copy": 2, "to": "m***@e***.com"}


@pytest.mark.django_db(transaction=True)
def test_a_receipt_that_waited_over_a_void_says_so(
    box: Mailbox, till: Till, lead_till: Till, order: dict[str, Any]
) -> None:
    email = asked(till, order)
    voided(lead_till, order["id"])
    tried(email)
    assert "*** COPY - VOIDED ***" in box.letters[0].as_string()


# --- What goes wrong ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"EHLO": "421 not today", "HELO": "421 not today"}, "refuses: 421 not today"),
        ({"MAIL": "451 later"}, "refuses: 451 later"),
        ({"RCPT": "450 m***@e***.com is greylisted"}, "450 m***@e***.com is greylisted"),
        ({"DATA": "554 spam"}, "refuses: 554 spam"),
        ({".": "552 full"}, "refuses: 552 full"),
        ({"MAIL": ""}, "did not answer in time|unexpectedly closed|timed out"),
        ({".": ""}, "did not answer in time|unexpectedly closed|timed out"),
        ({"RCPT": "drop"}, "unexpectedly closed"),
    ],
)
def test_an_attempt_that_fails_waits_for_the_next_and_says_why(
    box: Mailbox, till: Till, order: dict[str, Any], answers: dict[str, str], reason: str
) -> None:
    box.answers |= {c: text.replace("m***@e***.com", MARIA) for c, text in answers.items()}
    email = tried(asked(till, order))
    assert (email.state, email.attempts, email.due_at) == (QUEUED, 1, NOON + MINUTE)
    assert any(words in email.reason for words in reason.split("|")), email.reason
    assert MARIA not in email.reason
    box.answers.clear()
    assert tried(email, after=MINUTE).state == SENT
    assert len(box.letters) == 1


@pytest.mark.django_db(transaction=True)
def test_a_third_failure_is_the_last(box: Mailbox, till: Till, order: dict[str, Any]) -> None:
    box.answers["MAIL"] = "451 later"
    email = asked(till, order)
    states = [tried(email, after=n * MINUTE).state for n in (0, 0, 1, 2, 11, 30)]
    assert states == [QUEUED, QUEUED, QUEUED, QUEUED, FAILED, FAILED]
    assert (email.attempts, email.due_at) == (3, None)


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_refused_for_good_is_not_tried_again(
    box: Mailbox, till: Till, order: dict[str, Any]
) -> None:
    box.answers["RCPT"] = "550 no such user"
    email = tried(asked(till, order))
    assert (email.state, email.attempts) == (FAILED, 1)
    assert email.reason == "The mail server refuses the address: 550 no such user"


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_not_there_is_tried_again(
    settings: Any, box: Mailbox, till: Till, order: dict[str, Any]
) -> None:
    settings.EMAIL_PORT = 1
    email = tried(asked(till, order))
    assert email.state == QUEUED
    assert "cannot be reached" in email.reason


# --- Workers that die -----------------------------------------------------------------------------


def dies(*args: Any, **named: Any) -> None:
    raise SystemExit


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_died_over_is_sent_once_more_and_that_can_be_seen(
    box: Mailbox, till: Till, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    email = asked(till, order)
    with monkeypatch.context() as patch:
        patch.setattr("apps.orders.services.mailing.sending.write_letter", dies)
        with pytest.raises(SystemExit):
            send_email(email_id=email.pk, now=NOON)
    assert tried(email, after=LEASE - MINUTE).state == SENDING
    assert send_waiting(now=NOON + LEASE) == 1
    email.refresh_from_db()
    assert (email.state, email.attempts, len(box.letters)) == (SENT, 2, 1)
    assert email.reason == "Attempt 1 ended without a word: the letter may have gone out."


@pytest.mark.django_db(transaction=True)
def test_what_three_workers_died_over_is_given_up(
    box: Mailbox, till: Till, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    email = asked(till, order)
    monkeypatch.setattr("apps.orders.services.mailing.sending.write_letter", dies)
    for n in range(3):
        with pytest.raises(SystemExit):
            send_email(email_id=email.pk, now=NOON + n * LEASE)
    assert tried(email, after=3 * LEASE).state == FAILED
    assert "may have gone out" in email.reason
    assert box.letters == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_given_up_for_dead_changes_nothing(
    box: Mailbox, till: Till, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    email = asked(till, order)

    def overtaken(*_args: Any, **_named: Any) -> None:
        ReceiptEmail.objects.update(attempts=2)  # as the next worker does
        raise TimeoutError

    monkeypatch.setattr("apps.orders.services.mailing.sending.write_letter", overtaken)
    assert (tried(email).state, email.attempts, email.reason) == (SENDING, 2, "")


# --- By hand, and forgotten -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_failed_can_be_sent_again_by_hand(
    box: Mailbox, till: Till, order: dict[str, Any]
) -> None:
    box.answers["RCPT"] = "550 no such user"
    email = tried(asked(till, order))
    box.answers.clear()
    with transaction():
        send_again(actor=MANAGER, email_id=email.pk, now=NOON)
    assert (tried(email).state, email.attempts) == (SENT, 2)
    assert AuditEntry.objects.get(action="receipt.sent_again").actor_name == "Maria"
    with pytest.raises(EmailNotFailed), transaction():
        send_again(actor=MANAGER, email_id=email.pk, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_an_address_is_forgotten_after_its_days_and_the_state_is_not(
    settings: Any, box: Mailbox, till: Till, order: dict[str, Any]
) -> None:
    settings.RECEIPT_ADDRESS_DAYS = 7
    email, waiting = tried(asked(till, order)), asked(till, order)
    for days, forgotten in ((7, 0), (8, 1), (9, 0)):
        with transaction():
            assert forget_addresses(now=NOON + timedelta(days=days)) == forgotten
    email.refresh_from_db()
    waiting.refresh_from_db()
    assert (email.address, email.masked, email.state) == ("", "m***@e***.com", SENT)
    assert waiting.address == MARIA
    ReceiptEmail.objects.filter(pk=email.pk).update(state="FAILED")
    with pytest.raises(EmailAddressForgotten), transaction():
        send_again(actor=MANAGER, email_id=email.pk, now=NOON)


def test_an_address_stands_in_no_event_and_no_audit(
    settings: Any, till: Till, order: dict[str, Any]
) -> None:
    settings.MAIL_IS_SET_UP = True
    asked(till, order)
    told = [*OutboxEvent.objects.values_list(), *AuditEntry.objects.values_list()]
    assert "maria" not in str(told)
    assert "m***@e***.com" in str(told)


def test_without_a_mail_server_nothing_is_queued(till: Till, order: dict[str, Any]) -> None:
    before = count_rows()
    with pytest.raises(EmailNotSetUp):
        asked(till, order)
    assert count_rows() == before


def test_another_stores_receipt_is_not_sent(settings: Any, order: dict[str, Any]) -> None:
    settings.MAIL_IS_SET_UP = True
    elsewhere, _token = open_till(make_store("TWO"), code="eve", now=NOON)
    with pytest.raises(OrderUnknown):
        asked(elsewhere, order)


@pytest.mark.parametrize(
    ("address", "shown"),
    [(MARIA, "m***@e***.com"), ("a@b.co.uk", "a***@b***.uk"), ('"x y"@z.org', '"***@z***.org')],
)
def test_a_masked_address_shows_how_it_begins_and_ends(address: str, shown: str) -> None:
    assert mask_address(address) == shown
