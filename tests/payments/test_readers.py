"""Card readers: registered once, removed for good, and known as Stripe shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.core.models import AuditEntry
from apps.payments.errors import (
    CardsNotTaken,
    ReaderRegistrationRefused,
    ReaderUnknown,
    StripeSilent,
)
from apps.payments.models import Location, Reader
from apps.payments.services.readers import refresh_readers, register_reader, remove_reader
from apps.payments.tasks import refresh_readers as refresh_task
from sandbox.stripe.faults import Fault, Kind, When
from sandbox.stripe.terminal_fleet import set_reader_online
from tests.conftest import NOON
from tests.factories import MANAGER, make_store
from tests.payments.at_readers import MAIN_STREET, new_reader

if TYPE_CHECKING:
    from pytest_django import Settings

    from apps.stores.models import Store
    from sandbox.stripe.server import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
PLACES, READERS = "/v1/terminal/locations", "/v1/terminal/readers"
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def store(stripe: Simulator) -> Store:
    return make_store()


def register(store: Store, label: str = "Counter 1", code: str = "simulated-wpe") -> Reader:
    return register_reader(actor=MANAGER, new=new_reader(store.pk, label, code), now=NOON)


def at_stripe(stripe: Simulator, what: str) -> list[Any]:
    """All locations or readers that Stripe has, the newest first."""
    return list(getattr(stripe.client().v1.terminal, what).list({"limit": 100}).data)


def register_at_stripe(stripe: Simulator, label: str, place: str) -> str:
    """Register a reader without us, at a location if one is named; its id."""
    asked: Any = {"registration_code": "simulated-s700", "label": label}
    if place:
        asked["location"] = place
    return stripe.client().v1.terminal.readers.create(asked).id


def done() -> list[tuple[str, str]]:
    """What stands in the audit of readers: who, and what."""
    entries = AuditEntry.objects.filter(subject__startswith="reader:").order_by("pk")
    return list(entries.values_list("actor_name", "action"))


def test_a_reader_is_registered_at_its_store(stripe: Simulator, store: Store) -> None:
    reader = register(store, "Counter 1")
    (place,), (theirs,) = at_stripe(stripe, "locations"), at_stripe(stripe, "readers")
    assert (theirs.id, theirs.label, theirs.location) == (reader.stripe_id, "Counter 1", place.id)
    assert (place.display_name, place.address.city) == (store.name, "Fort Lauderdale")
    assert (reader.device_type, reader.is_online) == ("simulated_wisepos_e", True)
    assert done() == [("Maria", "reader.registered")]


def test_a_second_reader_stands_at_the_same_location(stripe: Simulator, store: Store) -> None:
    first, second = register(store, "Counter 1"), register(store, "Counter 2")
    assert first.stripe_id != second.stripe_id
    assert len({reader.location for reader in at_stripe(stripe, "readers")}) == 1
    assert Location.objects.count() == 1


@pytest.mark.parametrize("path", [PLACES, READERS])
@pytest.mark.parametrize("when", When)
def test_asking_again_after_a_silence_makes_one_of_each(
    stripe: Simulator, store: Store, path: str, when: When
) -> None:
    stripe.world.faults.add("POST", path, Fault(Kind.DROP, when))
    with pytest.raises(StripeSilent):
        register(store)
    reader = register(store)
    assert [theirs.id for theirs in at_stripe(stripe, "readers")] == [reader.stripe_id]
    assert len(at_stripe(stripe, "locations")) == 1


def test_a_wrong_code_is_refused_in_stripes_words(stripe: Simulator, store: Store) -> None:
    with pytest.raises(ReaderRegistrationRefused, match="registration code is not valid"):
        register(store, code="worn-out-wand")
    assert not Reader.objects.exists()
    assert done() == []


def test_an_address_that_stripe_refuses_is_mended_and_sent_again(
    stripe: Simulator, store: Store
) -> None:
    fault = Fault(Kind.ERROR, is_stored=True)
    stripe.world.faults.add("POST", PLACES, fault)
    with pytest.raises(StripeSilent):
        register(store)
    address = replace(MAIN_STREET, line1="1 Main Street, Unit 2")
    mended = replace(new_reader(store.pk), address=address)
    assert register_reader(actor=MANAGER, new=mended, now=NOON).is_online


def test_a_shop_without_a_key_registers_no_reader(store: Store, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CardsNotTaken):
        register(store)


def test_a_removed_reader_is_gone_here_and_there(stripe: Simulator, store: Store) -> None:
    reader = register(store)
    remove_reader(actor=MANAGER, reader_id=reader.pk, now=LATER)
    reader.refresh_from_db()
    assert (reader.removed_at, reader.is_online) == (LATER, False)
    assert at_stripe(stripe, "readers") == []
    assert done()[-1] == ("Maria", "reader.removed")


def test_a_reader_is_removed_once(stripe: Simulator, store: Store) -> None:
    reader = register(store)
    remove_reader(actor=MANAGER, reader_id=reader.pk, now=NOON)
    with pytest.raises(ReaderUnknown):
        remove_reader(actor=MANAGER, reader_id=reader.pk, now=NOON)


def test_a_reader_that_stripe_no_longer_has_can_be_removed(stripe: Simulator, store: Store) -> None:
    reader = register(store)
    stripe.client().v1.terminal.readers.delete(reader.stripe_id)
    remove_reader(actor=MANAGER, reader_id=reader.pk, now=NOON)
    assert Reader.objects.get().removed_at == NOON


def test_a_reader_whose_removal_was_not_answered_is_still_ours(
    stripe: Simulator, store: Store
) -> None:
    reader = register(store)
    stripe.world.faults.add("DELETE", "/v1/terminal/readers/*", Fault(Kind.DROP))
    with pytest.raises(StripeSilent):
        remove_reader(actor=MANAGER, reader_id=reader.pk, now=NOON)
    assert Reader.objects.get().removed_at is None


def test_a_reader_registered_again_after_its_removal_is_a_new_one(
    stripe: Simulator, store: Store
) -> None:
    first = register(store)
    remove_reader(actor=MANAGER, reader_id=first.pk, now=NOON)
    again = register(store)
    assert again.stripe_id != first.stripe_id
    assert [theirs.id for theirs in at_stripe(stripe, "readers")] == [again.stripe_id]


def test_a_reader_that_loses_its_plug_is_seen_offline(stripe: Simulator, store: Store) -> None:
    first, second = register(store, "Counter 1"), register(store, "Counter 2")
    set_reader_online(stripe.world, first.stripe_id, is_online=False)
    assert refresh_readers(now=LATER) == 2
    seen = Reader.objects.order_by("label").values_list("pk", "is_online", "seen_at")
    assert list(seen) == [(first.pk, False, LATER), (second.pk, True, LATER)]


def test_a_reader_removed_at_stripes_own_pages_is_given_up(stripe: Simulator, store: Store) -> None:
    reader = register(store)
    stripe.client().v1.terminal.readers.delete(reader.stripe_id)
    refresh_readers(now=LATER)
    reader.refresh_from_db()
    assert reader.removed_at == LATER
    assert done()[-1][1] == "reader.removed"


def test_a_reader_registered_at_stripes_own_pages_is_taken_in(
    stripe: Simulator, store: Store
) -> None:
    register(store)
    theirs = register_at_stripe(stripe, "Terrace", Location.objects.get().stripe_id)
    register_at_stripe(stripe, "Somebody else's", "")
    for _ in range(2):
        refresh_readers(now=LATER)
    taken = Reader.objects.get(label="Terrace")
    assert (taken.stripe_id, taken.store_id) == (theirs, store.pk)
    assert Reader.objects.count() == 2


def test_a_silent_stripe_leaves_the_readers_as_they_were(stripe: Simulator, store: Store) -> None:
    reader = register(store)
    stripe.world.faults.add("GET", READERS, Fault(Kind.DROP))
    assert refresh_readers(now=LATER) == 0
    reader.refresh_from_db()
    assert (reader.is_online, reader.removed_at, reader.seen_at) == (True, None, NOON)


def test_the_schedule_sees_to_the_readers(stripe: Simulator, store: Store) -> None:
    register(store)
    assert refresh_task() == 1


def test_a_shop_without_a_key_has_no_readers_to_see(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    assert refresh_task() == 0
