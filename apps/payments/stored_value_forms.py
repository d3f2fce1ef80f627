"""What a manager types about a gift card or store credit."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.admin.fields import DollarsField
from apps.core.money import format_cents
from apps.payments.forms import AskForm

MOST_CENTS = 200_000


class SignedDollarsField(DollarsField):
    """An amount to be put on, or with a minus taken off."""

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip()
        cents = super().clean(text.removeprefix("-"))
        if not cents or not 0 < cents <= MOST_CENTS:
            raise forms.ValidationError(
                f"Type an amount up to {format_cents(MOST_CENTS)}, such as 12.50 or -12.50."
            )
        return -cents if text.startswith("-") else cents


class WhyForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Your name and the time are kept with it.",
    )


class AdjustForm(AskForm, WhyForm):
    """How much goes on or comes off, and why; sent twice, it is done once."""

    amount = SignedDollarsField(label="Put on", help_text="With a minus: take off.")
    field_order = ("amount", "reason", "token")
