"""A manager writes certificates of exemption down, sees which end soon, and revokes them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from apps.customers.models import ExemptionCertificate
from tests.customers.certificates import CHURCH, file_certificate
from tests.customers.people import make_customer

from .office import errors_of, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
ADD = "customers_exemptioncertificate_add"
LIST = "customers_exemptioncertificate_changelist"
TYPED: dict[str, Any] = {
    "kind": "DR-14",
    "number": "85-8012345678c-1",
    "holder": "First Church",
    "valid_from": "2026-01-01",
    "valid_until": "2030-06-30",
    "has_copy": "on",
}


def test_what_a_manager_types_is_on_file_and_cannot_be_changed(manager: Client) -> None:
    save(manager, url(ADD), **TYPED)
    row = ExemptionCertificate.objects.get()
    assert (row.number, row.recorded_by) == (CHURCH, "manager")
    page = manager.get(url_of(row))
    assert b'name="_save"' not in page.content
    assert "First Church" in text_of(page)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "DR-13"}, "valid_until"),
        ({"valid_until": "2025-01-01"}, "valid_until"),
        ({"has_copy": ""}, "verification_number"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    manager: Client, said: dict[str, Any], field: str
) -> None:
    page = save(manager, url(ADD), **{**TYPED, **said})
    assert field in errors_of(page)
    assert not ExemptionCertificate.objects.exists()


def test_the_same_certificate_twice_is_said_and_written_once(manager: Client) -> None:
    save(manager, url(ADD), **TYPED)
    page = save(manager, url(ADD), **TYPED)
    assert "already" in text_of(page)
    assert ExemptionCertificate.objects.count() == 1


def test_what_ends_within_a_month_is_one_list(manager: Client) -> None:
    today = timezone.localdate()
    file_certificate(number="85-1", holder="Soon Chapel", valid_until=today + timedelta(days=29))
    file_certificate(number="85-2", holder="Later Temple", valid_until=today + timedelta(days=40))
    page = text_of(manager.get(url(LIST, state="soon")))
    assert "Soon Chapel" in page
    assert "ends soon" in page
    assert "Later Temple" not in page


def test_revoking_asks_for_a_reason_and_is_for_good(manager: Client) -> None:
    row = file_certificate()
    address = url("customers_exemptioncertificate_revoke", row.pk)
    assert "First Church" in text_of(manager.get(address))
    send(manager, address, {"reason": ""})
    assert ExemptionCertificate.objects.get().revoked_at is None
    send(manager, address, {"reason": "closed down"})
    assert ExemptionCertificate.objects.get().revoke_reason == "closed down"
    assert address not in manager.get(url_of(row)).content.decode()


def test_an_auditor_revokes_nothing(auditor: Client) -> None:
    row = file_certificate()
    assert auditor.post(url("customers_exemptioncertificate_revoke", row.pk)).status_code == 403


def test_a_customers_page_shows_their_certificates_and_purchases(manager: Client) -> None:
    ada = make_customer()
    file_certificate(customer_id=ada.pk)
    page = text_of(manager.get(url_of(ada)))
    assert f"DR-14 {CHURCH}" in page
    assert "Nothing was sold to this customer yet." in page
