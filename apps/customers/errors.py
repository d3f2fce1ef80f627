"""Refusals around customers."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class CustomerUnknown(DomainError):
    code = "customer-unknown"
    title = "There is no such customer"
    kind = Kind.NOT_FOUND


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


class FieldKeyMissing(DomainError):
    code = "field-key-missing"
    title = "A sealed field cannot be read with the keys at hand"
    kind = Kind.BUSY
