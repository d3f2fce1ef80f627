"""A sale that is refused has touched nothing, and leaves no gap in the receipt numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.catalog.errors import BarcodeInvalid
from apps.orders import errors
from apps.payments.errors import PaymentNotCapturable, TenderInsufficient
from tests.conftest import NOON
from tests.goods import ADULT, basket, line_of

from .sales import count_rows, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.core.errors import DomainError
    from apps.stores.types import Till

NIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)  # three in the morning in Florida
CHILD = {**ADULT, "date_of_birth": "2010-01-01"}
EXPIRED = {**ADULT, "expires_on": "2026-11-21"}
SCAN = {"method": "scan", "barcode_data": "619947000020"}
CARD = {"kind": "card", "payment_id": str(uuid4())}

REFUSED: dict[str, tuple[type[DomainError], dict[str, Any]]] = {
    "no document": (errors.AgeCheckRequired, {"age_check": None}),
    "a child": (errors.AgeCheckUnderage, {"age_check": CHILD}),
    "an expired document": (errors.AgeCheckExpiredDocument, {"age_check": EXPIRED}),
    "a bottle scanned as a document": (errors.AgeCheckUnreadable, {"age_check": SCAN}),
    "no money": (TenderInsufficient, {"cash": None}),
    "a cent too little": (TenderInsufficient, {"cash": 2138}),
    "the tip not paid": (TenderInsufficient, {"cash": 2139, "tip_cents": 1}),
    "a card nobody authorised": (PaymentNotCapturable, {"tenders": [CARD]}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_sale_writes_nothing_and_takes_no_number(
    till: Till, bourbon: Product, case: str
) -> None:
    refusal, fields = REFUSED[case]
    assert sold(till, bourbon, cash=2139)["number"].endswith("-0001")
    before = count_rows()
    with pytest.raises(refusal):
        send(till, basket(bourbon, **fields))
    assert count_rows() == before
    assert sold(till, bourbon, cash=2139)["number"].endswith("-0002")


def refuse(till: Till, refusal: type[DomainError], *lines: Any, now: datetime = NOON) -> None:
    before = count_rows()
    with pytest.raises(refusal):
        send(till, basket(*lines), now=now)
    assert count_rows() == before


def test_a_bottle_at_night_writes_nothing(till: Till, bourbon: Product) -> None:
    refuse(till, errors.OutsideSellingHours, bourbon, now=NIGHT)


def test_a_price_nobody_approved_writes_nothing(till: Till, chips: Product) -> None:
    refuse(till, errors.PriceOverrideNeedsApproval, chips, line_of(chips, unit_price_cents=1))


def test_a_price_nobody_approved_names_the_action_and_the_lines(till: Till, chips: Product) -> None:
    body = basket(chips, line_of(chips, unit_price_cents=1))
    with pytest.raises(errors.PriceOverrideNeedsApproval) as refusal:
        send(till, body)
    wanted = {"action": "override-price", "order_id": body["id"], "amount_cents": 198}
    assert refusal.value.facts == {**wanted, "percent": 100, "lines": [1]}


def test_an_unknown_barcode_writes_nothing(till: Till, chips: Product) -> None:
    line = {"id": str(uuid4()), "quantity": 1}
    refuse(till, errors.LineBarcodeUnknown, chips, {**line, "barcode": "619947000020"})
    refuse(till, BarcodeInvalid, chips, {**line, "barcode": "619947000021"})


def test_the_law_weighs_more_than_the_money(till: Till, bourbon: Product) -> None:
    with pytest.raises(errors.AgeCheckUnderage):
        send(till, basket(bourbon, cash=None, age_check=CHILD))
    with pytest.raises(errors.OutsideSellingHours):
        send(till, basket(bourbon, cash=None, age_check=CHILD), now=NIGHT)


def test_a_document_that_nobody_needed_is_no_evidence(till: Till, chips: Product) -> None:
    assert sold(till, chips, age_check=CHILD)["age_check"] is None
