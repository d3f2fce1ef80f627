"""Customers of the demo: two regulars, a church that pays no tax, and a dealer who resells."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, UUID, uuid5

from django_subatomic.db import transaction

from apps.customers.exemption_rules import DECEMBER, LAST_DAY
from apps.customers.services.certifying import record_certificate
from apps.customers.services.registering import register_customer
from apps.customers.types import CertificateKind, NewCertificate, NewCustomer

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import Actor

PEOPLE = (
    ("Ada Quill", "561-555-0142", "ada.quill@example.com", True),
    ("Ben Harbor", "954-555-0117", "", False),
    ("Grace Chapel", "954-555-0163", "office@chapel.example.org", False),
)


def welcome(actor: Actor, *, now: datetime) -> None:
    """Register them all, and write their certificates down; the church's ends within a month."""
    today = now.date()
    with transaction():
        for name, phone, email, accepts in PEOPLE:
            new = NewCustomer(_id(name), name, phone, email, accepts)
            register_customer(actor=actor, store_id=None, new=new, now=now)
        church = NewCertificate(
            id=_id("85-8012345678C-1"),
            kind=CertificateKind.DR_14,
            number="85-8012345678C-1",
            holder="Grace Chapel",
            valid_from=today - timedelta(days=1800),
            valid_until=today + timedelta(days=20),
            has_copy=True,
            customer_id=_id("Grace Chapel"),
        )
        dealer = NewCertificate(
            id=_id("78-8012345679-0"),
            kind=CertificateKind.DR_13,
            number="78-8012345679-0",
            holder="Corner Deli LLC",
            valid_from=date(today.year, 1, 1),
            valid_until=date(today.year, DECEMBER, LAST_DAY),
            verification_number="FL-2026-118",
        )
        for certificate in (church, dealer):
            record_certificate(actor=actor, new=certificate, now=now)


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_DNS, f"{name}.demo.tillhouse")
