"""From the status page a person lets things go wrong, and sees what is still to strike."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from sandbox.stripe.faults import Kind
from tests.sandbox.stripe.counter import open_counter
from tests.sandbox.stripe.hearing import Ear
from tests.sandbox.stripe.paying import code_of, refused
from tests.sandbox.stripe.visiting import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

CREATED = "payment_intent.created"
NOTHING = "Nothing waits to strike."


@pytest.fixture
def visitor(stripe: Simulator) -> Iterator[Visitor]:
    with Visitor(stripe.base_url) as visitor:
        yield visitor


@pytest.fixture
def ear(stripe: Simulator) -> Iterator[Ear]:
    with Ear() as ear:
        yield ear.subscribe(stripe)


def press(visitor: Visitor, path: str, /, **filled: Any) -> str:
    """Send a form that the page shows: its hidden fields and first choices, and what is filled in.

    The page must offer the form, and every field and button that is used of it.
    """
    action = re.escape(f'action="/_sandbox/{path}"')
    form = re.search(rf"<form[^>]*{action}>(.*?)</form>", visitor.page())
    assert form is not None
    offered = set(re.findall(r'name="(\w+)"', form[1]))
    assert set(filled) <= offered
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
    chosen = dict(re.findall(r'<select name="(\w+)"><option value="([^"]*)"', form[1]))
    answer = visitor.post(path, **hidden | chosen | filled)
    assert answer.headers["Content-Type"].startswith("text/html")
    return unescape(answer.text)


def test_the_newest_captured_charge_is_disputed_and_the_dispute_decided(
    till: Till, visitor: Visitor
) -> None:
    till.held()
    charge = till.charge(till.paid())
    press(visitor, "disputes", reason="product_not_received")
    [dispute] = till.client.v1.disputes.list().data
    assert (dispute.charge, dispute.reason) == (charge.id, "product_not_received")
    press(visitor, f"disputes/{dispute.id}/close", is_won="true")
    assert till.client.v1.disputes.retrieve(dispute.id).status == "won"
    assert f"disputes/{dispute.id}/close" not in visitor.page()


def test_a_disputed_or_uncaptured_charge_is_no_choice(till: Till, visitor: Visitor) -> None:
    till.held()
    assert "No captured charge." in visitor.page()
    till.paid()
    assert "No captured charge." not in visitor.page()
    assert "No captured charge." in press(visitor, "disputes")
    [dispute] = till.client.v1.disputes.list().data
    again = visitor.post(f"charges/{dispute.charge}/dispute")
    assert (again.status_code, again.json()["error"]["code"]) == (400, "charge_disputed")


def test_somebody_elses_program_charges_a_card(till: Till, visitor: Visitor) -> None:
    press(visitor, "charges/elsewhere", amount=2500)
    [intent] = till.client.v1.payment_intents.list().data
    assert (intent.amount, intent.status, intent.metadata.to_dict()) == (2500, "succeeded", {})


def test_a_charge_elsewhere_may_be_declined_long_after_it_was_taken(
    till: Till, visitor: Visitor
) -> None:
    press(visitor, "charges/elsewhere", number="4000000000000002", seconds_ago="3600")
    [intent] = till.client.v1.payment_intents.list().data
    details: Any = till.charge(intent).payment_method_details
    assert intent.status == "requires_payment_method"
    assert intent.created - details.card_present.offline.stored_at >= 3600


def test_what_is_refused_is_said_on_the_page(till: Till, visitor: Visitor) -> None:
    page = press(visitor, "charges/elsewhere", amount="1")
    assert '<p class="bad" role="alert">Amount must be at least $0.50.</p>' in page
    assert till.count() == 0


def test_the_next_webhook_gets_lost(
    stripe: Simulator, till: Till, visitor: Visitor, ear: Ear
) -> None:
    page = press(visitor, "webhooks/disturb", is_dropped="true", pattern=CREATED)
    assert f"<code>{CREATED}</code> lost: 1 event<" in page
    till.new()
    till.new()
    stripe.world.webhooks.settle()
    assert ear.kinds() == [CREATED]
    assert visitor.page().count(NOTHING) == 2


def test_the_next_webhook_comes_twice(
    stripe: Simulator, till: Till, visitor: Visitor, ear: Ear
) -> None:
    assert "sent 2 times" in press(visitor, "webhooks/disturb", copies="1")
    till.new()
    stripe.world.webhooks.settle()
    assert ear.kinds() == [CREATED] * 2


def test_the_next_webhook_overtakes_the_answer(till: Till, visitor: Visitor, ear: Ear) -> None:
    press(visitor, "webhooks/disturb", is_before_answer="true")
    till.new()
    assert ear.kinds() == [CREATED]


def test_what_was_to_disturb_webhooks_is_taken_back(
    stripe: Simulator, till: Till, visitor: Visitor, ear: Ear
) -> None:
    press(visitor, "webhooks/disturb", is_dropped="true")
    assert press(visitor, "webhooks/disturb/clear").count(NOTHING) == 2
    till.new()
    stripe.world.webhooks.settle()
    assert ear.kinds() == [CREATED]


def test_the_bank_sends_a_payout_back(stripe: Simulator, till: Till, visitor: Visitor) -> None:
    till.paid()
    stripe.world.clock.advance(3 * 24 * 60 * 60)
    press(visitor, "payouts")
    [payout] = till.client.v1.payouts.list().data
    assert "No payout that could fail." in press(visitor, f"payouts/{payout.id}/fail")
    assert till.client.v1.payouts.retrieve(payout.id).status == "failed"


def test_a_reader_times_out_once_and_loses_an_outcome(
    stripe: Simulator, till: Till, visitor: Visitor
) -> None:
    counter = open_counter(stripe, till)
    reader, intent = f"readers/{counter.reader_id}", counter.sale()
    assert "the next call to it times out" in press(visitor, f"{reader}/time_out")
    error = refused(sdk.InvalidRequestError, lambda: counter.process(intent))
    assert code_of(error) == "terminal_reader_timeout"
    assert "its next outcome gets lost" in press(visitor, f"{reader}/lose_outcome")
    counter.process(intent)
    assert "gets lost" not in press(visitor, f"{reader}/present")
    assert counter.action().status == "failed"
    assert till.get(intent).status == "requires_capture"


def test_a_fault_strikes_only_the_method_and_path_that_were_chosen(
    till: Till, visitor: Visitor
) -> None:
    page = press(visitor, "faults", kind="error", method="GET", path="/v1/payment_intents/*")
    assert "<code>GET /v1/payment_intents/*</code> 500 error, before it takes effect: 1" in page
    intent = till.new()
    refused(sdk.APIError, lambda: till.get(intent))
    assert till.get(intent).id == intent.id
    assert visitor.page().count(NOTHING) == 2


def test_the_faults_that_wait_are_counted_down_and_cleared(till: Till, visitor: Visitor) -> None:
    press(visitor, "faults", kind="rate_limit", times=3)
    refused(sdk.RateLimitError, till.new)
    assert "POST /v1/**</code> 429 rate limit, before it takes effect: 2 calls<" in visitor.page()
    assert press(visitor, "faults/clear").count(NOTHING) == 2
    assert till.new().id.startswith("pi_")


def test_a_fault_that_waits_for_later_calls_says_so(till: Till, visitor: Visitor) -> None:
    visitor.post("faults", kind="error", nth=4)
    till.new()
    assert ": 1 call, once 2 more calls went well<" in visitor.page()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_fault_is_offered_and_listed(visitor: Visitor, kind: Kind) -> None:
    assert f'<option value="{kind}">' in visitor.page()
    assert press(visitor, "faults", kind=kind).count(NOTHING) == 1


def test_every_path_of_the_api_is_suggested(visitor: Visitor) -> None:
    page = visitor.page()
    assert '<option value="/v1/payment_intents/*/capture">' in page
    assert '<option value="/v1/terminal/readers/*/process_payment_intent">' in page


def test_every_field_has_a_label(till: Till, visitor: Visitor) -> None:
    till.paid()
    page = visitor.page()
    fields = re.findall(r'<select|<input (?!type="hidden")', page)
    labelled = re.findall(r'<label>[^<]+(?:<select|<input (?!type="hidden"))', page)
    assert len(fields) == len(labelled) > 8
