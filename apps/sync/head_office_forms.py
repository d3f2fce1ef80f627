"""What an owner types about the head office."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.sync.services.following import NewHeadOffice


class HeadOfficeForm(forms.Form):
    """Where the catalog is, and what lets us in. A token that is known is never shown again."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="As https://office.example.com, with no path.",
    )
    token = forms.CharField(
        label="Service token",
        max_length=200,
        required=False,
        widget=UnfoldAdminPasswordWidget,
        help_text="An owner of the head office makes it: Service tokens, good for catalog:read.",
    )
    store_code = forms.CharField(
        label="Store",
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Its code at the head office. Needed where the token is for no store.",
    )
    is_active = forms.BooleanField(
        label="Read from it", required=False, initial=True, widget=UnfoldBooleanWidget
    )

    def __init__(self, *args: Any, is_known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            self.fields["token"].help_text = "Left empty, the token that is known is kept."

    def new_head_office(self) -> NewHeadOffice:
        """As it was typed."""
        return NewHeadOffice(**self.cleaned_data)
