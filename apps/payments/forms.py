"""What a manager types about a payment: how much to take or give back, and why.

The id of what is asked is made with the page, so a form that is sent twice asks once.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core.admin.fields import DollarsField
from apps.core.money import format_cents
from apps.payments.reader_types import Address
from apps.payments.rules import MOST_CENTS
from apps.stores.selectors import list_store_names


class AmountField(DollarsField):
    """An amount that a card may bear."""

    def clean(self, value: Any) -> Any:
        cents = super().clean(value)
        if not 0 < cents <= MOST_CENTS:
            raise forms.ValidationError(f"Type an amount from $0.01 to {format_cents(MOST_CENTS)}.")
        return cents


class AskForm(forms.Form):
    """Something is asked for once."""

    token = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages=dict.fromkeys(("required", "invalid"), "Open this page anew."),
    )


class CaptureForm(AskForm):
    """How much of a held amount is taken."""

    amount = AmountField(label="Take")


class RefundForm(AskForm):
    """How much goes back to the card, and why."""

    amount = AmountField(label="Send back")
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="For whoever reads the payment later.",
    )


class NoteForm(forms.Form):
    """What was done about something."""

    note = forms.CharField(
        label="What was done about it",
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text="Your name and the time are kept with it.",
    )


class StoreForm(forms.Form):
    """Which store it is about."""

    store = forms.TypedChoiceField(label="Store", coerce=int, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = list(list_store_names().items())  # type: ignore[attr-defined]


def _text(label: str, length: int, hint: str = "") -> forms.CharField:
    widget = UnfoldAdminTextInputWidget
    return forms.CharField(label=label, max_length=length, widget=widget, help_text=hint)


class ReaderForm(forms.Form):
    """What Stripe asks about a card reader."""

    registration_code = _text(
        "Registration code",
        100,
        "Three words that the reader shows: Settings, then Generate pairing code.",
    )
    label = _text("Name", 80, "What it is called at the counter, such as Counter 1.")


class FirstReaderForm(ReaderForm):
    """The first reader of a store, for which Stripe wants to know where the store is."""

    line1 = _text("Street", 200)
    city = _text("City", 100)
    state = _text("State", 2, "Two letters.")
    postal_code = _text("ZIP code", 10)

    def clean_state(self) -> str:
        state: str = self.cleaned_data["state"]
        return state.upper()

    def address(self) -> Address:
        """Where the store is, as typed."""
        names = ("line1", "city", "state", "postal_code")
        return Address(**{name: self.cleaned_data[name] for name in names})
