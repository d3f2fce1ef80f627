"""Lists page as Stripe's do; expansions and metadata say what was asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import stripe as sdk

from tests.sandbox.stripe.paying import refused

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till


@pytest.fixture
def five(stripe: Simulator, till: Till) -> list[str]:
    """Five intents a minute apart, the oldest first."""
    intents = []
    for _ in range(5):
        intents.append(till.new())
        stripe.world.clock.advance(60)
    return [intent.id for intent in intents]


def ids(till: Till, **params: Any) -> list[str]:
    page = till.client.v1.payment_intents.list(cast("Any", params))
    return [intent.id for intent in page.data]


def test_a_list_is_newest_first(till: Till, five: list[str]) -> None:
    assert ids(till) == five[::-1]


def test_a_page_ends_at_its_limit_and_says_that_there_is_more(till: Till, five: list[str]) -> None:
    page = till.client.v1.payment_intents.list({"limit": 2})
    assert ([intent.id for intent in page.data], page.has_more) == (five[:2:-1], True)
    assert till.client.v1.payment_intents.list({"limit": 5}).has_more is False


def test_the_next_page_starts_after_a_cursor(till: Till, five: list[str]) -> None:
    assert ids(till, limit=2, starting_after=five[3]) == [five[2], five[1]]


def test_the_page_before_a_cursor_is_next_to_it(till: Till, five: list[str]) -> None:
    assert ids(till, limit=2, ending_before=five[0]) == [five[2], five[1]]


def test_the_sdk_pages_through_everything(till: Till, five: list[str]) -> None:
    pages = till.client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()
    assert [intent.id for intent in pages] == five[::-1]


def test_a_list_without_a_limit_has_ten(till: Till) -> None:
    for _ in range(11):
        till.new()
    assert len(ids(till)) == 10


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_limit_that_nobody_may_ask_for_is_refused(till: Till, limit: int) -> None:
    error = refused(sdk.InvalidRequestError, lambda: ids(till, limit=limit))
    assert error.param == "limit"


def test_a_cursor_that_nobody_knows_is_not_found(till: Till) -> None:
    error = refused(sdk.InvalidRequestError, lambda: ids(till, starting_after="pi_nobody"))
    assert (error.http_status, error.param) == (404, "starting_after")


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ({"gt": 120}, [4, 3]),
        ({"gte": 120}, [4, 3, 2]),
        ({"lt": 120}, [1, 0]),
        ({"lte": 120}, [2, 1, 0]),
        ({"gte": 60, "lt": 180}, [2, 1]),
    ],
)
def test_a_list_can_be_cut_by_creation(
    till: Till, five: list[str], bound: dict[str, int], expected: list[int]
) -> None:
    start = till.client.v1.payment_intents.retrieve(five[0]).created
    created = {name: start + offset for name, offset in bound.items()}
    assert ids(till, created=created) == [five[i] for i in expected]


def test_a_list_can_be_cut_to_one_second(till: Till, five: list[str]) -> None:
    created = till.client.v1.payment_intents.retrieve(five[2]).created
    assert ids(till, created=created) == [five[2]]


def test_charges_and_refunds_are_listed_by_their_owner(till: Till) -> None:
    mine, other = till.paid(), till.paid()
    refund = till.refund(mine, 100)
    till.refund(other, 100)
    charges = till.client.v1.charges.list({"payment_intent": mine.id}).data
    refunds = till.client.v1.refunds.list({"payment_intent": mine.id}).data
    assert [charge.id for charge in charges] == [mine.latest_charge]
    assert [found.id for found in refunds] == [refund.id]


def test_an_id_stays_an_id_unless_it_is_expanded(till: Till) -> None:
    intent = till.paid()
    assert isinstance(intent.latest_charge, str)
    assert isinstance(till.get(intent, "latest_charge").latest_charge, sdk.Charge)


def test_an_expansion_goes_as_deep_as_it_is_asked(till: Till) -> None:
    charge = till.get(till.paid(), "latest_charge.balance_transaction").latest_charge
    assert isinstance(charge, sdk.Charge)
    assert isinstance(charge.balance_transaction, sdk.BalanceTransaction)
    assert charge.balance_transaction.amount == 1390


def test_a_list_expands_each_of_its_entries(till: Till) -> None:
    till.paid()
    till.new()
    page = till.client.v1.payment_intents.list({"expand": ["data.latest_charge"]})
    assert page.data[0].latest_charge is None
    assert isinstance(page.data[1].latest_charge, sdk.Charge)


def test_a_charge_shows_its_refunds_only_when_they_are_expanded(till: Till) -> None:
    intent = till.paid()
    refund = till.refund(intent, 100)
    charge = till.get(intent, "latest_charge.refunds").latest_charge
    assert isinstance(charge, sdk.Charge)
    assert charge.refunds
    assert [found.id for found in charge.refunds.data] == [refund.id]
    assert "refunds" not in till.charge(intent)


@pytest.mark.parametrize("path", ["status", "nonsense", "latest_charge.amount", "id"])
def test_what_is_no_object_cannot_be_expanded(till: Till, path: str) -> None:
    intent = till.paid()
    error = refused(sdk.InvalidRequestError, lambda: till.get(intent, path))
    assert error.param == "expand"


def metadata(intent: sdk.PaymentIntent) -> dict[str, Any]:
    return intent.metadata.to_dict()


def test_metadata_is_merged_and_an_empty_value_takes_its_key_away(till: Till) -> None:
    intent = till.new(metadata={"order": "1", "till": "2"})
    updated = till.update(intent, metadata={"till": "", "clerk": "3"})
    assert metadata(updated) == {"order": "1", "clerk": "3"}


def test_empty_metadata_takes_all_away(till: Till) -> None:
    assert metadata(till.update(till.new(metadata={"order": "1"}), metadata="")) == {}


@pytest.mark.parametrize("odd", [{"0": "a", "1": "b"}, {"_private": "b"}, {"true": "true"}])
def test_metadata_is_kept_letter_by_letter(till: Till, odd: dict[str, str]) -> None:
    assert metadata(till.get(till.new(metadata=odd))) == odd


@pytest.mark.parametrize(
    "too_much",
    [{"k" * 41: "v"}, {"k": "v" * 501}, {f"k{i}": "v" for i in range(51)}],
)
def test_more_metadata_than_stripe_keeps_is_refused(till: Till, too_much: dict[str, str]) -> None:
    refused(sdk.InvalidRequestError, lambda: till.new(metadata=too_much))
    assert till.count() == 0


def test_the_charge_inherits_the_metadata_of_its_intent(till: Till) -> None:
    assert till.charge(till.paid(metadata={"order": "1"})).metadata.to_dict() == {"order": "1"}
