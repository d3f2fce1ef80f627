"""What a person types about a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from apps.core.admin.fields import DollarsField
from apps.core.choices import label
from apps.core.errors import DomainError
from apps.customers.exemption_rules import check_certificate, tidy_number
from apps.customers.models import Customer, ExemptionCertificate, LoyaltyProgramme
from apps.customers.rules import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_PHONE,
    normalise_email,
    normalise_name,
    normalise_phone,
)
from apps.customers.types import CertificateKind, NewCertificate, NewCustomer
from apps.stores.types import TaxClass

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, phone and e-mail: short texts, whatever they are stored as."""

    name = forms.CharField(max_length=LONGEST_NAME, widget=UnfoldAdminTextInputWidget)
    phone = forms.CharField(
        max_length=LONGEST_PHONE, required=False, widget=UnfoldAdminTextInputWidget
    )
    email = forms.CharField(
        label="E-mail", max_length=LONGEST_EMAIL, required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Customer
        fields = ("name", "phone", "email", "accepts_marketing")

    def clean_name(self) -> str:
        return self._said("name", normalise_name)

    def clean_phone(self) -> str:
        return self._said("phone", normalise_phone)

    def clean_email(self) -> str:
        return self._said("email", normalise_email)

    def to_customer(self, customer_id: UUID) -> NewCustomer:
        """What was typed, as services take it."""
        said: dict[str, Any] = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return NewCustomer(id=customer_id, **said)

    def _said(self, field: str, normalise: Callable[[str], str]) -> str:
        try:
            return normalise(self.cleaned_data[field])
        except DomainError as refusal:
            raise forms.ValidationError(refusal.detail) from refusal


class CertificateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A certificate as it is shown at the counter."""

    class Meta:
        model = ExemptionCertificate
        fields = (
            "kind",
            "number",
            "holder",
            "customer",
            "valid_from",
            "valid_until",
            "has_copy",
            "verification_number",
        )

    def clean_number(self) -> str:
        return tidy_number(self.cleaned_data["number"])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                check_certificate(self.to_certificate())
            except DomainError as refusal:
                field = refusal.errors[0].pointer.removeprefix("/")
                self.add_error(field, refusal.detail)
        return said

    def to_certificate(self) -> NewCertificate:
        """What was typed, as services take it."""
        said = self.cleaned_data
        return NewCertificate(
            id=uuid4(),
            kind=CertificateKind(said["kind"]),
            number=said["number"],
            holder=said["holder"],
            valid_from=said["valid_from"],
            valid_until=said["valid_until"],
            has_copy=said["has_copy"],
            verification_number=said["verification_number"],
            customer_id=said["customer"].pk if said["customer"] else None,
        )


class RevokeForm(forms.Form):
    """Why a certificate frees nothing any more."""

    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Your name and the time are kept with it.",
    )


class ProgrammeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A loyalty programme in a manager's words: dollars, and kinds of goods to tick."""

    tax_classes = forms.MultipleChoiceField(
        label="Kinds of goods",
        choices=[(kind.value, label(kind)) for kind in TaxClass],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all of them.",
    )
    hundred_points_cents = DollarsField(
        label="100 points are worth", help_text="What comes off the price for a hundred points."
    )

    class Meta:
        model = LoyaltyProgramme
        fields = (
            "name",
            "stores",
            "is_active",
            "counts_alcohol",
            "tax_classes",
            "points_per_dollar",
            "hundred_points_cents",
            "minimum_points",
        )


class AdjustForm(forms.Form):
    """How many points to give or take, and why."""

    points = forms.IntegerField(
        min_value=-1_000_000,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="With a minus to take some away.",
    )
    reason = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)

    def clean_points(self) -> int:
        points: int = self.cleaned_data["points"]
        if not points:
            raise forms.ValidationError("Type how many points to give or to take.")
        return points
