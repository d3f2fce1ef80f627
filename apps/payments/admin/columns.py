"""What the books of money have in common: moments to the second, and the colours of states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.money import format_cents
from apps.payments.models import Tender

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

_GOOD = ("Captured", "Succeeded", "Done", "Answered", "Paid", "Won", "Warning closed", "Prevented")
_OPEN = ("Pending", "Processing", "Authorized", "Sent", "Waiting", "In transit")
_ASKED = ("Needs response", "Warning needs response", "Appeal needs response")
_REVIEWED = ("Under review", "Warning under review", "Appeal under review")
_BAD = ("Unknown", "Failed", "Unmatched", "Unanswered", "Refused", "Lost", "open")
COLOURS = {
    **dict.fromkeys(_GOOD, "success"),
    **dict.fromkeys((*_OPEN, *_REVIEWED), "warning"),
    **dict.fromkeys((*_BAD, *_ASKED), "danger"),
    **dict.fromkeys(("Partially refunded", "Refunded"), "info"),
}
# The number of the order that a row's payment was made for; none where it was not placed.
ORDER_NUMBER = Subquery(
    Tender.objects.filter(order=OuterRef("payment__order_id"))
    .order_by("pk")
    .values("order__number")[:1]
)


def clock_time(at: datetime) -> str:
    """A moment in the office's time zone, to the second; a narrow column breaks before the time."""
    day, hour = f"{timezone.localtime(at):%b %-d, %Y|%H:%M:%S}".split("|")
    return f"{day.replace(' ', '\N{NO-BREAK SPACE}')} {hour}"


def moment(field: str, title: str = "") -> Callable[[Model], str]:
    """A column that shows when something was, to the second."""

    def column(row: Model) -> str:
        at = getattr(row, field)
        return clock_time(at) if at else ""

    column.short_description = title or field.replace("_", " ").capitalize()  # type: ignore[attr-defined]
    column.admin_order_field = field  # type: ignore[attr-defined]
    return column


def state_of(field: str, title: str = "State") -> Callable[[Any, Model], str]:
    """A method that shows a choice as a coloured label."""

    @display(description=title, label=COLOURS)
    def state(page: Any, row: Model) -> str:
        return str(getattr(row, f"get_{field}_display")())

    return state


@display(description="Payment")
def its_payment(row: Any) -> str:
    """A column that leads to the payment a row is about."""
    if row.payment_id is None:
        return ""
    address = reverse("admin:payments_payment_change", args=[row.payment_id])
    return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, short(row.payment_id))


@display(description="Order")
def its_order(row: Any) -> str:
    """A column that leads to the order of a row's payment; the row bears `ORDER_NUMBER`."""
    if not row.order_number:
        return ""
    address = reverse("admin:orders_order_change", args=[row.payment.order_id])
    return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, row.order_number)


@display(description="Order")
def order_link(row: Any) -> str:
    """A column that leads to a row's own order, which should have been selected with it."""
    if row.order is None:
        return ""
    address = reverse("admin:orders_order_change", args=[row.order_id])
    return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, row.order)


def say_variance(at_close: int | None, now: int | None) -> str:
    """What a drawer was off by when it was counted, and what late sales have made of it."""
    if at_close is None or not (at_close or now):
        return ""
    text = format_cents(at_close)
    if (now or 0) == at_close:
        return text
    left = "{} <small class='tillhouse-later'>with late sales {}</small>"
    return format_html(left, text, format_cents(now or 0))


def short(key: object) -> str:
    """The beginning of an id, enough to tell it from its neighbours."""
    return str(key)[:8]


class MoneyBook(ReadOnlyAdmin):
    """A book whose every moment is shown to the second, in its list and on its pages.

    It is searched by whole ids: `search_keys` says which lookup an id is meant for by how it
    begins, so that an index finds it.
    """

    search_keys: ClassVar[Mapping[str, str]] = {}

    def get_search_fields(self, request: HttpRequest) -> Any:
        return super().get_search_fields(request) or tuple(self.search_keys.values())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not (term and self.search_keys):
            return queryset, False
        lookups = (lookup for start, lookup in self.search_keys.items() if term.startswith(start))
        lookup = next(lookups, None)
        return (queryset.filter(**{lookup: term}) if lookup else queryset.none()), False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        names = super().get_fields(request, obj)
        if obj is None:
            return names
        return [moment(n) if isinstance(n, str) and n.endswith("_at") else n for n in names]
