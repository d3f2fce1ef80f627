"""What an owner types to let a program in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_slug
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.stores.selectors import list_store_names
from apps.stores.service_types import NewServiceToken, Scope

SCOPES = {
    Scope.SYNC_WRITE: "Send what happened there (sync:write)",
    Scope.SYNC_READ: "Ask what has arrived (sync:read)",
    Scope.CATALOG_READ: "Read products and prices (catalog:read)",
}


class ServiceTokenForm(forms.Form):
    """Whose token it is, and what it is good for."""

    name = forms.CharField(
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text="Whose token it is, such as Store server Miami.",
    )
    source = forms.CharField(
        max_length=60,
        required=False,
        validators=[validate_slug],
        widget=UnfoldAdminTextInputWidget,
        help_text="For another Tillhouse: the SYNC_SOURCE it is configured with.",
    )
    scopes = forms.TypedMultipleChoiceField(
        label="Good for",
        coerce=Scope,
        choices=[(scope.value, text) for scope, text in SCOPES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    store = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Whose prices it reads. Left open: it says itself which store it means.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = [("", "Any store"), *list_store_names().items()]
        self.fields["store"].choices = stores  # type: ignore[attr-defined]

    def new_token(self) -> NewServiceToken:
        """As it was typed."""
        given = self.cleaned_data
        return NewServiceToken(
            given["name"], tuple(given["scopes"]), given["source"], given["store"]
        )
