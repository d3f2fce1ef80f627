"""People see what the simulator holds, and make happen what only people do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from tests.sandbox.stripe.counter import open_counter
from tests.sandbox.stripe.visiting import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till


@pytest.fixture
def visitor(stripe: Simulator) -> Iterator[Visitor]:
    with Visitor(stripe.base_url) as visitor:
        yield visitor


def test_the_page_shows_payments_the_ledger_and_requests(till: Till, visitor: Visitor) -> None:
    intent = till.paid(description="Rum & lime")
    page = visitor.page()
    assert all(shown in page for shown in [intent.id, "$13.90", "Rum &amp; lime", "$13.20"])
    assert "The books balance." in page
    assert "POST /v1/payment_intents" in page


def test_what_customers_write_never_becomes_part_of_the_page(till: Till, visitor: Visitor) -> None:
    till.new(description="<script>alert(1)</script>")
    assert "<script>" not in visitor.page()


def test_the_button_presents_a_card_and_shows_the_page_again(
    stripe: Simulator, till: Till, visitor: Visitor
) -> None:
    counter = open_counter(stripe, till)
    assert "Present card" not in visitor.page()
    intent = counter.sale()
    counter.process(intent)
    assert "Present card" in visitor.page()
    answer = visitor.post(f"readers/{counter.reader_id}/present", page="1")
    assert "process_payment_intent: succeeded" in answer.text
    assert till.get(intent).status == "requires_capture"


def test_without_the_page_a_control_answers_json(
    stripe: Simulator, till: Till, visitor: Visitor
) -> None:
    counter = open_counter(stripe, till)
    counter.process(counter.sale())
    answer = visitor.post(f"readers/{counter.reader_id}/cancel")
    assert answer.json()["action"]["failure_code"] == "customer_canceled"


def test_a_reader_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    assert visitor.post("readers/tmr_nobody/present").status_code == 404


def test_the_clock_moves_on_and_what_is_due_happens(till: Till, visitor: Visitor) -> None:
    intent = till.held()
    visitor.post("clock/advance", seconds=8 * 24 * 60 * 60)
    assert till.get(intent).status == "canceled"
    assert visitor.post("clock/advance", seconds=-1).status_code == 400


def test_a_fault_can_be_asked_for_and_taken_back(till: Till, visitor: Visitor) -> None:
    visitor.post("faults", kind="error", path="/v1/payment_intents", times=2)
    with pytest.raises(sdk.APIError):
        till.new()
    visitor.post("faults/clear")
    assert till.new().id.startswith("pi_")
    assert visitor.post("faults", kind="earthquake").status_code == 400


def test_money_is_disputed_decided_and_paid_out_by_hand(till: Till, visitor: Visitor) -> None:
    charge = till.charge(till.paid())
    dispute = visitor.post(f"charges/{charge.id}/dispute").json()
    decided = visitor.post(f"disputes/{dispute['id']}/close", is_won="true").json()
    assert decided["status"] == "won"
    till.paid(amount=9000)
    visitor.post("clock/advance", seconds=3 * 24 * 60 * 60)
    payout = visitor.post("payouts").json()["payout"]
    assert visitor.post(f"payouts/{payout['id']}/fail").json()["status"] == "failed"
    assert visitor.get("ledger")["is_balanced"] is True


def test_a_dump_holds_every_object_and_no_secret(
    stripe: Simulator, till: Till, visitor: Visitor
) -> None:
    made: Any = {"url": stripe.base_url, "enabled_events": ["charge.failed"]}
    secret = till.client.v1.webhook_endpoints.create(made).secret or ""
    intent = till.new(key="sale-1")
    dump = visitor.get("dump")
    assert [entry["id"] for entry in dump["objects"]["payment_intent"]] == [intent.id]
    assert secret not in str(dump)


def test_a_reset_forgets_everything(till: Till, visitor: Visitor) -> None:
    till.paid()
    visitor.post("reset")
    assert till.count() == 0
    assert visitor.get("ledger") == {"is_balanced": True, "balance": 0}


def test_deliveries_can_be_disturbed_and_waited_for(till: Till, visitor: Visitor) -> None:
    made: Any = {"url": "http://127.0.0.1:1/away", "enabled_events": ["*"]}
    till.client.v1.webhook_endpoints.create(made)
    visitor.post("webhooks/disturb", copies=1, times=1)
    till.new()
    assert visitor.post("webhooks/settle").json()["attempts"] == 2
    assert "ConnectionRefusedError" in visitor.page()
