"""Receipts are sent by whichever worker takes them, one attempt at a time.

A worker takes a row for longer than an attempt can last, by a conditional update: of two workers
one gets it. What a worker that died has taken is due again after that, and is sent once more; that
is told on the row, for the first letter may have gone out. Mail knows no better: only a server that
has said yes to the whole letter has it.
"""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django_subatomic.db import durable, transaction

from apps.orders.models import ReceiptEmail
from apps.orders.services.mailing.letters import write_letter
from apps.orders.types import EmailState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

LEASE = timedelta(minutes=10)  # an attempt has some fifteen steps of EMAIL_TIMEOUT seconds
MOST = 100  # of one run
_PAUSES = (timedelta(minutes=1), timedelta(minutes=10))  # after the first attempt, and the others
_REASON_LENGTH = 300
_OPEN = (EmailState.QUEUED.value, EmailState.SENDING.value)
_LOST = "Attempt {} ended without a word: the letter may have gone out."
_PERMANENT = 500  # from here on a mail server means what it says (RFC 5321, 4.2.1)

log = structlog.get_logger()


@durable
def send_email(*, email_id: UUID, now: datetime) -> EmailState | None:
    """Try to send a receipt that is due; where it stands then. None: there was nothing to do."""
    due = ReceiptEmail.objects.select_related("order")
    email = due.filter(pk=email_id, state__in=_OPEN, due_at__lte=now).first()
    if email is None:
        return None
    if email.attempts >= email.attempts_allowed:
        return _end_lost(email, now)
    if not _take(email, now):
        return None
    try:
        _send(email, now)
    except (SMTPException, OSError) as error:
        return _note_failure(email, error, now)
    _note(email, {"state": EmailState.SENT, "reason": email.reason, "due_at": None}, now)
    return EmailState.SENT


@durable
def send_waiting(*, now: datetime) -> int:
    """Try all that is due, the longest due first; how many were sent."""
    due = ReceiptEmail.objects.filter(state__in=_OPEN, due_at__lte=now).order_by("due_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:MOST])
    return sum(send_email(email_id=each, now=now) is EmailState.SENT for each in ids)


@transaction
def _take(email: ReceiptEmail, now: datetime) -> bool:
    """Take a row for this attempt, and know it by the number of the attempt."""
    if email.state == EmailState.SENDING:
        email.reason = _LOST.format(email.attempts)
    mine = ReceiptEmail.objects.filter(pk=email.pk, state=email.state, attempts=email.attempts)
    email.attempts += 1
    return bool(
        mine.update(
            state=EmailState.SENDING.value,
            attempts=email.attempts,
            reason=email.reason,
            due_at=now + LEASE,
        )
    )


def _send(email: ReceiptEmail, now: datetime) -> None:
    if not settings.MAIL_IS_SET_UP:
        raise ConnectionError("No mail server is set up any more (EMAIL_URL).")
    write_letter(email, now=now).send()


def _note_failure(email: ReceiptEmail, error: Exception, now: datetime) -> EmailState:
    """Try again after a pause, unless the server will never take it or it was the last attempt."""
    reason, is_final = _read_refusal(error)
    reason = reason.replace(email.address, email.masked)[:_REASON_LENGTH]
    log.warning("receipt_not_sent", email=str(email.pk), attempt=email.attempts, reason=reason)
    left = email.attempts_allowed - email.attempts
    if is_final or not left:
        _note(email, {"state": EmailState.FAILED, "reason": reason, "due_at": None}, now)
        return EmailState.FAILED
    pause = _PAUSES[0] if left > 1 else _PAUSES[1]
    _note(email, {"state": EmailState.QUEUED, "reason": reason, "due_at": now + pause}, now)
    return EmailState.QUEUED


def _read_refusal(error: Exception) -> tuple[str, bool]:
    """What went wrong, as people read it, and whether it is the mail server's last word."""
    if isinstance(error, SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"The mail server refuses the address: {code} {_text(said)}", code >= _PERMANENT
    if isinstance(error, SMTPResponseException):
        return f"The mail server refuses: {error.smtp_code} {_text(error.smtp_error)}", False
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time.", False
    return f"The mail server cannot be reached: {error}", False


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


@transaction
def _end_lost(email: ReceiptEmail, now: datetime) -> EmailState | None:
    """The last attempt was taken by a worker that never said what came of it."""
    reason = _LOST.format(email.attempts)
    mine = ReceiptEmail.objects.filter(pk=email.pk, state=email.state, attempts=email.attempts)
    failed = {"state": EmailState.FAILED.value, "reason": reason, "due_at": None, "ended_at": now}
    return EmailState.FAILED if mine.update(**failed) else None


@transaction
def _note(email: ReceiptEmail, outcome: dict[str, object], now: datetime) -> None:
    """Write down what came of an attempt, unless somebody else has taken the row since."""
    mine = ReceiptEmail.objects.filter(
        pk=email.pk, state=EmailState.SENDING.value, attempts=email.attempts
    )
    ended_at = None if outcome["due_at"] else now
    if not mine.update(**outcome, ended_at=ended_at):
        log.warning("receipt_attempt_outlived", email=str(email.pk), attempt=email.attempts)
