"""Terminal's things that stand still: locations, configurations, connection tokens, readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import invalid_parameter, missing_parameter
from sandbox.stripe.fields import typed, write_metadata
from sandbox.stripe.listing import list_objects
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

LOCATION, READER = "terminal.location", "terminal.reader"
CONFIGURATION = "terminal.configuration"
ONE_LOCATION = "/v1/terminal/locations/{location}"
ONE_READER = "/v1/terminal/readers/{reader}"
ONE_CONFIGURATION = "/v1/terminal/configurations/{configuration}"
# Registration codes of simulated readers; see docs.stripe.com/terminal/references/testing.
SIMULATED = {
    "simulated-wpe": "simulated_wisepos_e",
    "simulated-s700": "simulated_stripe_s700",
    "simulated-s710": "simulated_stripe_s710",
}
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
CONFIGURED = ("tipping", "offline", "reboot_window", "bbpos_wisepos_e", "stripe_s700")


def set_reader_online(world: World, reader_id: str, *, is_online: bool) -> StripeObject:
    """Pull a reader's plug, or put it back.

    Raises:
        LookupError: if there is no such reader.
    """
    with world.turn():
        reader = find_reader(world, reader_id)
        reader["status"] = "online" if is_online else "offline"
        if is_online:
            reader["last_seen_at"] = world.now() * 1000
        return reader


def find_reader(world: World, reader_id: str) -> StripeObject:
    """Raises: LookupError: if there is no such reader."""
    reader = world.storage.find(reader_id, READER)
    if reader is None:
        raise LookupError(f"No reader is called {reader_id}.")
    return reader


@route("POST", "/v1/terminal/locations")
def create_location(call: Call) -> dict[str, Any]:
    if not call.has("address"):
        raise missing_parameter("address")
    location: StripeObject = {
        "id": call.world.new_id("tml"),
        "object": LOCATION,
        "address": read_address(call),
        "display_name": call.required("display_name"),
        "livemode": False,
        "metadata": {},
        "phone": call.text("phone"),
    }
    if call.text("configuration_overrides"):
        location["configuration_overrides"] = read_configuration(call)
    write_metadata(call, location)
    return call.world.storage.add(location)


@route("GET", "/v1/terminal/locations")
def list_locations(call: Call) -> dict[str, Any]:
    return list_objects(call, LOCATION)


@route("GET", ONE_LOCATION)
def retrieve_location(call: Call) -> dict[str, Any]:
    return call.find(LOCATION, "location")


@route("POST", ONE_LOCATION)
def update_location(call: Call) -> dict[str, Any]:
    location = call.find(LOCATION, "location")
    write_metadata(call, location)
    if call.has("display_name"):
        location["display_name"] = call.required("display_name")
    if call.has("address"):
        location["address"] |= read_address(call)
    if call.text("configuration_overrides"):
        location["configuration_overrides"] = read_configuration(call)
    return location


@route("DELETE", ONE_LOCATION)
def delete_location(call: Call) -> dict[str, Any]:
    """Its readers go with it."""
    location = call.find(LOCATION, "location")
    for reader in list(call.world.storage.newest_first(READER)):
        if reader["location"] == location["id"]:
            call.world.storage.remove(reader["id"])
    return remove(call, location)


def read_address(call: Call) -> dict[str, Any]:
    sent = call.mapping("address")
    return {name: sent.get(name) or None for name in ADDRESS}


def read_configuration(call: Call) -> str:
    wanted = call.required("configuration_overrides")
    found = call.get(CONFIGURATION, wanted, "configuration_overrides")
    return str(found["id"])


def remove(call: Call, stripe_object: StripeObject) -> dict[str, Any]:
    call.world.storage.remove(stripe_object["id"])
    return {"id": stripe_object["id"], "object": stripe_object["object"], "deleted": True}


@route("POST", "/v1/terminal/configurations")
def create_configuration(call: Call) -> dict[str, Any]:
    configuration: StripeObject = {
        "id": call.world.new_id("tmc"),
        "object": CONFIGURATION,
        "is_account_default": False,
        "livemode": False,
        "name": None,
    }
    configure(call, configuration)
    return call.world.storage.add(configuration)


@route("GET", "/v1/terminal/configurations")
def list_configurations(call: Call) -> dict[str, Any]:
    return list_objects(call, CONFIGURATION)


@route("GET", ONE_CONFIGURATION)
def retrieve_configuration(call: Call) -> dict[str, Any]:
    return call.find(CONFIGURATION, "configuration")


@route("POST", ONE_CONFIGURATION)
def update_configuration(call: Call) -> dict[str, Any]:
    configuration = call.find(CONFIGURATION, "configuration")
    configure(call, configuration)
    return configuration


@route("DELETE", ONE_CONFIGURATION)
def delete_configuration(call: Call) -> dict[str, Any]:
    return remove(call, call.find(CONFIGURATION, "configuration"))


def configure(call: Call, configuration: StripeObject) -> None:
    if call.has("name"):
        configuration["name"] = call.text("name")
    for name in CONFIGURED:
        if call.has(name):
            configuration[name] = typed(call.mapping(name)) or None


@route("POST", "/v1/terminal/connection_tokens")
def create_connection_token(call: Call) -> dict[str, Any]:
    token = {
        "object": "terminal.connection_token",
        "secret": call.world.new_id("pst_test"),
    }
    if call.text("location"):
        token["location"] = call.get(LOCATION, call.required("location"), "location")["id"]
    return token


@route("POST", "/v1/terminal/readers")
def register_reader(call: Call) -> dict[str, Any]:
    """Only simulated readers have a registration code that means anything here."""
    code = call.required("registration_code")
    if code not in SIMULATED:
        message = "The provided registration code is not valid."
        raise invalid_parameter("parameter_invalid", message, "registration_code")
    world, wanted = call.world, call.text("location")
    number = len(list(world.storage.newest_first(READER))) + 1
    reader: StripeObject = {
        "id": world.new_id("tmr"),
        "object": READER,
        "action": None,
        "device_sw_version": "2.30.0",
        "device_type": SIMULATED[code],
        "ip_address": "127.0.0.1",
        "label": call.text("label") or f"Simulated reader {number}",
        "last_seen_at": world.now() * 1000,
        "livemode": False,
        "location": call.get(LOCATION, wanted, "location")["id"] if wanted else None,
        "metadata": {},
        "serial_number": f"SIMULATOR{number:03}",
        "status": "online",
    }
    write_metadata(call, reader)
    return world.storage.add(reader)


@route("GET", "/v1/terminal/readers")
def list_readers(call: Call) -> dict[str, Any]:
    return list_objects(call, READER, same=("device_type", "location", "serial_number", "status"))


@route("GET", ONE_READER)
def retrieve_reader(call: Call) -> dict[str, Any]:
    return call.find(READER, "reader")


@route("POST", ONE_READER)
def update_reader(call: Call) -> dict[str, Any]:
    reader = call.find(READER, "reader")
    write_metadata(call, reader)
    if call.text("label"):
        reader["label"] = call.required("label")
    return reader


@route("DELETE", ONE_READER)
def delete_reader(call: Call) -> dict[str, Any]:
    return remove(call, call.find(READER, "reader"))
