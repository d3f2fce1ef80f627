"""Locations, readers, configurations and connection tokens are registered, listed and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe as sdk

from sandbox.stripe.terminal_fleet import set_reader_online
from tests.sandbox.stripe.counter import ADDRESS, Counter, open_counter
from tests.sandbox.stripe.paying import code_of, refused

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till


@pytest.fixture
def counter(stripe: Simulator, till: Till) -> Counter:
    return open_counter(stripe, till)


def test_a_reader_is_registered_at_its_location(counter: Counter) -> None:
    reader = counter.reader()
    assert (reader.device_type, reader.label) == ("simulated_wisepos_e", "Till 1")
    assert (reader.status, reader.location) == ("online", counter.location.id)


def test_readers_are_found_by_location_and_status(counter: Counter) -> None:
    terminal = counter.till.client.v1.terminal
    other = terminal.locations.create({"display_name": "Pier", "address": ADDRESS})
    terminal.readers.create({"registration_code": "simulated-s700", "location": other.id})
    set_reader_online(counter.simulator.world, counter.reader_id, is_online=False)
    by_location = counter.readers.list({"location": counter.location.id}).data
    offline = counter.readers.list({"status": "offline"}).data
    assert [reader.id for reader in by_location] == [counter.reader_id]
    assert [reader.id for reader in offline] == [counter.reader_id]


def test_a_code_that_no_reader_shows_is_refused(counter: Counter) -> None:
    error = refused(
        sdk.InvalidRequestError,
        lambda: counter.readers.create({"registration_code": "hopeful-red-panda"}),
    )
    assert error.param == "registration_code"


def test_a_reader_at_a_place_that_is_not_there_is_refused(counter: Counter) -> None:
    error = refused(
        sdk.InvalidRequestError,
        lambda: counter.readers.create(
            {"registration_code": "simulated-wpe", "location": "tml_nowhere"}
        ),
    )
    assert (code_of(error), error.param) == ("resource_missing", "location")


def test_a_deleted_reader_is_gone(counter: Counter) -> None:
    assert counter.readers.delete(counter.reader_id).deleted is True
    error = refused(sdk.InvalidRequestError, counter.reader)
    assert code_of(error) == "resource_missing"


def test_a_location_is_renamed_and_takes_its_readers_with_it(counter: Counter) -> None:
    locations = counter.till.client.v1.terminal.locations
    renamed = locations.update(counter.location.id, {"display_name": "Pier"})
    assert (renamed.display_name, renamed.address.city) == ("Pier", "Miami Beach")
    locations.delete(counter.location.id)
    assert counter.readers.list().data == []


def test_a_connection_token_is_for_one_location(counter: Counter) -> None:
    tokens = counter.till.client.v1.terminal.connection_tokens
    token = tokens.create({"location": counter.location.id})
    assert token.secret.startswith("pst_test_")
    assert token.location == counter.location.id
    assert tokens.create().secret != token.secret


def test_a_configuration_is_kept_changed_and_put_on_a_location(counter: Counter) -> None:
    terminal = counter.till.client.v1.terminal
    made = terminal.configurations.create(
        {"name": "Bar", "tipping": {"usd": {"percentages": [15, 18, 20]}}}
    )
    assert made.tipping is not None
    assert made.tipping.usd is not None
    assert made.tipping.usd.percentages == [15, 18, 20]
    location = terminal.locations.update(counter.location.id, {"configuration_overrides": made.id})
    assert location.configuration_overrides == made.id
    assert terminal.configurations.update(made.id, {"name": "Pool"}).name == "Pool"
    assert terminal.configurations.delete(made.id).deleted is True
    assert terminal.configurations.list().data == []
