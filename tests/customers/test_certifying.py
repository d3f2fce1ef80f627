"""Certificates are written down once, found by what is printed on them, and revoked for good."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from apps.core.models import AuditEntry
from apps.customers.errors import (
    CertificateRevoked,
    CertificateTaken,
    ExemptionNotInForce,
    ExemptionUnknown,
)
from apps.customers.exemptions import get_exemption, standing
from apps.customers.types import CertificateKind, ExemptionClaim

from .certificates import CHURCH, DEALER, file_certificate, revoke

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)
DAY = NOON.date()
DR_13 = CertificateKind.DR_13


def test_a_certificate_is_found_by_its_number_however_it_is_typed() -> None:
    row = file_certificate(number=f" {CHURCH.lower()} ")
    found = get_exemption(claim=ExemptionClaim(number="85-8012345678 c-1"), at=NOON, day=DAY)
    assert (found.certificate.id, found.certificate.number) == (row.pk, CHURCH)
    facts = AuditEntry.objects.get(action="certificate.recorded").facts
    assert facts == {"kind": "DR-14", "number": CHURCH, "valid_until": "2030-06-30"}


def test_a_certificate_is_written_down_once() -> None:
    file_certificate()
    with pytest.raises(CertificateTaken):
        file_certificate()


def test_of_each_years_resale_certificate_the_one_that_holds_is_taken() -> None:
    rows = {
        year: file_certificate(DR_13, valid_from=date(year, 1, 1), valid_until=date(year, 12, 31))
        for year in (2025, 2026, 2027)
    }
    claim = ExemptionClaim(number=DEALER)
    for year, row in rows.items():
        found = get_exemption(claim=claim, at=NOON, day=date(year, 5, 1))
        assert found.certificate.id == row.pk
    with pytest.raises(ExemptionNotInForce):
        get_exemption(claim=claim, at=NOON, day=date(2028, 1, 1))


def test_what_is_not_on_file_frees_nothing() -> None:
    with pytest.raises(ExemptionUnknown):
        get_exemption(claim=ExemptionClaim(number=CHURCH), at=NOON, day=DAY)


def test_a_certificate_is_revoked_once_with_its_reason() -> None:
    row = file_certificate()
    revoke(row, NOON)
    with pytest.raises(CertificateRevoked):
        revoke(row, NOON)
    with pytest.raises(ExemptionNotInForce, match="revoked"):
        get_exemption(claim=ExemptionClaim(certificate_id=row.pk), at=NOON, day=DAY)
    assert AuditEntry.objects.get(action="certificate.revoked").facts["reason"] == "closed"


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2025, 12, 31), "to come"),
        (date(2026, 12, 1), "ends soon"),
        (date(2026, 11, 30), "in force"),
        (date(2027, 1, 1), "expired"),
    ],
)
def test_a_certificate_says_how_it_stands(today: date, words: str) -> None:
    assert standing(file_certificate(DR_13), today) == words
