"""Who buys, as a till says it: the customer, and the exemption from tax that they claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from apps.core.api.fields import IdField, OneOfField, StrictSerializer, TextField, YesOrNoField
from apps.customers.types import CertificateKind, ExemptionClaim
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from collections.abc import Mapping

ORGANIZATION, PERSON = "organization", "person"
KINDS_OF_TENDERS = [kind.value.lower() for kind in TenderKind]


class TaxExemptionIn(StrictSerializer):
    """A certificate on file, by its id or its number, and what the buyer says."""

    certificate_id = IdField(required=False)
    number = TextField(max_length=40, required=False)
    paid_with = OneOfField(
        [ORGANIZATION, PERSON], required=False, help_text="Whose money pays: DR-14 needs it."
    )
    tenders = serializers.ListField(
        child=OneOfField(KINDS_OF_TENDERS),
        max_length=len(KINDS_OF_TENDERS),
        required=False,
        help_text="The ways of paying that draw on the organization's own funds.",
    )
    for_resale = YesOrNoField(
        required=False, help_text="Whether the goods are sold on as they are: DR-13 needs it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("certificate_id" in attrs) == ("number" in attrs):
            raise serializers.ValidationError(
                "Name either a certificate_id or a number.", code="certificate-or-number"
            )
        return attrs


class TaxExemptionOut(serializers.Serializer[Any]):
    """Why a sale bears no tax."""

    certificate_id = serializers.UUIDField()
    kind = serializers.ChoiceField([kind.value for kind in CertificateKind])
    number = serializers.CharField()
    holder = serializers.CharField()
    paid_with = serializers.ChoiceField([ORGANIZATION], allow_null=True)
    tenders = serializers.ListField(child=serializers.CharField())
    for_resale = serializers.BooleanField()


def read_claim(asked: Mapping[str, Any] | None) -> ExemptionClaim | None:
    """What a validated body claims."""
    if asked is None:
        return None
    return ExemptionClaim(
        certificate_id=asked.get("certificate_id"),
        number=asked.get("number", ""),
        own_funds=asked.get("paid_with") == ORGANIZATION,
        tenders=frozenset(asked.get("tenders", ())),
        for_resale=asked.get("for_resale", False),
    )
