"""What a manager types about promotions: dollars, percent, days of the week, baskets to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.catalog.models import Promotion
from apps.catalog.promotions.contradictions import FIGURES, NEEDED, OPTIONAL
from apps.catalog.promotions.types import Draft, PromotionKind, Schedule, Selection
from apps.catalog.services.promotions import check_draft
from apps.core.admin.fields import ClockField, DollarsField
from apps.core.clock import MINUTES_PER_DAY
from apps.core.errors import DomainError
from apps.stores.selectors import list_store_names
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS = {
    PromotionKind.PERCENT_OFF: "Percent off each",
    PromotionKind.AMOUNT_OFF: "Amount off each",
    PromotionKind.FIXED_PRICE: "A price for each (happy hour, employees)",
    PromotionKind.N_FOR_PRICE: "So many for one price (6 for $50)",
    PromotionKind.BUY_GET: "Buy some, get some for less (2 + 1)",
    PromotionKind.MIXED_CASE: "Mixed case: from so many on, percent off each",
    PromotionKind.CASE: "Full cases of one product, percent off",
    PromotionKind.SALE_AMOUNT_OFF: "Amount off the whole sale (coupon)",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_LINES, MOST_QUANTITY = 100, 10_000


class PromotionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A promotion as managers think of it."""

    kind = forms.ChoiceField(
        choices=[(kind.value, said) for kind, said in KINDS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    amount_cents = DollarsField(
        label="Amount",
        required=False,
        help_text="What comes off, or what one or a whole group costs.",
    )
    from_cents = DollarsField(
        label="From", required=False, help_text="What the sale must come to at shelf prices."
    )
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(DAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: every day.",
    )
    beverages = forms.MultipleChoiceField(
        label="All",
        choices=[(kind.value, kind.value.capitalize()) for kind in BeverageType if kind != "NONE"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_minute = ClockField(label="From (time)", latest_minute=MINUTES_PER_DAY - 1, required=False)
    until_minute = ClockField(
        label="Until (time)",
        latest_minute=MINUTES_PER_DAY,
        required=False,
        help_text="An earlier time than From is after midnight. Both empty: all day.",
    )

    class Meta:
        model = Promotion
        fields = (
            "code", "name", "kind", "percent", "amount_cents", "units", "get_units", "limit",
            "from_cents", "products", "categories", "beverages", "excluded", "stores", "starts_at",
            "ends_at", "weekdays", "from_minute", "until_minute", "coupon", "for_employees",
            "is_exclusive",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_draft(self.to_draft(), row=self.instance)
            except DomainError as refusal:
                self._show(refusal)
        return cleaned

    def to_draft(self) -> Draft:
        """What was typed, as the services take it."""
        typed = self.cleaned_data
        return Draft(
            code=typed["code"],
            name=typed["name"],
            kind=PromotionKind(typed["kind"]),
            schedule=Schedule(
                typed["starts_at"],
                typed["ends_at"],
                frozenset(typed["weekdays"]),
                typed["from_minute"],
                typed["until_minute"],
            ),
            selection=Selection(
                products=_ids(typed["products"]),
                categories=_ids(typed["categories"]),
                beverages=frozenset(BeverageType(kind) for kind in typed["beverages"]),
                excluded=_ids(typed["excluded"]),
            ),
            store_ids=_ids(typed["stores"]),
            percent=typed["percent"],
            amount_cents=typed["amount_cents"],
            units=typed["units"],
            get_units=typed["get_units"],
            limit=typed["limit"],
            from_cents=typed["from_cents"],
            coupon=typed["coupon"],
            for_employees=typed["for_employees"],
            is_exclusive=typed["is_exclusive"],
        )

    def _show(self, refusal: DomainError) -> None:
        for error in refusal.errors:
            self.add_error(error.pointer.removeprefix("/"), error.detail)
        if not refusal.errors:
            self.add_error(None, refusal.detail)


def shown_by_kind() -> dict[str, str]:
    """For each figure the condition under which it is asked for, as Unfold's page evaluates it."""
    used = {
        name: [kind for kind in PromotionKind if name in (*NEEDED[kind], *OPTIONAL.get(kind, ()))]
        for name in FIGURES
    }
    return {
        name: " || ".join(f"kind == '{kind.value}'" for kind in kinds)
        for name, kinds in used.items()
    }


class TrialForm(forms.Form):
    """A basket to try a promotion on: one product per line, by SKU or barcode, and how many."""

    store = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    basket = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "placeholder": "WIN-001 6"}),
        help_text="One product per line: its SKU or barcode, a space, and how many.",
    )
    at = forms.DateTimeField(
        label="When",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text="By the same clock as the period. Empty: now.",
    )

    prefix = "trial"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = list(list_store_names().items())  # type: ignore[attr-defined]

    def clean_basket(self) -> list[tuple[str, int]]:
        lines = [line.split() for line in self.cleaned_data["basket"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"Try {MOST_LINES} lines at most.")
        return [_pair(words) for words in lines]


def _pair(words: list[str]) -> tuple[str, int]:
    code, *rest = words
    number = rest[0] if rest else "1"
    is_number = number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= MOST_QUANTITY
    if len(rest) > 1 or not is_number:
        raise forms.ValidationError(f"“{' '.join(words)}” should be a code and how many: WIN-001 6")
    return code, int(number)


def _ids(rows: Iterable[Any]) -> frozenset[int]:
    return frozenset(row.pk for row in rows)
