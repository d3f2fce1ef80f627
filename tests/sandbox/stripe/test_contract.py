"""The contract is what the installed SDK says: nothing else is accepted, nothing else answered."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from sandbox.stripe.contract.building import build_document
from sandbox.stripe.contract.checking import Contract, ContractBroken, installed_contract

if TYPE_CHECKING:
    from tests.sandbox.stripe.paying import Till

INTENTS = "/v1/payment_intents"
NEW: dict[str, Any] = {"amount": "1390", "currency": "usd"}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return installed_contract()


@pytest.fixture
def body(till: Till) -> dict[str, Any]:
    """A paid intent with its charge, as the simulator answers it."""
    paid = till.get(till.paid(), "latest_charge")
    found: dict[str, Any] = paid.to_dict(for_json=True)
    return found


def test_the_contract_is_of_the_version_that_the_sdk_pins(contract: Contract) -> None:
    assert contract.version == sdk.api_version


def test_the_contract_is_built_once_per_process() -> None:
    assert installed_contract() is installed_contract()


@pytest.mark.parametrize(
    "params",
    [
        NEW,
        NEW | {"allowed_payment_method_types": ["card_present"]},
        NEW | {"metadata": {"sale": "S-1", "gone": ""}},
        NEW | {"payment_method_options": {"card_present": {"capture_method": "manual_preferred"}}},
    ],
)
def test_what_the_sdk_can_say_is_accepted(contract: Contract, params: dict[str, Any]) -> None:
    assert contract.check_request("POST", INTENTS, params) is None


@pytest.mark.parametrize(
    ("extra", "code", "param"),
    [
        ({"capture_methd": "manual"}, "parameter_unknown", "capture_methd"),
        ({"idempotency_key": "k"}, "parameter_unknown", "idempotency_key"),
        (
            {"payment_method_options": {"card_present": {"captre": "x"}}},
            "parameter_unknown",
            "payment_method_options[card_present][captre]",
        ),
        ({"amount": "13.90"}, "parameter_invalid_integer", "amount"),
        ({"capture_method": "by_hand"}, "parameter_invalid", "capture_method"),
        ({"confirm": "yes"}, "parameter_invalid", "confirm"),
        ({"description": {"a": "b"}}, "parameter_invalid", "description"),
        ({"expand": "latest_charge"}, "parameter_invalid", "expand"),
        ({"receipt_email": ""}, "parameter_invalid_empty", "receipt_email"),
    ],
)
def test_what_the_sdk_cannot_say_is_refused_by_name(
    contract: Contract, extra: dict[str, Any], code: str, param: str
) -> None:
    refusal = contract.check_request("POST", INTENTS, NEW | extra)
    assert refusal is not None
    assert (refusal.status, refusal.code, refusal.param) == (400, code, param)


def test_a_parameter_that_must_be_there_is_missed(contract: Contract) -> None:
    refusal = contract.check_request("POST", INTENTS, {"amount": "1390"})
    assert refusal is not None
    assert (refusal.code, refusal.param) == ("parameter_missing", "currency")


@pytest.mark.parametrize("path", [INTENTS, INTENTS + "/pi_1", INTENTS + "/pi_1/confirm"])
def test_payment_method_types_are_no_longer_supported(contract: Contract, path: str) -> None:
    refusal = contract.check_request("POST", path, NEW | {"payment_method_types": ["card_present"]})
    assert refusal is not None
    assert refusal.code == "payment_method_types_no_longer_supported"
    assert refusal.param == "payment_method_types"


def test_a_url_that_stripe_does_not_have_is_not_found(contract: Contract) -> None:
    refusal = contract.check_request("POST", "/v1/payment_intentions", NEW)
    assert refusal is not None
    assert refusal.status == 404


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda body: body.pop("amount"), "lacks amount"),
        (lambda body: body.update(amount="1390"), "amount '1390' is no integer"),
        (lambda body: body.update(amount=True), "amount True is no integer"),
        (lambda body: body.update(status="suceeded"), "status 'suceeded' is none of its values"),
        (lambda body: body.update(charges=[]), "charges is not a field"),
        (lambda body: body["latest_charge"].pop("paid"), "latest_charge lacks paid"),
        (
            lambda body: body["latest_charge"]["payment_method_details"]["card"].update(lst4="1"),
            "latest_charge/payment_method_details/card/lst4 is not a field",
        ),
    ],
)
def test_an_answer_that_stripe_never_gives_is_caught(
    contract: Contract, body: dict[str, Any], spoil: Any, complaint: str
) -> None:
    contract.check_answer("GET", INTENTS + "/pi_1", 200, body)
    spoil(body)
    with pytest.raises(ContractBroken, match=complaint):
        contract.check_answer("GET", INTENTS + "/pi_1", 200, body)


def test_an_error_without_its_type_is_caught(contract: Contract) -> None:
    contract.check_answer("POST", INTENTS, 400, {"error": {"type": "invalid_request_error"}})
    with pytest.raises(ContractBroken, match="error lacks type"):
        contract.check_answer("POST", INTENTS, 400, {"error": {"message": "No."}})


def test_an_object_that_the_sdk_does_not_know_is_caught(contract: Contract) -> None:
    with pytest.raises(ContractBroken, match="no object 'payment_intention'"):
        contract.check_object({"object": "payment_intention", "id": "pi_1"})


def test_a_general_validator_of_the_same_document_agrees(body: dict[str, Any]) -> None:
    """The fast check and jsonschema judge every single omission and swap of a field alike."""
    document = build_document()
    reference = {"$ref": "#/components/schemas/PaymentIntent"}
    general = Draft202012Validator(reference | {"components": document["components"]})
    contract = Contract(document)
    for spoiled in spoiled_copies(body):
        assert is_admitted(contract, spoiled) == general.is_valid(spoiled)


def spoiled_copies(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Copies with one field of the intent or its charge left out, or holding something else."""
    copies = [body]
    for name, value in body.items():
        copies.append({key: kept for key, kept in body.items() if key != name})
        copies.append(body | {name: 0 if isinstance(value, str) else "x"})
    for name in body["latest_charge"]:
        spoiled = copy.deepcopy(body)
        del spoiled["latest_charge"][name]
        copies.append(spoiled)
    return copies


def is_admitted(contract: Contract, body: dict[str, Any]) -> bool:
    try:
        contract.check_answer("GET", INTENTS + "/pi_1", 200, body)
    except ContractBroken:
        return False
    return True


def test_a_misspelt_parameter_reaches_the_sdk_as_its_own_error(till: Till) -> None:
    with pytest.raises(sdk.InvalidRequestError) as caught:
        till.new(capture_methd="manual")
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "capture_methd")
    assert till.count() == 0
