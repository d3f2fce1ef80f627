"""Parameters that mean the same on every object: metadata, amounts, nested options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import invalid_parameter, missing_parameter

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

CURRENCIES = frozenset({"usd", "eur", "gbp", "cad", "aud", "jpy", "chf", "mxn"})
LARGEST_AMOUNT = 99_999_999
_MOST_KEYS, _LONGEST_KEY, _LONGEST_VALUE = 50, 40, 500


def write_metadata(call: Call, target: StripeObject) -> None:
    """Merge a call's metadata into an object: an empty value unsets a key, an empty whole all.

    Raises:
        StripeRefusal: 400 for more than 50 keys, keys over 40 or values over 500 characters.
    """
    if not call.has("metadata"):
        return
    merged = {**target["metadata"], **call.mapping("metadata")} if call.params["metadata"] else {}
    merged = {key: value for key, value in merged.items() if value != ""}
    if len(merged) > _MOST_KEYS:
        message = f"You can only have up to {_MOST_KEYS} metadata keys."
        raise invalid_parameter("parameter_invalid_string", message, "metadata")
    for key, value in merged.items():
        if not isinstance(value, str) or len(key) > _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            message = "Metadata keys have at most 40 characters and values at most 500."
            raise invalid_parameter("parameter_invalid_string", message, f"metadata[{key}]")
    target["metadata"] = merged


def payable_amount(world: World, amount: int | None, param: str = "amount") -> int:
    """An amount in cents that Stripe would charge.

    Raises:
        StripeRefusal: 400 if it is missing, below the minimum or above the largest amount.
    """
    if amount is None:
        raise missing_parameter(param)
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid_parameter("parameter_invalid_integer", message, param)
    if amount < world.settings.minimum_amount:
        message = f"Amount must be at least {dollars(world.settings.minimum_amount)}."
        raise invalid_parameter("amount_too_small", message, param)
    if amount > LARGEST_AMOUNT:
        message = f"Amount must be no more than {dollars(LARGEST_AMOUNT)}."
        raise invalid_parameter("amount_too_large", message, param)
    return amount


def read_currency(call: Call) -> str:
    """Raises: StripeRefusal: 400 for a currency that nobody uses."""
    currency = call.required("currency").lower()
    if currency not in CURRENCIES:
        message = f"Invalid currency: {currency}."
        raise invalid_parameter("parameter_invalid_string", message, "currency")
    return currency


def typed(value: Any) -> Any:
    """A nested parameter with the types of its answer: whole numbers and booleans, no empties."""
    if isinstance(value, dict):
        return {key: typed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [typed(entry) for entry in value]
    if value in {"true", "false"}:
        return value == "true"
    if value == "":
        return None
    return int(value) if value.isascii() and value.isdigit() else value


def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def differences(before: StripeObject, after: StripeObject) -> dict[str, Any]:
    """The old values of the fields that changed, as an event's previous_attributes shows them."""
    return {key: value for key, value in before.items() if after.get(key) != value}
