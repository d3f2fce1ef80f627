"""What a manager types to have past baskets priced again."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from apps.stores.selectors import list_store_names

MOST_DAYS = 90


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
