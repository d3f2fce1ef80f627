"""Refusals of tenders."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class TenderInsufficient(DomainError):
    code = "tender-insufficient"
    title = "The tenders do not cover the total"


class TenderExcess(DomainError):
    code = "tender-excess"
    title = "More than the total cannot be taken from a card"


class PaymentNotCapturable(DomainError):
    code = "payment-not-capturable"
    title = "There is no authorised payment of that id for this order"
    kind = Kind.CONFLICT
