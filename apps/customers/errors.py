"""Refusals around customers."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class CustomerUnknown(DomainError):
    code = "customer-unknown"
    title = "There is no such customer"
    kind = Kind.NOT_FOUND


class CustomerNotOnFile(DomainError):
    code = "customer-not-on-file"
    title = "The order names a customer who is not on file"


class CustomerExists(DomainError):
    code = "customer-exists"
    title = "Another customer has this id"
    kind = Kind.CONFLICT


class CustomerForgotten(DomainError):
    code = "customer-forgotten"
    title = "The customer was forgotten"
    kind = Kind.CONFLICT


class ContactInvalid(DomainError):
    code = "contact-invalid"
    title = "A name, phone number or e-mail address cannot be one"


class LookupLimited(DomainError):
    code = "lookup-limited"
    title = "Too many look-ups of customers from this till"
    kind = Kind.LIMITED


class ExemptionUnknown(DomainError):
    code = "exemption-unknown"
    title = "No such certificate of exemption is on file"


class ExemptionNotInForce(DomainError):
    code = "exemption-not-in-force"
    title = "The certificate of exemption does not hold"


class ExemptionFundsNotOwn(DomainError):
    code = "exemption-funds-not-own"
    title = "It was not said that the organization's own funds pay"


class ExemptionNotForResale(DomainError):
    code = "exemption-not-for-resale"
    title = "A resale certificate does not cover this sale"


class CertificateContradictory(DomainError):
    code = "certificate-contradictory"
    title = "What is written of the certificate contradicts itself"


class CertificateTaken(DomainError):
    code = "certificate-taken"
    title = "This certificate is on file already"
    kind = Kind.CONFLICT


class CertificateRevoked(DomainError):
    code = "certificate-revoked"
    title = "The certificate was revoked already"
    kind = Kind.CONFLICT


class PointsNeedCustomer(DomainError):
    code = "points-need-customer"
    title = "Points are used by a customer whom the order names"


class PointsNotTaken(DomainError):
    code = "points-not-taken"
    title = "Points cannot be used like this here"


class PointsInsufficient(DomainError):
    code = "points-insufficient"
    title = "The customer has fewer points"
    kind = Kind.CONFLICT
