"""Certificates under which a buyer pays no sales tax."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.core.choices import is_one_of
from apps.customers.exemption_rules import DECEMBER, LAST_DAY
from apps.customers.models.customer import Customer
from apps.customers.types import CertificateKind


class ExemptionCertificate(models.Model):
    """A certificate as somebody saw it. It is never changed, only revoked: sales rest on it."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(
        max_length=5, choices=[(kind.value, kind.value) for kind in CertificateKind]
    )
    number = models.CharField(max_length=40, help_text="As printed on it.")
    holder = models.CharField(max_length=120, help_text="The organization or dealer it names.")
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="certificates",
        null=True,
        blank=True,
        help_text="Who shows it, where they are a customer.",
    )
    valid_from = models.DateField()
    valid_until = models.DateField(help_text="Last day. A resale certificate ends on December 31.")
    has_copy = models.BooleanField("copy kept", default=False)
    verification_number = models.CharField(
        max_length=40, blank=True, help_text="Of the Department's verification, if there was one."
    )
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=150, blank=True, default="")
    revoke_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["number", "-valid_until"], name="certificates_by_number"),
            models.Index(fields=["valid_until"], name="certificates_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number", "valid_until"],
                name="one_certificate_per_kind_number_and_end",
            ),
            is_one_of("kind", CertificateKind, name="certificate_kind_is_known"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="certificate_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CertificateKind.DR_13.value)
                | Q(valid_until__month=DECEMBER, valid_until__day=LAST_DAY),
                name="resale_certificate_ends_with_its_year",
            ),
            models.CheckConstraint(
                condition=Q(has_copy=True) | ~Q(verification_number=""),
                name="certificate_was_seen_or_verified",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason=""),
                name="a_revocation_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}, to {self.valid_until:%m/%d/%Y}"
