"""/v1/webhook_endpoints and /v1/events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.stripe.errors import invalid_parameter, missing_parameter
from sandbox.stripe.fields import write_metadata
from sandbox.stripe.listing import list_objects
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject

KIND = "webhook_endpoint"
ONE = "/v1/webhook_endpoints/{webhook_endpoint}"
MOST_ENDPOINTS = 16


@route("POST", "/v1/webhook_endpoints")
def create_endpoint(call: Call) -> dict[str, Any]:
    """The answer shows the secret; no later one does."""
    if len(list(call.world.storage.newest_first(KIND))) >= MOST_ENDPOINTS:
        message = f"You have reached the maximum of {MOST_ENDPOINTS} test webhook endpoints."
        raise invalid_parameter("parameter_invalid", message, "url")
    secret = call.world.new_id("whsec")
    endpoint = call.world.storage.add(
        {
            "id": call.world.new_id("we"),
            "object": KIND,
            "api_version": call.text("api_version"),
            "application": None,
            "created": call.world.now(),
            "description": call.text("description"),
            "enabled_events": read_events(call),
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": read_url(call),
            "_secrets": [{"secret": secret, "expires_at": None}],
        }
    )
    write_metadata(call, endpoint)
    return {**endpoint, "secret": secret}


@route("GET", "/v1/webhook_endpoints")
def list_endpoints(call: Call) -> dict[str, Any]:
    return list_objects(call, KIND)


@route("GET", ONE)
def retrieve_endpoint(call: Call) -> dict[str, Any]:
    return call.find(KIND, "webhook_endpoint")


@route("POST", ONE)
def update_endpoint(call: Call) -> dict[str, Any]:
    endpoint = call.find(KIND, "webhook_endpoint")
    if call.has("enabled_events"):
        endpoint["enabled_events"] = read_events(call)
    if call.has("url"):
        endpoint["url"] = read_url(call)
    if call.has("description"):
        endpoint["description"] = call.text("description")
    if call.has("disabled"):
        endpoint["status"] = "disabled" if call.boolean("disabled") else "enabled"
    write_metadata(call, endpoint)
    return endpoint


@route("DELETE", ONE)
def delete_endpoint(call: Call) -> dict[str, Any]:
    endpoint = call.find(KIND, "webhook_endpoint")
    call.world.storage.remove(endpoint["id"])
    return {"id": endpoint["id"], "object": KIND, "deleted": True}


@route("GET", "/v1/events")
def list_events(call: Call) -> dict[str, Any]:
    wanted = call.params.get("types")
    delivered = call.boolean("delivery_success")

    def keep(event: StripeObject) -> bool:
        is_delivered = event["pending_webhooks"] == 0
        return (not wanted or event["type"] in wanted) and delivered in {None, is_delivered}

    return list_objects(call, "event", same=["type"], keep=keep)


@route("GET", "/v1/events/{id}")
def retrieve_event(call: Call) -> dict[str, Any]:
    return call.find("event")


def read_events(call: Call) -> list[str]:
    events = call.params.get("enabled_events")
    if not isinstance(events, list) or not events:
        raise missing_parameter("enabled_events")
    return [str(event) for event in events]


def read_url(call: Call) -> str:
    """Raises: StripeRefusal: 400, if it is no address of the web."""
    url = call.required("url")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid_parameter("url_invalid", "Invalid URL: it must be absolute.", "url")
    return url
