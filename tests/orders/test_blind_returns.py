"""Without a receipt goods come back by somebody's leave alone, and to store credit alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django_subatomic.db import transaction

from apps.core.models import AuditEntry, OutboxEvent
from apps.orders.api.blind_reading import read_blind_return
from apps.orders.api.returning_blind import BlindReturnIn
from apps.orders.blind_returns import find_faulty_blind_returns
from apps.orders.errors import LineBarcodeUnknown, ReturnExists, ReturnPriceUnknown
from apps.orders.models import BlindReturn, BlindReturnLine
from apps.orders.services.returning_blind import return_without_receipt
from apps.payments.errors import StoredValueFrozen, StoredValueUnknown
from apps.payments.models import StoredValueAccount
from apps.stores.errors import ApprovalBeyondLimit, ApprovalInvalid, ApprovalRequired
from apps.stores.types import ApprovalAction
from tests.conftest import NOON
from tests.goods import line_of, make_product, set_price
from tests.payments.drawers import closed, opened

from .approving import approved
from .crowd import assert_books_balance
from .gift_cards import CODE, OTHER, assert_stored_value_balances, by_card, left_on, sold_card
from .sales import count_rows, fresh, on_hand, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

type Document = dict[str, Any]
BLIND = ApprovalAction.BLIND_RETURN
BOURBON = 2139


def came_back(product: Product, quantity: int = 1, **fields: Any) -> Document:
    return {"product_id": product.pk, "quantity": quantity, "restock": True, **fields}


def give_back(till: Till, *lines: Document, approval: str | None = None, **fields: Any) -> Document:
    """The return as the service answers it."""
    body = {"id": str(uuid4()), "lines": list(lines), "code": CODE, "reason": "a gift", **fields}
    if approval:
        body["approval"] = approval
    wanted = read_blind_return(BlindReturnIn().run_validation(body), body)
    with transaction():
        answer = return_without_receipt(till=fresh(till), request=wanted, now=NOON)
    document: Document = orjson.loads(orjson.dumps(answer, option=orjson.OPT_UTC_Z))
    return document


@pytest.fixture
def yes(till: Till, lead_till: Till) -> str:
    """Lea's approval, up to what she may approve."""
    return approved(till, BLIND)


def test_goods_come_back_to_a_new_store_credit(till: Till, bourbon: Product, yes: str) -> None:
    given = give_back(till, came_back(bourbon), approval=yes)
    assert (given["tax_cents"], given["total_cents"]) == (140, BOURBON)
    assert given["approved_by"] == "Lea"
    assert (left_on(), on_hand(till, bourbon)) == (BOURBON, 11)
    assert StoredValueAccount.objects.get().kind == "STORE_CREDIT"
    assert (given["store_credit"]["last4"], given["store_credit"]["balance_cents"]) == (
        "8899",
        BOURBON,
    )
    assert list(find_faulty_blind_returns()) == []
    assert_stored_value_balances()
    assert_books_balance()


def test_a_store_credit_pays_like_a_gift_card(till: Till, bourbon: Product, yes: str) -> None:
    give_back(till, came_back(bourbon), approval=yes)
    sold(till, bourbon, tenders=[by_card(BOURBON, kind="store_credit")])
    assert left_on() == 0
    assert_stored_value_balances()


def test_goods_come_back_to_a_store_credit_in_use(till: Till, chips: Product, yes: str) -> None:
    give_back(till, came_back(chips), approval=yes)
    give_back(till, came_back(chips), approval=approved(till, BLIND))
    assert left_on() == 2 * 199


def test_what_cannot_be_sold_again_is_no_stock(till: Till, bourbon: Product, yes: str) -> None:
    given = give_back(till, came_back(bourbon, restock=False), approval=yes)
    assert given["lines"][0]["stock_units"] == 0
    assert on_hand(till, bourbon) == 10
    assert list(find_faulty_blind_returns()) == []


def test_nobody_takes_goods_back_alone(lead_till: Till, bourbon: Product) -> None:
    before = count_rows()
    with pytest.raises(ApprovalRequired) as refusal:
        give_back(lead_till, came_back(bourbon))
    assert refusal.value.facts["action"] == "blind-return"
    assert refusal.value.facts["amount_cents"] == BOURBON
    assert count_rows() == before


def test_nobody_approves_their_own(lead_till: Till) -> None:
    with pytest.raises(ApprovalBeyondLimit, match="second person"):
        approved(lead_till, BLIND, by=lead_till.clerk.code)


def test_a_shift_lead_approves_fifty_dollars_and_no_more(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    with pytest.raises(ApprovalBeyondLimit):
        approved(till, BLIND, amount_cents=5_001)
    with pytest.raises(ApprovalInvalid, match="beyond what Lea may approve"):
        give_back(till, came_back(bourbon, 3), approval=approved(till, BLIND))
    assert not BlindReturn.objects.exists()


def test_an_approval_of_another_amount_or_deed_does_not_hold(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    for token in (
        approved(till, BLIND, amount_cents=BOURBON - 1),
        approved(till, ApprovalAction.RETURN_ORDER),
    ):
        with pytest.raises(ApprovalInvalid):
            give_back(till, came_back(bourbon), approval=token)


def test_goods_are_worth_the_least_they_cost_in_thirty_days(
    till: Till, bourbon: Product, yes: str
) -> None:
    for days, cents in ((60, 500), (40, 1_500), (20, 1_200), (10, 1_800)):
        set_price(bourbon, cents, NOON - timedelta(days=days))
    set_price(bourbon, 100, NOON + timedelta(days=1))
    assert give_back(till, came_back(bourbon), approval=yes)["lines"][0]["unit_price_cents"] == 1200


def test_the_price_in_force_thirty_days_ago_counts(till: Till, bourbon: Product, yes: str) -> None:
    set_price(bourbon, 1_500, NOON - timedelta(days=31))
    set_price(bourbon, 2_500, NOON - timedelta(days=29))
    assert give_back(till, came_back(bourbon), approval=yes)["lines"][0]["unit_price_cents"] == 1500


def test_who_approves_may_name_a_price(till: Till, bourbon: Product, yes: str) -> None:
    (line,) = give_back(till, came_back(bourbon, unit_price_cents=1_000), approval=yes)["lines"]
    assert (line["unit_price_cents"], line["price_named"], line["tax_cents"]) == (1_000, True, 70)


@pytest.mark.parametrize("code", [CODE, OTHER])
def test_a_gift_card_and_a_frozen_credit_get_none_of_it(
    till: Till, chips: Product, yes: str, code: str
) -> None:
    sold_card(till, 100)
    give_back(till, came_back(chips), code=OTHER, approval=yes)
    StoredValueAccount.objects.filter(kind="STORE_CREDIT").update(status="FROZEN")
    error = StoredValueUnknown if code == CODE else StoredValueFrozen
    with pytest.raises(error):
        give_back(till, came_back(chips), code=code, approval=approved(till, BLIND))


def test_goods_without_a_price_are_refused(till: Till, yes: str) -> None:
    new = make_product("NEW-1", price_cents=None)
    with pytest.raises(ReturnPriceUnknown):
        give_back(till, came_back(new), approval=yes)
    unknown = {"barcode": "080686006374", "quantity": 1, "restock": True}
    with pytest.raises(LineBarcodeUnknown):
        give_back(till, unknown, approval=yes)


def test_the_same_return_sent_again_is_answered_as_it_stands(
    till: Till, bourbon: Product, yes: str
) -> None:
    key = str(uuid4())
    first = give_back(till, came_back(bourbon), approval=yes, id=key)
    assert give_back(till, came_back(bourbon), approval=yes, id=key) == first
    assert left_on() == BOURBON
    with pytest.raises(ReturnExists):
        give_back(till, came_back(bourbon, 2), approval=yes, id=key)


def test_audit_and_event_tell_of_it(till: Till, bourbon: Product, yes: str) -> None:
    given = give_back(till, came_back(bourbon), approval=yes)
    entry = AuditEntry.objects.get(action="goods.returned_blind")
    assert (entry.facts["approved_by"], entry.facts["total_cents"]) == ("Lea", BOURBON)
    event = OutboxEvent.objects.get(type="return.without_receipt")
    assert event.payload["returned"]["id"] == given["id"]
    assert event.payload["skus"] == {str(bourbon.pk): bourbon.sku}
    assert CODE not in str(event.payload)


def test_the_z_tells_of_it_by_itself_and_the_drawer_of_nothing(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    opened(till)
    sold(till, line_of(bourbon, 2))
    give_back(till, came_back(bourbon), approval=approved(till, BLIND))
    z = closed(till)
    assert z["without_receipt"] == {"count": 1, "tax_cents": 140, "total_cents": BOURBON}
    assert z["returns"] == z["without_receipt"]
    assert z["cash"]["returns_cents"] == 0
    (credit,) = [tender for tender in z["tenders"] if tender["kind"] == "store_credit"]
    assert (credit["handed_back_cents"], credit["net_cents"]) == (BOURBON, -BOURBON)
    assert sum(tender["net_cents"] for tender in z["tenders"]) == z["net_cents"]
    assert z["tax_cents"] == 280 - 140


def test_a_return_that_the_ledgers_do_not_bear_out_is_found(
    till: Till, bourbon: Product, yes: str
) -> None:
    give_back(till, came_back(bourbon), approval=yes)
    BlindReturn.objects.update(total_cents=BOURBON - 1)
    BlindReturnLine.objects.update(stock_units=2)
    found = " ".join(find_faulty_blind_returns())
    assert "lines do not add up" in found
    assert "another amount" in found
    assert "stock movements" in found


def test_credit_for_a_return_that_is_gone_is_found(till: Till, bourbon: Product, yes: str) -> None:
    give_back(till, came_back(bourbon), approval=yes)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_blindreturnline")
        cursor.execute("DELETE FROM orders_blindreturn")
    (fault,) = find_faulty_blind_returns()
    assert "not in the books" in fault
