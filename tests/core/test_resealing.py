"""Whatever is sealed is sealed anew when the field keys change: of every table, row by row."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from apps.core import resealing
from apps.core.errors import FieldKeyMissing
from apps.core.resealing import list_sealed_models, reseal
from apps.customers.models import Customer
from apps.sync.models import Destination, Peer

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
NEW = Fernet.generate_key().decode()


def destination(code: str, **given: str) -> Destination:
    texts = {"name": code, "url": "https://x.test", "token": "letmein", "secret": "whsec_1"}
    return Destination.objects.create(code=code, created_at=timezone.now(), **{**texts, **given})


def rotate() -> str:
    out = io.StringIO()
    call_command("rotate_field_keys", stdout=out, no_color=True)
    return out.getvalue()


def test_the_tables_with_something_sealed_are_found_by_their_fields() -> None:
    assert {Customer, Destination, Peer} <= set(list_sealed_models())


def test_secrets_of_destinations_and_peers_open_with_the_new_key_alone(
    settings: Settings,
) -> None:
    destination("hq", second_secret="whsec_2")
    Peer.objects.create(source="cafe", name="Cafe", secret="whsec_3", created_at=timezone.now())
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    said = rotate()
    assert "1 destinations, 1 of them sealed anew." in said
    assert "1 peers, 1 of them sealed anew." in said
    settings.FIELD_KEYS = [NEW]
    hq = Destination.objects.get()
    assert (hq.token, hq.secret, hq.second_secret) == ("letmein", "whsec_1", "whsec_2")
    assert Peer.objects.get().secret == "whsec_3"


def test_a_row_that_no_key_opens_is_named_and_left_as_it_is(settings: Settings) -> None:
    destination("hq")
    settings.FIELD_KEYS, old = [NEW], settings.FIELD_KEYS
    with pytest.raises(CommandError, match="1 destinations cannot be read"):
        rotate()
    with pytest.raises(FieldKeyMissing):
        Destination.objects.get()
    settings.FIELD_KEYS = old
    assert Destination.objects.get().token == "letmein"


def test_every_step_seals_a_few_rows_and_the_last_one_all(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "ROWS_AT_ONCE", 2)
    for number in range(5):
        destination(f"hq-{number}")
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    steps = [(step.done, step.resealed, step.total) for step in reseal(Destination)]
    assert steps == [(2, 2, 5), (4, 4, 5), (5, 5, 5)]
    settings.FIELD_KEYS = [NEW]
    assert {row.secret for row in Destination.objects.all()} == {"whsec_1"}


def test_what_has_nothing_to_do_with_secrets_is_not_written(settings: Settings) -> None:
    hq = destination("hq")
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    steps = reseal(Destination, refresh=lambda row: setattr(row, "name", "changed"))
    assert [step.resealed for step in steps] == [1]
    hq.refresh_from_db()
    assert hq.name == "hq"
