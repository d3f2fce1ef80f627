"""When a certificate frees a sale from tax, and whose money may pay. Pure.

A consumer's certificate (DR-14) frees what the organization pays with its own funds; a person's
cash or card bears the tax, even if the organization pays it back. A resale certificate (DR-13)
frees goods that are sold on as they are, and ends each 31 December.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.errors import FieldError
from apps.customers.errors import (
    CertificateContradictory,
    ExemptionFundsNotOwn,
    ExemptionNotForResale,
    ExemptionNotInForce,
)
from apps.customers.types import CertificateKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from apps.customers.types import Certificate, Exemption, NewCertificate

DECEMBER, LAST_DAY = 12, 31
LONGEST_DR_13_MONTHS = 14  # the one for next year is sent out in November, and holds at once


def refuse_not_in_force(certificate: Certificate, *, at: datetime, day: date) -> None:
    """Judge a certificate by the instant and the local date of the sale.

    Raises:
        ExemptionNotInForce: with a `reason`: expired, not-yet-valid or revoked.
    """
    reason = _lapse(certificate, at, day)
    if reason is None:
        return
    word, sentence = reason
    raise ExemptionNotInForce(
        f"{certificate.kind.value} {certificate.number} {sentence} Sell with tax, or have the"
        " certificate that holds written down at the back office.",
        errors=[_at("", "exemption-not-in-force", sentence)],
        reason=word,
        number=certificate.number,
    )


def _lapse(certificate: Certificate, at: datetime, day: date) -> tuple[str, str] | None:
    if certificate.revoked_at and certificate.revoked_at <= at:
        return "revoked", "was revoked."
    if day < certificate.valid_from:
        return "not-yet-valid", f"holds from {certificate.valid_from:%m/%d/%Y} on."
    if day > certificate.valid_until:
        return "expired", f"ended on {certificate.valid_until:%m/%d/%Y}."
    return None


def refuse_foreign_money(exemption: Exemption, *, paid_by: Collection[str]) -> None:
    """See that a consumer's certificate is paid for by the organization itself.

    `paid_by` are the kinds of tender of the sale.

    Raises:
        ExemptionFundsNotOwn: nobody said so, or not of every tender (`tenders` names those).
    """
    if exemption.certificate.kind is not CertificateKind.DR_14:
        return
    claim = exemption.claim
    if not claim.own_funds:
        raise ExemptionFundsNotOwn(
            "A person's cash or card bears the tax, even if the organization pays it back. Ask"
            " whose money it is; where it is the organization's, say so.",
            errors=[_at("/paid_with", "exemption-funds-not-own", "Whose money pays?")],
        )
    foreign = sorted(set(paid_by) - claim.tenders)
    if foreign:
        raise ExemptionFundsNotOwn(
            f"It was not said that this is the organization's own money: {', '.join(foreign)}.",
            errors=[_at("/tenders", "exemption-funds-not-own", "Name every tender of the sale.")],
            tenders=list(foreign),
        )


def refuse_use(
    exemption: Exemption, *, consumed: Collection[str], alcohol: Collection[str]
) -> None:
    """See that goods under a resale certificate are sold on as they are.

    `consumed` names what is made to order, `alcohol` what is alcohol. Whether a buyer is licensed
    to resell alcohol a till cannot judge, so that is taxed here.

    Raises:
        ExemptionNotForResale: something of it is not for resale, or nobody said that it is.
    """
    if exemption.certificate.kind is not CertificateKind.DR_13:
        return
    for names, why in (
        (consumed, "made to order, so it is used and not sold on"),
        (alcohol, "alcohol; whether the buyer may resell it cannot be judged at a till"),
    ):
        if names:
            raise ExemptionNotForResale(
                f"{min(names)} is {why}. Ring it up on its own, with tax.",
                errors=[_at("", "exemption-not-for-resale", why)],
            )
    if not exemption.claim.for_resale:
        raise ExemptionNotForResale(
            "Ask whether the goods are for resale; what the buyer uses is taxed.",
            errors=[_at("/for_resale", "exemption-not-for-resale", "Are they for resale?")],
        )


def check_certificate(new: NewCertificate) -> None:
    """See that a certificate can be one.

    Raises:
        CertificateContradictory: at the field that is wrong.
    """
    if new.valid_until < new.valid_from:
        raise _contradiction("valid_until", "It ends before it begins.")
    months = (new.valid_until.year - new.valid_from.year) * 12
    months += new.valid_until.month - new.valid_from.month + 1
    ends_the_year = (new.valid_until.month, new.valid_until.day) == (DECEMBER, LAST_DAY)
    if new.kind is CertificateKind.DR_13 and not ends_the_year:
        raise _contradiction("valid_until", "A resale certificate ends on December 31.")
    if new.kind is CertificateKind.DR_13 and months > LONGEST_DR_13_MONTHS:
        raise _contradiction("valid_until", "A resale certificate is for one year.")
    if not new.has_copy and not new.verification_number:
        raise _contradiction(
            "verification_number", "Keep a copy of it, or note the number that verified it."
        )


def tidy_number(number: str) -> str:
    """The number of a certificate as it is kept: capitals, without spaces."""
    return "".join(number.split()).upper()


def _contradiction(field: str, detail: str) -> CertificateContradictory:
    fault = FieldError(f"/{field}", "certificate-contradictory", detail)
    return CertificateContradictory(detail, errors=[fault])


def _at(field: str, code: str, detail: str) -> FieldError:
    return FieldError(f"/tax_exemption{field}", code, detail)
