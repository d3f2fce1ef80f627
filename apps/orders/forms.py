"""What a manager types to close a day."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget


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
