"""Reads across all apps, for the people who run the shops. Nothing here writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Count, F, Q, Sum, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, ExtractHour

from apps.core.clock import business_date, instant_at
from apps.core.models import AuditEntry
from apps.core.types import ActorKind
from apps.orders.models import BlindReturn, Order, OrderLine, Return
from apps.orders.types import OrderStatus
from apps.payments.models import Payment, Tender
from apps.payments.types import PaymentStatus, TenderKind
from apps.payments.wording import is_decline
from apps.reports.types import (
    BestSeller,
    CardTroubles,
    CashierExceptions,
    DayFigures,
    StoreDay,
    Takings,
)
from apps.stores.models import Store, Terminal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

HOURS = range(24)
MINUTES_AN_HOUR = 60
_NET = F("subtotal_cents") - F("discount_cents")  # of an order, before tax and tips
_NET_OF_RETURN = F("total_cents") - F("tax_cents")


def list_store_days(*, store_id: int | None, now: datetime) -> list[StoreDay]:
    """The business day that each active store is in, or the one store's."""
    stores = Store.objects.filter(is_active=True).order_by("code")
    if store_id is not None:
        stores = stores.filter(pk=store_id)
    return [
        StoreDay(
            store.pk,
            store.name,
            store.timezone,
            business_date(now, zone=ZoneInfo(store.timezone), day_end_hour=store.day_end_hour),
            store.day_end_hour,
        )
        for store in stores
    ]


def week_before(days: Sequence[StoreDay]) -> list[StoreDay]:
    """The same weekday a week ago."""
    week = timedelta(days=7)
    return [replace(day, day=day.day - week) for day in days]


def get_day_figures(days: Sequence[StoreDay]) -> DayFigures:
    """The sums of these days; what was given back lessens the day of the return."""
    sold = Q(status=OrderStatus.COMPLETED)
    orders = Order.objects.filter(_on(days)).aggregate(
        count=Count("pk", filter=sold),
        sales=Sum(_NET, filter=sold),
        tax=Sum(F("state_tax_cents") + F("surtax_cents"), filter=sold),
        voids=Count("pk", filter=Q(status=OrderStatus.VOIDED)),
    )
    lines = _lines_on(days).aggregate(units=Sum(F("quantity") * F("pack_size")))
    backs = [
        table.objects.filter(_on(days)).aggregate(sales=Sum(_NET_OF_RETURN), tax=Sum("tax_cents"))
        for table in (Return, BlindReturn)
    ]
    return DayFigures(
        orders=orders["count"],
        sales_cents=(orders["sales"] or 0) - sum(back["sales"] or 0 for back in backs),
        tax_cents=(orders["tax"] or 0) - sum(back["tax"] or 0 for back in backs),
        units=lines["units"] or 0,
        voids=orders["voids"],
    )


def list_takings_by_hour(days: Sequence[StoreDay]) -> list[Takings]:
    """What was taken for the sales of each hour on the stores' walls, voids left out."""
    card, cash = [0] * len(HOURS), [0] * len(HOURS)
    piles: dict[str, list[int]] = {TenderKind.CARD: card, TenderKind.CASH: cash}
    for zone in sorted({day.timezone for day in days}):
        sold = Order.objects.filter(
            _on([day for day in days if day.timezone == zone]), status=OrderStatus.COMPLETED
        )
        hour = ExtractHour("placed_at", tzinfo=ZoneInfo(zone))
        for row in sold.annotate(hour=hour).values("hour").annotate(change=Sum("change_cents")):
            cash[row["hour"]] -= row["change"]
        hour = ExtractHour("order__placed_at", tzinfo=ZoneInfo(zone))
        taken = Tender.objects.filter(order__in=sold).annotate(hour=hour).values("hour", "kind")
        for tender in taken.annotate(taken=Sum("amount_cents")):
            if tender["kind"] in piles:  # a gift card's money came in when it was sold
                piles[tender["kind"]][tender["hour"]] += tender["taken"]
    return [Takings(*pair) for pair in zip(cash, card, strict=True)]


def get_card_troubles(days: Sequence[StoreDay]) -> CardTroubles:
    """How the card payments begun on these days fared."""
    by_end = Payment.objects.filter(_begun_on(days)).values("status", "decline_code")
    rows = list(by_end.annotate(count=Count("pk")).order_by("-count", "decline_code"))
    failed = PaymentStatus.FAILED.value
    reasons = tuple((row["decline_code"], row["count"]) for row in rows if row["status"] == failed)
    declined = sum(count for code, count in reasons if is_decline(code))
    return CardTroubles(
        tried=sum(row["count"] for row in rows),
        declined=declined,
        failed=sum(count for _, count in reasons) - declined,
        unknown=sum(row["count"] for row in rows if row["status"] == PaymentStatus.UNKNOWN),
        reasons=reasons,
    )


def list_sales_by_store(days: Sequence[StoreDay]) -> list[tuple[str, int]]:
    """Each store's name with its cents of the day before tax and after returns, most first."""
    sold = Order.objects.filter(_on(days), status=OrderStatus.COMPLETED).values("store")
    sums = Counter(dict(sold.annotate(sales=Sum(_NET)).values_list("store", "sales")))
    back = Return.objects.filter(_on(days)).values("store")
    sums.subtract(dict(back.annotate(sales=Sum(_NET_OF_RETURN)).values_list("store", "sales")))
    blind = BlindReturn.objects.filter(_on(days)).values("store")
    sums.subtract(dict(blind.annotate(sales=Sum(_NET_OF_RETURN)).values_list("store", "sales")))
    named = [(day.name, sums[day.store_id]) for day in days]
    return sorted(named, key=lambda entry: -entry[1])


def list_best_sellers(days: Sequence[StoreDay], *, count: int) -> list[BestSeller]:
    """The products that brought most on these days, before tax, by the names they have now."""
    rows = (
        _lines_on(days)
        .values("product_id", "product__name")
        .annotate(
            units=Sum(F("quantity") * F("pack_size")),
            sales=Sum(F("total_cents") - F("tax_cents")),
        )
        .order_by("-sales", "product_id")[:count]
    )
    return [BestSeller(r["product_id"], r["product__name"], r["units"], r["sales"]) for r in rows]


def list_exceptions(
    *, actions: Collection[str], store_id: int | None, since: datetime, now: datetime
) -> list[CashierExceptions]:
    """Who did how much of what is out of the ordinary since then, most per sale first.

    Somebody who sold and did nothing of the kind is there too, for comparison.
    """
    tills = Terminal.objects.all() if store_id is None else Terminal.objects.filter(store=store_id)
    chains = [f"terminal:{pk}" for pk in tills.values_list("pk", flat=True)]
    sales = Order.objects.filter(terminal__in=tills, placed_at__gte=since, placed_at__lte=now)
    sold = {
        str(row["cashier"]): (row["cashier__name"], row["count"])
        for row in sales.values("cashier", "cashier__name").annotate(count=Count("pk"))
    }
    done: dict[str, dict[str, tuple[int, int]]] = {}
    names = {pk: name for pk, (name, _) in sold.items()}
    entries = AuditEntry.objects.filter(
        actor_kind=ActorKind.STAFF, action__in=actions, chain__in=chains, at__gte=since, at__lte=now
    )
    worth = Coalesce(KT("facts__total_cents"), KT("facts__amount_cents"), Value("0"))
    rows = entries.values("actor_id", "actor_name", "action").annotate(
        count=Count("pk"), cents=Sum(Cast(worth, BigIntegerField()))
    )
    for row in rows:
        done.setdefault(row["actor_id"], {})[row["action"]] = (row["count"], row["cents"])
        names.setdefault(row["actor_id"], row["actor_name"])
    people = [
        CashierExceptions(
            name,
            sales=sold.get(pk, ("", 0))[1],
            counts={action: count for action, (count, _) in done.get(pk, {}).items()},
            amount_cents=sum(cents for _, cents in done.get(pk, {}).values()),
        )
        for pk, name in names.items()
    ]
    return sorted(people, key=lambda person: (-person.per_hundred, person.name))


def list_deeds(
    *, actions: Collection[str], since: datetime, now: datetime
) -> dict[str, dict[str, int]]:
    """How often each person, at a till, in the office or at a shell, did what since then."""
    entries = AuditEntry.objects.filter(action__in=actions, at__gte=since, at__lte=now)
    people: dict[str, dict[str, int]] = {}
    rows = entries.values("actor_name", "action").annotate(count=Count("pk"))
    for row in rows.order_by("actor_name", "action"):
        people.setdefault(row["actor_name"], {})[row["action"]] = row["count"]
    return people


def _lines_on(days: Sequence[StoreDay]) -> QuerySet[OrderLine]:
    orders = Order.objects.filter(_on(days), status=OrderStatus.COMPLETED)
    return OrderLine.objects.filter(order__in=orders)


def _on(days: Sequence[StoreDay]) -> Q:
    """Orders or returns of these stores on these business dates."""
    wanted = Q(pk__in=[])
    for day in days:
        wanted |= Q(store=day.store_id, business_date=day.day)
    return wanted


def _begun_on(days: Sequence[StoreDay]) -> Q:
    """Card payments that were begun in these stores between the ends of two business days."""
    wanted = Q(pk__in=[])
    for day in days:
        zone, ends = ZoneInfo(day.timezone), day.day_end_hour * MINUTES_AN_HOUR
        since = instant_at(day.day, ends, zone=zone)
        until = instant_at(day.day + timedelta(days=1), ends, zone=zone)
        wanted |= Q(store=day.store_id, created_at__gte=since, created_at__lt=until)
    return wanted
