"""When a certificate holds, and what it frees."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.customers.errors import (
    CertificateContradictory,
    ExemptionFundsNotOwn,
    ExemptionNotForResale,
    ExemptionNotInForce,
)
from apps.customers.exemption_rules import (
    check_certificate,
    refuse_foreign_money,
    refuse_not_in_force,
    refuse_use,
)
from apps.customers.types import Certificate, CertificateKind, Exemption, ExemptionClaim

from .certificates import written

FROM, UNTIL = date(2026, 3, 1), date(2026, 12, 31)
NOON = datetime(2026, 6, 1, 17, tzinfo=UTC)
DR_13, DR_14 = CertificateKind.DR_13, CertificateKind.DR_14


def certificate(kind: CertificateKind = DR_14, **fields: Any) -> Certificate:
    return Certificate(uuid4(), kind, "85-1", "First Church", FROM, UNTIL, **fields)


def exemption(kind: CertificateKind = DR_14, **said: Any) -> Exemption:
    return Exemption(certificate(kind), ExemptionClaim(**said))


@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_a_certificate_holds_from_its_first_day_to_its_last_and_on_no_other(day: date) -> None:
    if FROM <= day <= UNTIL:
        refuse_not_in_force(certificate(), at=NOON, day=day)
        return
    with pytest.raises(ExemptionNotInForce) as refusal:
        refuse_not_in_force(certificate(), at=NOON, day=day)
    assert refusal.value.facts["reason"] == ("not-yet-valid" if day < FROM else "expired")


@given(st.integers(-100, 100))
def test_a_revoked_certificate_frees_what_was_sold_before_and_nothing_since(hours: int) -> None:
    revoked, at = certificate(revoked_at=NOON), NOON + timedelta(hours=hours)
    if hours < 0:
        refuse_not_in_force(revoked, at=at, day=date(2026, 6, 1))
        return
    with pytest.raises(ExemptionNotInForce):
        refuse_not_in_force(revoked, at=at, day=date(2026, 6, 1))


each_payment = st.frozensets(st.sampled_from(["cash", "card", "gift_card"]), min_size=1)


@given(paid_by=each_payment, own=each_payment, said=st.booleans())
def test_an_organization_pays_all_of_it_with_its_own_funds_or_the_sale_is_taxed(
    paid_by: frozenset[str], own: frozenset[str], *, said: bool
) -> None:
    claimed = exemption(own_funds=said, tenders=own)
    if said and paid_by <= own:
        refuse_foreign_money(claimed, paid_by=paid_by)
        return
    with pytest.raises(ExemptionFundsNotOwn) as refusal:
        refuse_foreign_money(claimed, paid_by=paid_by)
    assert refusal.value.facts.get("tenders", sorted(paid_by - own)) == sorted(paid_by - own)


def test_a_dealer_may_pay_with_any_money() -> None:
    refuse_foreign_money(exemption(DR_13), paid_by={"cash"})


@pytest.mark.parametrize(
    ("goods", "for_resale"),
    [({"consumed": ["Latte"]}, True), ({"alcohol": ["Bourbon"]}, True), ({}, False)],
)
def test_what_is_used_or_is_alcohol_or_is_not_said_to_be_resold_is_taxed(
    goods: dict[str, list[str]], *, for_resale: bool
) -> None:
    sold = {"consumed": [], "alcohol": [], **goods}
    with pytest.raises(ExemptionNotForResale):
        refuse_use(exemption(DR_13, for_resale=for_resale), **sold)
    refuse_use(exemption(DR_14), **sold)  # an organization may use and drink what it buys


def test_goods_for_resale_are_free() -> None:
    refuse_use(exemption(DR_13, for_resale=True), consumed=[], alcohol=[])


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        (DR_14, {"valid_until": date(2025, 1, 1)}, "/valid_until"),
        (DR_13, {"valid_until": date(2026, 12, 30)}, "/valid_until"),
        (DR_13, {"valid_until": date(2027, 12, 31)}, "/valid_until"),
        (DR_14, {"has_copy": False}, "/verification_number"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused_at_its_field(
    kind: CertificateKind, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(CertificateContradictory) as refusal:
        check_certificate(written(kind, **said))
    assert refusal.value.errors[0].pointer == field


def test_next_years_resale_certificate_holds_from_the_day_it_is_sent_out() -> None:
    sent = {"valid_from": date(2026, 11, 15), "valid_until": date(2027, 12, 31)}
    check_certificate(written(DR_13, **sent))
