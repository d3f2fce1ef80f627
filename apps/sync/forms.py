"""What a person types about sync. Secrets are typed anew, and never shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.sync.deeds import NewDestination
from apps.sync.models import Destination, Peer
from apps.sync.rules import is_safe_address
from apps.sync.services.arranging import say_taken
from apps.sync.signing import SecretUnusable, read_secret
from apps.sync.types import DestinationState, Format

_KEPT = "Leave it empty to keep the one that is set."


class WriteOnlyField(forms.CharField):
    """Something secret: it is typed, and what is set is never sent back."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password"}, render_value=False
        )
        super().__init__(required=False, widget=widget, **options)


class SecretField(WriteOnlyField):
    """A signing secret."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value).strip()
        if text:
            try:
                read_secret(text)
            except SecretUnusable as error:
                raise forms.ValidationError(f"{error} Copy all of it.") from error
        return text


class OptionsField(forms.JSONField):
    """A small JSON object, of which nothing breaks who reads it."""

    LONGEST = 10_000  # characters

    def to_python(self, value: Any) -> Any:
        text = value if isinstance(value, str) else ""
        if len(text) > self.LONGEST or "\\u0000" in text or "\x00" in text:
            raise forms.ValidationError("Type a small JSON object, such as {}.")
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError("It is nested too deeply.") from error


class DestinationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A back office that is to be told."""

    url = forms.URLField(
        label="Address",
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget,
        help_text="Of a Tillhouse: https://its.address/api/sync",
    )
    compresses = forms.BooleanField(
        label="Compressed",
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Whether it takes bodies in gzip. Every Tillhouse does.",
    )
    new_token = WriteOnlyField(
        label="Token",
        max_length=500,
        help_text="What it gave you to log in with: a service token, of a Tillhouse.",
    )
    new_secret = SecretField(
        label="Signing secret",
        max_length=200,
        help_text="whsec_..., as the other side has shown it once.",
    )
    options = OptionsField(
        label="Accounts",
        required=False,
        initial=dict,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=(
            "Of journal entries alone, where the numbers of the accountant are others than ours:"
            ' {"accounts": {"cash": {"code": "1000", "name": "Till"}}}. Else leave it as it is.'
        ),
    )
    begins = forms.ChoiceField(
        label="Begin with",
        choices=[("all", "all that is on record"), ("now", "what happens from now on")],
        initial="all",
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Destination
        fields = ("code", "name", "format", "options")
        help_texts = {
            "code": "A short name for commands, such as head-office. It cannot be changed later.",
            "format": (
                "Tillhouse: facts, as for any other back office. Journal: lines of journal entries,"
                " for an accounting system. It cannot be changed later."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("new_token", "new_secret"):
                self.fields[name].help_text += f" {_KEPT}"

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        gone = Destination.objects.filter(code=code, state=DestinationState.GIVEN_UP).first()
        if gone is not None:
            raise forms.ValidationError(say_taken(gone))
        return code

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if not is_safe_address(url):
            raise forms.ValidationError("Type an address that begins with https://")
        return url

    def to_destination(self) -> NewDestination:
        """What was typed, as services take it."""
        given = self.cleaned_data
        return NewDestination(
            code=given["code"],
            name=given["name"],
            url=given["url"],
            format=Format(given["format"]),
            compresses=given["compresses"],
            options=given["options"] or {},
            token=given["new_token"].strip(),
            secret=given["new_secret"],
            begins_now=given["begins"] == "now",
        )

    def changes(self) -> dict[str, Any]:
        """The columns that were typed, of a destination that is there."""
        given = self.cleaned_data
        editable = ["name", "url", "compresses"]
        if self.instance.format == Format.JOURNAL:
            editable.append("options")
        names = [name for name in editable if name in self.changed_data]
        secrets = {"token": given["new_token"].strip(), "secret": given["new_secret"]}
        typed = {name: given[name] for name in names}
        if "options" in typed:
            typed["options"] = typed["options"] or {}
        return typed | {k: v for k, v in secrets.items() if v}


class PeerForm(forms.ModelForm):  # type: ignore[type-arg]
    """An installation that is to send to us."""

    after = forms.IntegerField(
        label="Begins after fact number",
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty, where it sends all that it has on record.",
    )

    class Meta:
        model = Peer
        fields = ("source", "name")

    def clean_source(self) -> str:
        source: str = self.cleaned_data["source"]
        if source == settings.SYNC_SOURCE:
            raise forms.ValidationError("That is this installation: it cannot send to itself.")
        return source


class NothingForm(forms.Form):
    """Nothing to type: a button only."""


class WhyForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text="Your name and the time are kept with it.",
    )


class GiveUpForm(WhyForm):
    """Why a destination is given up, and its code, so that it is the one that is meant."""

    code = forms.CharField(max_length=40, widget=UnfoldAdminTextInputWidget)

    def __init__(self, given: Any, *, code: str) -> None:
        super().__init__(given)
        self._code = code
        self.fields["code"].label = f"Type {code} to give it up"

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        if typed != self._code:
            raise forms.ValidationError(f"Type its code as it stands here: {self._code}")
        return typed


class SecondSecretForm(forms.Form):
    """A second secret, as the other side has shown it; made here, where nothing is typed."""

    secret = SecretField(
        label="The new secret",
        max_length=200,
        help_text="Type the one that the other side has shown, or leave it empty to make one here.",
    )
