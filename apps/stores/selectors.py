"""Reads of stores: the till behind a token, the profile of a store."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from apps.core.reference import ReferenceCache, read_revision
from apps.core.sql import Batch
from apps.stores.errors import ApprovalUnknown
from apps.stores.models import Approval, RoleLimit, Staff, Store, TaxRate, TaxTreatment, Terminal
from apps.stores.rules import DEFAULT_LIMITS, STATE_WEEK
from apps.stores.types import (
    Clerk,
    Hours,
    Licence,
    LicenceKind,
    Limits,
    OutletKind,
    PairedTerminal,
    Register,
    Role,
    SellingCalendar,
    StoreDays,
    StoreProfile,
    TaxClass,
    TaxRates,
    Till,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime
    from uuid import UUID

SESSION_IDLE = timedelta(minutes=30)
TOUCH_EVERY = timedelta(minutes=1)
NO_SESSION = 0

_profiles: ReferenceCache[int, StoreProfile] = ReferenceCache()
_limits: ReferenceCache[Role, Limits] = ReferenceCache()

_TILL = (
    "SELECT session.id, terminal.id, terminal.number, terminal.name, terminal.store_id,"
    " clerk.id, clerk.code, clerk.name, clerk.role, session.last_seen_at < %s,"
    " COALESCE((SELECT value FROM core_revision WHERE id = 1), 0)"
    " FROM stores_tillsession AS session"
    " JOIN stores_terminal AS terminal ON terminal.id = session.terminal_id"
    " JOIN stores_store AS store ON store.id = terminal.store_id AND store.is_active"
    " JOIN stores_staff AS clerk ON clerk.id = session.staff_id"
    " JOIN stores_staff_stores AS works ON works.staff_id = clerk.id AND works.store_id = store.id"
    " WHERE session.token_hash = %s AND session.ended_at IS NULL"
    " AND session.expires_at > %s AND session.last_seen_at > %s"
    " AND terminal.revoked_at IS NULL AND clerk.is_active"
)


def hash_token(token: str) -> str:
    """What is stored of a token. Tokens are 256 random bits, so they need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_till(*, token: str, now: datetime) -> Till | None:
    """The cashier, terminal and store behind a session token that is good at `now`, or None.

    One statement. It also brings the revision of reference data, so whatever a till reads from a
    cache next is as fresh as the database.
    """
    batch = Batch()
    found = batch.add(_TILL, [now - TOUCH_EVERY, hash_token(token), now, now - SESSION_IDLE])
    batch.run()
    row = found.one()
    if row is None:
        return None
    (session, terminal, number, name, store, clerk, code, clerk_name, role, is_due, revision) = row
    return Till(
        session_id=session,
        register=Register(terminal, number, name),
        clerk=Clerk(clerk, code, clerk_name, Role(role)),
        store=get_store_profile(store_id=store, revision=revision),
        revision=revision,
        is_due_a_touch=bool(is_due),
    )


def find_office_till(*, terminal_id: int, user_id: int) -> Till | None:
    """A terminal with the member of staff at it whose account this is, though nobody logged in.

    For what the back office does in the place of a till that is broken or gone; None where the
    account is nobody's.
    """
    clerk = Staff.objects.filter(user=user_id, is_active=True).first()
    if clerk is None:
        return None
    terminal, revision = Terminal.objects.get(pk=terminal_id), read_revision()
    return Till(
        session_id=NO_SESSION,
        register=Register(terminal.pk, terminal.number, terminal.name),
        clerk=Clerk(clerk.pk, clerk.code, clerk.name, Role(clerk.role)),
        store=get_store_profile(store_id=terminal.store_id, revision=revision),
        revision=revision,
        is_due_a_touch=False,
    )


def find_paired_terminal(*, token: str) -> PairedTerminal | None:
    """The terminal behind its own token, or None where it is unknown or revoked."""
    terminal = Terminal.objects.filter(
        token_hash=hash_token(token), revoked_at__isnull=True, store__is_active=True
    ).first()
    if terminal is None:
        return None
    return PairedTerminal(
        register=Register(terminal.pk, terminal.number, terminal.name),
        store=get_store_profile(store_id=terminal.store_id, revision=read_revision()),
    )


def get_store_profile(*, store_id: int, revision: int) -> StoreProfile:
    """All a sale needs to know of its store, from the cache where `revision` is known."""
    known = _profiles.entries(revision).get(store_id)
    if known is None:
        known = _load_profile(store_id)
        _profiles.add(revision, {store_id: known})
    return known


def get_limits(*, role: Role, revision: int) -> Limits:
    """What a role may do alone, from the cache where `revision` is known."""
    known = _limits.entries(revision)
    if role not in known:
        rows = {
            Role(row.role): Limits(
                row.discount_percent,
                row.refund_cents,
                row.void_cents,
                row.may_open_drawer,
                row.blind_refund_cents,
                row.pay_out_cents,
            )
            for row in RoleLimit.objects.all()
        }
        _limits.add(revision, {**DEFAULT_LIMITS, **rows})
        return rows.get(role, DEFAULT_LIMITS[role])
    return known[role]


def get_approval(*, till: Till, approval_id: UUID) -> Approval:
    """What this cashier has asked for.

    Raises:
        ApprovalUnknown: they have asked for no such thing.
    """
    asked = Approval.objects.select_related("approver").filter(cashier=till.clerk.id)
    approval = asked.filter(pk=approval_id, store=till.store.id).first()
    if approval is None:
        raise ApprovalUnknown("Nothing was asked for under this id.", id=str(approval_id))
    return approval


def status_of_approval(approval: Approval, *, now: datetime) -> str:
    """In a word: waiting, approved, denied, used or expired."""
    if approval.used_at:
        return "used"
    if approval.is_denied:
        return "denied"
    if approval.expires_at <= now:
        return "expired"
    return "approved" if approval.decided_at else "waiting"


def count_approvals_waiting(*, now: datetime) -> int:
    """How many things tills wait for in the back office; 99 stands for that many and more."""
    waiting = Approval.objects.filter(decided_at__isnull=True, expires_at__gt=now)
    return len(waiting.values_list("pk")[:99])


def list_profiles() -> list[StoreProfile]:
    """Every active store with all that is known of it, by code."""
    revision = read_revision()
    return [get_store_profile(store_id=pk, revision=revision) for pk in list_store_names()]


def list_store_days() -> list[StoreDays]:
    """Every active store with the days it books on, by code, in one statement."""
    stores = Store.objects.filter(is_active=True).order_by("code")
    return [
        StoreDays(pk, name, ZoneInfo(zone), day_end_hour)
        for pk, name, zone, day_end_hour in stores.values_list(
            "pk", "name", "timezone", "day_end_hour"
        )
    ]


def find_store_id(*, code: str) -> int | None:
    """The store of that code, or None."""
    return Store.objects.filter(code=code).values_list("pk", flat=True).first()


def list_store_names() -> dict[int, str]:
    """The names of all active stores by their ids, in the order of their codes."""
    stores = Store.objects.filter(is_active=True).order_by("code")
    return dict(stores.values_list("pk", "name"))


def list_store_codes(*, store_ids: Collection[int]) -> dict[int, str]:
    """The codes of these stores by their ids, in one statement."""
    return dict(Store.objects.filter(pk__in=store_ids).values_list("pk", "code"))


def list_registers(*, store_code: str) -> list[tuple[int, Register]]:
    """The tills of a store with its id, by number."""
    terminals = Terminal.objects.filter(store__code=store_code).order_by("number")
    return [(t.store_id, Register(t.pk, t.number, t.name)) for t in terminals]


def list_clerks(*, store_code: str) -> list[Clerk]:
    """Who works at the tills of a store, by code."""
    people = Staff.objects.filter(stores__code=store_code, is_active=True).order_by("code")
    return [Clerk(p.pk, p.code, p.name, Role(p.role)) for p in people]


def forget_profiles() -> None:
    """Empty the cache, for tests that roll the database back."""
    _profiles.clear()
    _limits.clear()


def _load_profile(store_id: int) -> StoreProfile:
    rates = TaxRate.objects.order_by("effective_from")
    store = (
        Store.objects.select_related("jurisdiction")
        .prefetch_related(
            Prefetch("jurisdiction__rates", queryset=rates),
            "licences",
            "selling_hours",
            "hours_exceptions",
        )
        .get(pk=store_id)
    )
    kind = OutletKind(store.outlet_kind)
    return StoreProfile(
        id=store.pk,
        code=store.code,
        name=store.name,
        address=store.address,
        phone=store.phone,
        receipt_footer=store.receipt_footer,
        county=store.jurisdiction.name,
        timezone=store.timezone,
        zone=ZoneInfo(store.timezone),
        currency=store.currency,
        day_end_hour=store.day_end_hour,
        outlet_kind=kind,
        price_in_barcode_digits=store.price_in_barcode_digits,
        alcohol_floor_percent=store.alcohol_floor_percent,
        licences=tuple(
            Licence(LicenceKind(held.kind), held.number, held.valid_from, held.valid_until)
            for held in store.licences.all()
        ),
        tax_rates=tuple(
            TaxRates(rate.effective_from, rate.state_rate, rate.surtax_rate, rate.surtax_cap_cents)
            for rate in store.jurisdiction.rates.all()
        ),
        taxable=_taxable_in(kind),
        calendar=_calendar_of(store),
        recount_over_cents=store.recount_over_cents,
        rounds_cash=store.rounds_cash,
        receipt_columns=store.receipt_columns,
    )


def _taxable_in(kind: OutletKind) -> dict[TaxClass, tuple[tuple[date, bool], ...]]:
    treatments: dict[TaxClass, tuple[tuple[date, bool], ...]] = {}
    for treatment in TaxTreatment.objects.filter(outlet_kind=kind).order_by("effective_from"):
        tax_class = TaxClass(treatment.tax_class)
        entry = (treatment.effective_from, treatment.is_taxable)
        treatments[tax_class] = (*treatments.get(tax_class, ()), entry)
    return treatments


def _calendar_of(store: Store) -> SellingCalendar:
    weekly: dict[int, tuple[Hours, ...]] = {}
    for span in store.selling_hours.all():
        hours = Hours(span.opens_minute, span.closes_minute)
        weekly[span.weekday] = (*weekly.get(span.weekday, ()), hours)
    exceptions = {
        exception.date: tuple(_span_of(exception.opens_minute, exception.closes_minute))
        for exception in store.hours_exceptions.all()
    }
    return SellingCalendar(weekly=weekly or STATE_WEEK, exceptions=exceptions)


def _span_of(opens: int | None, closes: int | None) -> Iterable[Hours]:
    if opens is not None and closes is not None:
        yield Hours(opens, closes)
