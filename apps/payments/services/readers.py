"""Card readers: registered at a store's place, removed, and how they are at the moment."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import structlog
from django_subatomic.db import durable, transaction, transaction_required

from apps.core import audit
from apps.core.reference import read_revision
from apps.core.types import system_actor
from apps.payments.bulkhead import stripe_slot
from apps.payments.errors import (
    CardsNotTaken,
    ReaderRegistrationRefused,
    ReaderUnknown,
    StripeSilent,
)
from apps.payments.gateway import calling, terminal
from apps.payments.models import Location, Reader
from apps.payments.selectors import find_location
from apps.payments.types import Refused
from apps.stores.selectors import get_store_profile

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON, Actor
    from apps.payments.reader_types import NewReader
    from apps.payments.types import Outcome, StripeReader
    from apps.stores.types import StoreProfile

COUNTRY = "US"
GONE = "resource_missing"

log = structlog.get_logger()


@durable
def register_reader(*, actor: Actor, new: NewReader, now: datetime) -> Reader:
    """Make a reader this store's, by the code that it shows. A store's first one makes its place.

    Whoever did not see the answer may ask again: the keys name what is asked for, so Stripe makes
    one of each.

    Raises:
        CardsNotTaken: no key of Stripe's is configured.
        ReaderRegistrationRefused: Stripe refused the code or the address, or there is no address
            for a store's first reader.
        StripeSilent: Stripe did not answer.
    """
    store = get_store_profile(store_id=new.store_id, revision=read_revision())
    location = find_location(store_id=store.id) or _make_location(store, new, now)
    asked: dict[str, JSON] = {
        "registration_code": new.registration_code,
        "label": new.label,
        "location": location.stripe_id,
        "metadata": {calling.STORE_NAME: store.code},
    }
    before = Reader.objects.filter(store=store.id).count()
    key = _key(f"reader:{store.code}:{before + 1}", asked)
    seen = _demand(terminal.register_reader(asked, key=key))
    with transaction():
        return _take_in(actor, store.id, seen, now)


@durable
def remove_reader(*, actor: Actor, reader_id: int, now: datetime) -> Reader:
    """Give a reader up, here and at Stripe. One that Stripe does not have any more is given up too.

    Raises:
        ReaderUnknown: there is no such reader, or it was removed before.
        StripeSilent: Stripe did not answer, or would not.
    """
    reader = Reader.objects.filter(pk=reader_id, removed_at__isnull=True).first()
    if reader is None:
        raise ReaderUnknown("There is no card reader of this id.", id=str(reader_id))
    outcome = terminal.remove_reader(reader.stripe_id)
    if not (isinstance(outcome, Refused) and outcome.code == GONE):
        calling.demand(outcome)
    with transaction():
        _give_up(actor, reader, now)
    return reader


@durable
def refresh_readers(*, now: datetime) -> int:
    """Write down how all readers are at Stripe; how many it shows.

    What was registered or removed at Stripe's own pages is taken in or given up here. A silent
    Stripe leaves everything as it was known lastly.
    """
    if not calling.takes_cards():
        return 0
    try:
        shown = {seen.id: seen for seen in calling.demand(terminal.list_readers())}
    except StripeSilent as silence:
        log.warning("readers_not_refreshed", reason=silence.detail)
        return 0
    stores = dict(Location.objects.values_list("stripe_id", "store"))
    with transaction():
        for _, seen in sorted(shown.items()):
            _note(seen, stores, now)
        lost = Reader.objects.select_for_update().filter(removed_at__isnull=True)
        for reader in lost.exclude(stripe_id__in=shown).order_by("pk"):
            _give_up(system_actor("stripe"), reader, now)
    return len(shown)


@durable
def make_connection_token(*, store_id: int) -> str:
    """A secret for an app that speaks to the readers of this store itself. It is kept nowhere.

    Raises:
        CardsNotTaken: no key of Stripe's is configured.
        CardsBusy: Stripe has not answered of late; nothing was tried.
        StripeSilent: Stripe did not answer.
    """
    if not calling.takes_cards():
        raise CardsNotTaken("No key of Stripe's is configured: take cash.")
    location = find_location(store_id=store_id)
    with stripe_slot():
        return calling.demand(
            terminal.create_connection_token(location.stripe_id if location else "")
        )


def _make_location(store: StoreProfile, new: NewReader, now: datetime) -> Location:
    if new.address is None:
        raise ReaderRegistrationRefused("The store's first reader needs the store's address.")
    address = new.address
    asked: dict[str, JSON] = {
        "display_name": store.name,
        "address": {
            "line1": address.line1,
            "city": address.city,
            "state": address.state,
            "postal_code": address.postal_code,
            "country": COUNTRY,
        },
        "metadata": {calling.STORE_NAME: store.code},
    }
    stripe_id = _demand(terminal.create_location(asked, key=_key(f"location:{store.code}", asked)))
    with transaction():
        made, _ = Location.objects.get_or_create(
            store_id=store.id, defaults={"stripe_id": stripe_id, "created_at": now}
        )
    return made


def _demand[T](outcome: Outcome[T]) -> T:
    """What an answer shows, or why Stripe will not.

    Raises:
        ReaderRegistrationRefused: in Stripe's own words.
        StripeSilent: there was no answer.
    """
    if isinstance(outcome, Refused):
        raise ReaderRegistrationRefused(
            f"Stripe says: {outcome.message} Look at the code that the reader shows, and register"
            " it again.",
            reason=outcome.code,
        )
    return calling.demand(outcome)


def _key(name: str, asked: dict[str, JSON]) -> str:
    """A key that the same wish has again, and another one has not."""
    digest = hashlib.sha256(repr(sorted(asked.items())).encode()).hexdigest()
    return f"{name}:{digest[:32]}"


@transaction_required
def _take_in(actor: Actor, store_id: int, seen: StripeReader, now: datetime) -> Reader:
    reader, is_new = Reader.objects.get_or_create(
        stripe_id=seen.id,
        defaults={
            "store_id": store_id,
            "label": seen.label[:80],
            "device_type": seen.device_type,
            "serial_number": seen.serial_number,
            "is_online": seen.is_online,
            "seen_at": now,
            "registered_at": now,
        },
    )
    if is_new:
        facts: dict[str, JSON] = {"store": store_id, "label": reader.label}
        audit.record(audit.AuditFact(now, actor, "reader.registered", f"reader:{seen.id}", facts))
    return reader


@transaction_required
def _give_up(actor: Actor, reader: Reader, now: datetime) -> None:
    mine = Reader.objects.filter(pk=reader.pk, removed_at__isnull=True)
    if mine.update(removed_at=now, is_online=False):
        fact = audit.AuditFact(now, actor, "reader.removed", f"reader:{reader.stripe_id}", {})
        audit.record(fact)


@transaction_required
def _note(seen: StripeReader, stores: dict[str, int], now: datetime) -> None:
    mine = Reader.objects.filter(stripe_id=seen.id)
    known = mine.filter(removed_at__isnull=True)
    if known.update(is_online=seen.is_online, label=seen.label[:80], seen_at=now):
        return
    if seen.location_id in stores and not mine.exists():
        _take_in(system_actor("stripe"), stores[seen.location_id], seen, now)
