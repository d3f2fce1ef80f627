"""What a manager types about an edition of prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.catalog.forms import MAX_FILE_BYTES
from apps.catalog.models import Category, PriceBook, StorePriceBook
from apps.catalog.models.editions import CODE
from apps.catalog.services.editions.writing import Ending, Rise

ENDINGS = {
    Ending.NINE.value: "the nearest .x9, such as 12.49",
    Ending.NINETY_NINE.value: "the nearest .99",
    Ending.EXACT.value: "no ending: to the cent",
}
MOST_PERCENT = 1_000


class CopyForm(forms.Form):
    """What a copy of an edition is called."""

    code = forms.CharField(max_length=20, validators=[CODE], widget=UnfoldAdminTextInputWidget)
    name = forms.CharField(max_length=80, widget=UnfoldAdminTextInputWidget)


class PricesForm(forms.Form):
    """Prices pasted or in a file, for the books that are ticked."""

    lines = forms.CharField(
        label="Lines",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "placeholder": "WIN-001,12.99"}),
        help_text="One product per line: SKU or barcode, price and, if only for one, the price"
        " book's code, between commas or tabs. A sheet's cells can be pasted as they are.",
    )
    file = forms.FileField(label="Or a CSV file", required=False, widget=UnfoldAdminFileFieldWidget)
    books = forms.MultipleChoiceField(
        label="For lines that name no price book", widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_books(self)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        lines, file = cleaned.get("lines", "").strip(), cleaned.get("file")
        if bool(lines) == bool(file):
            raise forms.ValidationError("Paste lines or choose a file, one of the two.")
        if file and file.size > MAX_FILE_BYTES:
            raise forms.ValidationError("Files of more than 20 MB: use manage.py import_prices.")
        return cleaned

    def content(self) -> tuple[str, bytes]:
        """A name for it, and the bytes."""
        file = self.cleaned_data.get("file")
        if file:
            return file.name, file.read()
        return "Pasted lines", self.cleaned_data["lines"].encode()


class RiseForm(forms.Form):
    """The prices in force, changed on their way into the draft."""

    percent = forms.DecimalField(
        label="Change by (%)",
        initial=Decimal(0),
        min_value=Decimal(-99),
        max_value=MOST_PERCENT,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="5 makes all dearer by 5 %, -5 cheaper; 0 copies them as they are.",
    )
    ending = forms.ChoiceField(
        label="Brought to", choices=list(ENDINGS.items()), widget=UnfoldAdminSelectWidget
    )
    category = forms.ChoiceField(label="Products", required=False, widget=UnfoldAdminSelectWidget)
    books = forms.MultipleChoiceField(
        label="Price books", widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_books(self)
        rows = Category.objects.order_by("department", "name")
        known = [(str(row.pk), str(row)) for row in rows]
        self.fields["category"].choices = [("", "All products"), *known]  # type: ignore[attr-defined]

    def to_rise(self) -> Rise:
        """What was typed, as the services take it."""
        typed = self.cleaned_data
        chosen = typed["category"]
        return Rise(
            [int(pk) for pk in typed["books"]],
            typed["percent"],
            Ending(typed["ending"]),
            [int(chosen)] if chosen else (),
        )


def _offer_books(form: forms.Form) -> None:
    """Every price book with the stores that sell by it; those in use are ticked."""
    stores: dict[int, list[str]] = {}
    for link in StorePriceBook.objects.select_related("store").order_by("store__code"):
        stores.setdefault(link.book_id, []).append(link.store.name)
    field = form.fields["books"]
    field.choices = [  # type: ignore[attr-defined]
        (str(book.pk), f"{book.name}: {', '.join(stores.get(book.pk, ['no store']))}")
        for book in PriceBook.objects.order_by("name", "pk")
    ]
    field.initial = [str(pk) for pk in stores]
