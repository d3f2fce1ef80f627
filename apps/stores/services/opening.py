"""Opening a store: the premises with licence and hours, its tills, its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.reference import bump_revision
from apps.stores.models import Licence, SellingHours, Staff, Store, TaxJurisdiction, Terminal
from apps.stores.services.staff import check_pin

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON, Actor
    from apps.stores.types import NewStaff, NewStore, NewTerminal


@transaction_required
def open_store(*, actor: Actor, new: NewStore, now: datetime) -> int:
    """A new store with its licence and selling hours; its id.

    Raises:
        TaxJurisdiction.DoesNotExist: the county is not on file; load Florida's tables first.
    """
    store = Store.objects.create(
        code=new.code,
        name=new.name,
        address=new.address,
        phone=new.phone,
        receipt_footer=new.receipt_footer,
        jurisdiction=TaxJurisdiction.objects.get(name=new.county),
        timezone=new.timezone,
        recount_over_cents=new.recount_over_cents,
        outlet_kind=new.outlet_kind,
    )
    if held := new.licence:
        Licence.objects.create(
            store=store,
            kind=held.kind,
            number=held.number,
            valid_from=held.valid_from,
            valid_until=held.valid_until,
        )
    SellingHours.objects.bulk_create(
        SellingHours(
            store=store,
            weekday=weekday,
            opens_minute=span.opens_minute,
            closes_minute=span.closes_minute,
            ordinance=new.ordinance,
        )
        for weekday, spans in new.week.items()
        for span in spans
    )
    _note(actor, "store.opened", f"store:{store.pk}", {"code": new.code}, now)
    bump_revision()
    return store.pk


@transaction_required
def add_terminal(*, actor: Actor, new: NewTerminal, now: datetime) -> int:
    """A new till, not paired yet; its id."""
    terminal = Terminal.objects.create(store_id=new.store_id, number=new.number, name=new.name)
    facts: dict[str, JSON] = {"store": new.store_id, "number": new.number}
    _note(actor, "terminal.added", f"terminal:{terminal.pk}", facts, now)
    return terminal.pk


@transaction_required
def hire_staff(*, actor: Actor, new: NewStaff, now: datetime) -> int:
    """Somebody new at the tills; their id.

    Raises:
        PinTooSimple: the PIN is one that a stranger would try first.
    """
    check_pin(new.pin)
    staff = Staff.objects.create(
        code=new.code, name=new.name, role=new.role, pin_hash=make_password(new.pin)
    )
    staff.stores.set(new.store_ids)
    _note(actor, "staff.hired", f"staff:{staff.pk}", {"role": new.role.value}, now)
    return staff.pk


def _note(actor: Actor, action: str, subject: str, facts: dict[str, JSON], now: datetime) -> None:
    audit.record(audit.AuditFact(now, actor, action, subject, facts))
