"""The form that moves stock: what, where, why, and a row per product, made for a scanner."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.catalog.selectors import find_pack
from apps.inventory.types import MovementKind
from apps.stores.selectors import list_store_names

KINDS = {
    MovementKind.RECEIPT: "Delivery: goods came in",
    MovementKind.ADJUSTMENT: "Adjustment: more or less than the books say",
    MovementKind.WASTE: "Waste: broken, spoiled, sampled",
    MovementKind.TRANSFER: "Transfer to another store",
    MovementKind.COUNT: "Count: this is what stands on the shelf",
}
MAX_UNITS = 1_000_000
ROWS = 8
MAX_ROWS = 500


class MoveForm(forms.Form):
    """What sort of move it is. Its id is made with the page: a form sent twice is one document."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(
        label="What happened",
        choices=[(kind.value, text) for kind, text in KINDS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    store = forms.TypedChoiceField(label="Store", coerce=int, widget=UnfoldAdminSelectWidget)
    to_store = forms.TypedChoiceField(
        label="To store (transfers)",
        coerce=int,
        required=False,
        empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="For whoever reads the ledger: a delivery note, a broken case, the yearly count.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = list(list_store_names().items())
        self.fields["store"].choices = stores  # type: ignore[attr-defined]
        self.fields["to_store"].choices = [("", ""), *stores]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_transfer = cleaned.get("kind") == MovementKind.TRANSFER
        if is_transfer and not cleaned.get("to_store"):
            self.add_error("to_store", "Choose where the goods go.")
        return cleaned


class LineForm(forms.Form):
    """One product: its barcode or SKU, and how many of what was scanned."""

    code = forms.CharField(
        label="Barcode or SKU",
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    quantity = forms.IntegerField(
        label="Quantity",
        min_value=-MAX_UNITS,
        max_value=MAX_UNITS,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if code := cleaned.get("code"):
            pack = find_pack(code=code)
            if pack is None:
                self.add_error("code", "No active product has this barcode or SKU.")
            else:
                cleaned["product_id"], cleaned["pack_size"] = pack
        return cleaned

    @property
    def units(self) -> int:
        """Base units: a case of twelve counts twelve."""
        units: int = self.cleaned_data["quantity"] * self.cleaned_data["pack_size"]
        return units


class Lines(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows of which any may be left out, also one that a link filled in."""

    def initial_form_count(self) -> int:
        return 0


LineFormSet = forms.formset_factory(
    LineForm, formset=Lines, extra=ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS, validate_max=True
)
