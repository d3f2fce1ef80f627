"""What a manager types to close a day, or a shift whose till cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.core.money import format_cents
from apps.payments.drawer_rules import DENOMINATIONS
from apps.stores.selectors import list_store_names

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_OF_ONE_KIND = 100_000
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


class CountDrawerForm(forms.Form):
    """How many there are of each coin and note. Each count has a key of its own, like a till's."""

    key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
        for cents in reversed(DENOMINATIONS.get(currency, (1,))):
            self.fields[f"n{cents}"] = forms.IntegerField(
                label=format_cents(cents),
                min_value=0,
                max_value=MOST_OF_ONE_KIND,
                required=False,
                widget=UnfoldAdminIntegerFieldWidget,
            )

    def counted(self) -> Mapping[str, int]:
        """What was typed, by denomination in cents."""
        typed = {name: number for name, number in self.cleaned_data.items() if name != "key"}
        return {name[1:]: number for name, number in typed.items() if number}

    def ask_again(self) -> None:
        """Empty the form for a second count, under another key."""
        self.data = {"key": str(uuid4())}


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
