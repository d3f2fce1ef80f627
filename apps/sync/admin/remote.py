"""Other stores: what they sold, took back and counted. Each row says which installation told us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from unfold.contrib.filters.admin import RangeDateFilter, RangeDateTimeFilter
from unfold.decorators import display

from apps.catalog.selectors import list_names_by_sku, list_skus_named
from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.core.admin.filters import LatelyFilter
from apps.core.admin.keyset import KeysetChangeList
from apps.sync.admin.columns import its_source, moment
from apps.sync.admin.papers import find_reader
from apps.sync.admin.received import FactBook
from apps.sync.inbox import list_received_about
from apps.sync.models import (
    ReceivedFact,
    RemotePayment,
    RemoteReturn,
    RemoteSale,
    RemoteShift,
    RemoteStock,
)
from apps.sync.models.remote import RETURNS, VOIDS

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_NAMED_MOST = 500
_SOURCE_AND_STORE = ("peer", ("store", LatelyFilter))


class PaperBook(FactBook):
    """Papers of other stores. They are read here, and changed where they were written."""

    list_before_template = "sync/admin/remote_list.html"
    change_form_after_template = "sync/admin/remote.html"
    list_filter_submit = True
    search_fields: Any = ("number",)  # see `get_search_results`

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (queryset.filter(number=term) if term else queryset), False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        fact: ReceivedFact = context["original"]
        payload = fact.payload if isinstance(fact.payload, dict) else {}
        read = find_reader(fact.type)
        paper = read(payload) if read else None
        context |= {"paper": paper, "related": list_related(fact)}
        return super().render_change_form(request, context, *args, **kwargs)


def list_related(fact: ReceivedFact) -> list[tuple[str, ReceivedFact]]:
    """What else its store has told of the same thing: a void, or goods taken back."""
    told = list_received_about(peer_id=fact.peer_id, aggregate=fact.aggregate)
    pages = {
        "order.completed": "sync_remotesale_change",
        **dict.fromkeys(RETURNS, "sync_remotereturn_change"),
        **dict.fromkeys(("payment.captured", "payment.refunded"), "sync_remotepayment_change"),
    }
    return [
        (pages.get(each.type, "sync_receivedfact_change"), each)
        for each in told.exclude(pk=fact.pk)
    ]


@admin.register(RemoteSale)
class RemoteSaleAdmin(PaperBook):
    """Sales of other stores, the last to arrive first."""

    list_display = (
        "number",
        its_source,
        "store",
        dollars("amount_cents", "Total"),
        "standing",
        "business_date",
        moment("occurred_at", "Sold at"),
    )
    list_filter = (*_SOURCE_AND_STORE, ("business_date", RangeDateFilter))
    search_help_text = "The number on the receipt, whole."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        voids = ReceivedFact.objects.filter(
            peer=OuterRef("peer"), aggregate=OuterRef("aggregate"), type__in=VOIDS, state="ACCEPTED"
        )
        return super().get_queryset(request).annotate(is_voided=Exists(voids))

    @display(description="State", label={"completed": "success", "voided": "danger"})
    def standing(self, sale: Any) -> str:
        return "voided" if sale.is_voided else "completed"


@admin.register(RemoteReturn)
class RemoteReturnAdmin(PaperBook):
    """Returns of other stores, the last to arrive first."""

    list_display = (
        "of",
        its_source,
        "store",
        dollars("amount_cents", "Given back"),
        "business_date",
        moment("occurred_at", "Taken back at"),
    )
    list_filter = (*_SOURCE_AND_STORE, ("business_date", RangeDateFilter))
    search_help_text = "The number on the receipt, whole."

    @display(description="Of the sale")
    def of(self, fact: ReceivedFact) -> str:
        return fact.number or "without receipt"


@admin.register(RemotePayment)
class RemotePaymentAdmin(PaperBook):
    """Card payments of other stores, the last to arrive first."""

    list_display = (
        moment("occurred_at", "At"),
        its_source,
        "store",
        "what",
        dollars("amount_cents", "Amount"),
    )
    list_filter = (*_SOURCE_AND_STORE, ("type", LatelyFilter), ("occurred_at", RangeDateTimeFilter))
    search_fields = ()

    @display(description="What", label={"taken": "success", "sent back": "warning"})
    def what(self, fact: ReceivedFact) -> str:
        return "taken" if fact.type == "payment.captured" else "sent back"


@admin.register(RemoteShift)
class RemoteShiftAdmin(PaperBook):
    """Drawers that other stores have counted, the last to arrive first."""

    list_display = (
        "z",
        its_source,
        "store",
        dollars("amount_cents", "Net"),
        "business_date",
        moment("occurred_at", "Closed at"),
    )
    list_filter = (*_SOURCE_AND_STORE, ("business_date", RangeDateFilter))
    search_fields = ()

    @display(description="Z report")
    def z(self, fact: ReceivedFact) -> str:
        late = "late, to " if fact.type == "shift.amended" else ""
        return f"{late}Z {fact.number}".strip()


class NamedChangeList(KeysetChangeList):
    """The names of a page's products, looked up at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names = list_names_by_sku(skus={row.sku for row in self.result_list})  # type: ignore[attr-defined]
        for row in self.result_list:
            row.product_name = names.get(row.sku, "")  # type: ignore[attr-defined]


@admin.register(RemoteStock)
class RemoteStockAdmin(ReadOnlyAdmin):
    """What other stores have on their shelves, as their facts add up; the last change first."""

    keyset = ("changed_at", "pk")
    list_display = (
        "sku",
        "product",
        its_source,
        "store",
        "left",
        moment("changed_at", "Changed"),
    )
    list_select_related = ("peer",)
    list_filter = (*_SOURCE_AND_STORE,)
    search_fields = ("sku",)  # see `get_search_results`
    search_help_text = "A SKU, whole, or part of the name of a product that is known here."
    list_before_template = "sync/admin/remote_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return NamedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[RemoteStock]:
        return super().get_queryset(request).defer("peer__secret", "peer__second_secret")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        named = list_skus_named(search=term, most=_NAMED_MOST)
        return queryset.filter(sku__in=[term, *named]), False

    @display(description="Product")
    def product(self, row: Any) -> str:
        return row.product_name or "not known here"

    @display(description="On hand", label={"short": "danger", "enough": ""})
    def left(self, row: RemoteStock) -> tuple[str, str]:
        return "short" if row.on_hand < 0 else "enough", f"{row.on_hand:,}"
