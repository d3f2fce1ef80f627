"""What a manager types to close a day."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.stores.selectors import list_store_names

MOST_DAYS = 90


class CloseDayForm(forms.Form):
    """Why a day is closed though it lacks something; of a whole one nothing is asked."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Why the day is closed without it. Your name and the time are kept with it.",
    )

    def __init__(self, *args: Any, lacks: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = bool(lacks)
        if not lacks:
            self.fields["reason"].widget = forms.HiddenInput()


class ReplayForm(forms.Form):
    """Which of the past baskets are to be priced again."""

    days = forms.IntegerField(
        label="Days back",
        initial=7,
        min_value=1,
        max_value=MOST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    store = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(pk), name) for pk, name in list_store_names().items()]
        self.fields["store"].choices = [("", "All stores"), *names]  # type: ignore[attr-defined]

    @property
    def store_id(self) -> int | None:
        """The store that was chosen, if it is one."""
        return int(self.cleaned_data["store"]) if self.cleaned_data["store"] else None
