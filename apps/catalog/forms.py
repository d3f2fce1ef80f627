"""What a manager types about products: codes, prices, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.catalog.gtin import CodeInvalid, normalise, scale_code
from apps.catalog.models import Price, PriceBook, PriceEdition
from apps.catalog.services.editions.writing import Header
from apps.core.admin.fields import DollarsField

if TYPE_CHECKING:
    from datetime import datetime

MAX_FILE_BYTES = 20 * 1024 * 1024


class BarcodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A code as it is scanned or typed; it is kept as GTIN-14."""

    gtin = forms.CharField(
        label="Barcode",
        widget=UnfoldAdminTextInputWidget,
        help_text="Scan it; of goods from the scale, type the first six digits.",
    )

    def clean_gtin(self) -> str:
        text = self.cleaned_data["gtin"].strip()
        try:
            return scale_code(text) if len(text) == len("250101") else normalise(text)
        except CodeInvalid as error:
            raise forms.ValidationError(str(error)) from error


class BarcodeFormSet(PaginationInlineFormSet):
    """The codes of one product, of which no two are the same."""

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            if form in self.deleted_forms:
                continue
            cleaned = getattr(form, "cleaned_data", {})
            gtin = cleaned.get("gtin") if cleaned.get("is_active") else None
            if gtin in seen:
                form.add_error("gtin", "This barcode stands here twice.")
            elif gtin:
                seen.add(gtin)


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A price from now, or from a time to come."""

    price_cents = DollarsField(label="Price")

    class Meta:
        model = Price
        fields = ("book", "product", "price_cents", "starts_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if starts_at := self.fields.get("starts_at"):  # not on the page of a price, which is read
            starts_at.required = False
            starts_at.help_text = "Empty: from now on."
        for field in self.fields.values():
            field.disabled = self.instance.pk is not None  # what was charged stays as it was

    def clean_starts_at(self) -> Any:
        starts_at = self.cleaned_data.get("starts_at")
        if self.instance.pk is None and starts_at and starts_at < timezone.now():
            raise forms.ValidationError("A price cannot begin in the past.")
        return starts_at


class EditionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an edition is called and when it begins."""

    class Meta:
        model = PriceEdition
        fields = ("code", "name", "starts_at")

    def clean_starts_at(self) -> datetime | None:
        starts_at: datetime | None = self.cleaned_data.get("starts_at")
        if starts_at and starts_at < timezone.now():
            raise forms.ValidationError(
                "That is past. Choose a start to come, or none to begin when it is published."
            )
        return starts_at

    def to_header(self) -> Header:
        """What was typed, as the services take it."""
        typed = self.cleaned_data
        return Header(typed["code"], typed["name"], typed["starts_at"])


class UploadForm(forms.Form):
    """A product file, and the book its prices go into."""

    file = forms.FileField(label="CSV file", widget=UnfoldAdminFileFieldWidget)
    book = forms.ChoiceField(label="Prices go into", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books = [(book.code, book.name) for book in PriceBook.objects.order_by("code")]
        if len(books) > 1:  # nobody should fill the wrong one by not looking
            books.insert(0, ("", "Choose a price book"))
        self.fields["book"].choices = books or [("STANDARD", "Standard")]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError("Files of more than 20 MB: use manage.py import_products.")
        return file
