"""What a manager types to send or print a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from apps.payments.forms import AskForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.stores.types import Register


class AddressForm(AskForm):
    """Where a receipt goes."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=UnfoldAdminEmailInputWidget,
        help_text="Forgotten some weeks after the receipt was sent.",
    )


class TillForm(AskForm):
    """At which till of the store something is printed."""

    till = forms.TypedChoiceField(label="Till", coerce=int, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, tills: Sequence[Register], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(till.id, till.name) for till in tills]
        self.fields["till"].choices = choices  # type: ignore[attr-defined]
