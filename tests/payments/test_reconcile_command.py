"""`manage.py reconcile_payments`: what an operator reads, and the exit code a script acts on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from apps.payments.management.commands.reconcile_payments import read_since
from apps.payments.models import Difference
from sandbox.stripe.faults import Fault, Kind

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.payments.cards import Counter

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "since"),
    [
        ("7d", NOON - timedelta(days=7)),
        ("36h", NOON - timedelta(hours=36)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T10:00+02:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_beginning_is_a_while_ago_or_a_date(typed: str, since: datetime) -> None:
    assert read_since(typed, NOON) == since


@pytest.mark.parametrize("typed", ["", "yesterday", "7w", "2026-13-01", "2026-12-24", "-1d"])
def test_no_beginning_is_guessed(typed: str) -> None:
    with pytest.raises(CommandError, match="--since"):
        read_since(typed, NOON)


@pytest.mark.django_db(transaction=True)
def test_books_that_agree_are_said_to_agree(counter: Counter) -> None:
    counter.paid()
    told = StringIO()
    call_command("reconcile_payments", since="1h", stdout=told, no_color=True)
    assert "1 payments of ours, 0 at Stripe" not in told.getvalue()
    assert "Both books agree." in told.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_difference_is_shown_and_fails_the_command(counter: Counter) -> None:
    payment = counter.paid()
    row = {"subject": str(payment.pk), "payment": payment, "ours_cents": 100, "theirs_cents": 2139}
    Difference.objects.create(
        kind="NO_ORDER", detail="Nothing sold.", found_at=NOON, seen_at=NOON, **row
    )
    told = StringIO()
    with pytest.raises(CommandError, match="1 differences are open") as failure:
        call_command("reconcile_payments", since="1h", stdout=told, no_color=True)
    assert failure.value.returncode == 1
    assert "$21.39" in told.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_silent_stripe_is_worth_another_try(counter: Counter) -> None:
    counter.strike("GET", "/v1/payment_intents", Fault(Kind.DROP))
    with pytest.raises(CommandError, match="Try again") as failure:
        call_command("reconcile_payments", since="1h", stdout=StringIO())
    assert failure.value.returncode == 75


@pytest.mark.django_db
def test_a_shop_without_a_key_is_told_so(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CommandError, match="No key of Stripe's"):
        call_command("reconcile_payments", stdout=StringIO())
