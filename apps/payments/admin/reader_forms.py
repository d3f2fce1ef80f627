"""What a manager types about a card reader."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.payments.reader_types import Address
from apps.stores.selectors import list_store_names


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
