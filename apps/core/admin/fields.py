"""Form fields of the admin: people read and type dollars, percent and clock times."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.db.models import DateTimeField
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.money import format_cents, parse_dollars

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Field, Model
    from django.http import HttpRequest

PERCENT = Decimal(100)
_CLOCK = re.compile(r"(?P<hours>[0-9]{1,2}):(?P<minutes>[0-5][0-9])")


class DollarsField(forms.CharField):
    """An amount typed as dollars and kept as cents."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return format_cents(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_dollars(text)
        except ValueError as error:
            raise forms.ValidationError("Type an amount such as 12.50.") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class DollarsMixin:
    """Every field of cents is shown and typed in dollars."""

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest | None, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name.endswith("_cents"):
            label = str(db_field.verbose_name).removesuffix(" cents").capitalize()
            return DollarsField(
                label=label,
                required=not db_field.blank,
                help_text=db_field.help_text,
                initial=db_field.get_default(),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class OfficeClockMixin:
    """Beside every field of an instant stands on whose clock it is typed."""

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest | None, **kwargs: Any
    ) -> forms.Field | None:
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and isinstance(db_field, DateTimeField):
            place = settings.OFFICE_TIME_ZONE.rpartition("/")[2].replace("_", " ")
            field.help_text = f"{field.help_text} By the clocks of {place}.".strip()
        return field


class PercentField(forms.CharField):
    """A rate typed as percent and kept as a fraction: 1.5 is 0.015."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{(value * PERCENT).normalize():f} %"

    def clean(self, value: Any) -> Any:
        text = super().clean(value).replace("%", "").strip()
        try:
            percent = Decimal(text)
        except InvalidOperation:
            percent = Decimal(-1)
        if not (percent.is_finite() and 0 <= percent < PERCENT):
            raise forms.ValidationError("Type a percentage such as 1.5.")
        return percent / PERCENT

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ClockField(forms.CharField):
    """A time of day kept as minutes past midnight; 26:00 is two o'clock the next morning."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, *, latest_minute: int, **options: Any) -> None:
        self.latest_minute = latest_minute
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60:02d}:{value % 60:02d}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        match = _CLOCK.fullmatch(text)
        minute = int(match["hours"]) * 60 + int(match["minutes"]) if match else -1
        if not 0 <= minute <= self.latest_minute:
            latest = self.prepare_value(self.latest_minute)
            raise forms.ValidationError(f"Type a time from 00:00 to {latest}, such as 08:30.")
        return minute

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def dollars(field: str, title: str = "") -> Callable[[Model], str]:
    """A column that shows a field of cents as dollars."""

    def column(row: Model) -> str:
        cents = getattr(row, field)
        return "" if cents is None else format_cents(cents)

    name = field.removesuffix("_cents").replace("_", " ").capitalize()
    column.short_description = title or name  # type: ignore[attr-defined]
    column.admin_order_field = field  # type: ignore[attr-defined]
    return column
