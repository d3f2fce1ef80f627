"""`manage.py rotate_field_keys` seals everybody under the newest key, and says whom it cannot."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core.models import AuditEntry
from apps.customers.models import Customer
from apps.customers.selectors import list_by_contact
from apps.customers.types import ContactKind

from .people import NAME, PHONE, make_customer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
NEW = Fernet.generate_key().decode()


def rotate() -> str:
    out = io.StringIO()
    call_command("rotate_field_keys", stdout=out, no_color=True)
    return out.getvalue()


def test_after_a_rotation_the_old_key_is_needed_no_more(settings: Settings) -> None:
    ada, (old,) = make_customer(), settings.FIELD_KEYS
    settings.FIELD_KEYS = [NEW, old]
    assert list_by_contact(kind=ContactKind.PHONE, text=PHONE) == [ada]
    assert "1 customers, 1 of them sealed anew" in rotate()
    settings.FIELD_KEYS = [NEW]
    assert list_by_contact(kind=ContactKind.PHONE, text=PHONE) == [ada]
    assert Customer.objects.get().name == NAME


def test_a_second_rotation_seals_nobody_anew(settings: Settings) -> None:
    make_customer()
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    rotate()
    assert "1 customers, 0 of them sealed anew" in rotate()
    assert AuditEntry.objects.filter(action="field_keys.rotated").count() == 2


def test_whom_no_key_opens_is_counted_and_left_as_they_are(settings: Settings) -> None:
    (old,) = settings.FIELD_KEYS
    ada = make_customer()
    settings.FIELD_KEYS = [NEW]
    bob = make_customer(name="Bob", phone="", email="")
    with pytest.raises(CommandError, match="1 customers cannot be read"):
        rotate()
    settings.FIELD_KEYS = [old, NEW]
    assert {ada.pk, bob.pk} == {row.pk for row in Customer.objects.all()}
    assert rotate().startswith("2 customers, 1 of them")
