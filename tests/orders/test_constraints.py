"""What must never stand in the tables of orders, the database itself refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError

from apps.orders.models import (
    BlindReturn,
    BlindReturnLine,
    Order,
    OrderLine,
    ParkedOrder,
    PrintedReceipt,
    ReceiptCounter,
    Return,
    ReturnLine,
)
from apps.stores.models import Store
from tests.conftest import NOON
from tests.customers.certificates import file_certificate
from tests.factories import make_store, make_terminal

from .rows import (
    DAY,
    make_blind_return,
    make_blind_return_line,
    make_order,
    make_order_line,
    make_return,
    make_return_line,
)
from .test_closing_constraints import CLOSING_RULES
from .test_kept_replays import REPLAY_RULES
from .test_paper_constraints import PAPER_RULES

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model

CHECKS: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("order_total_adds_up", Order, {"total_cents": 1071}),
    ("order_total_adds_up", Order, {"tip_cents": 1}),
    ("order_total_adds_up", Order, {"discount_cents": 1}),
    ("order_amounts_not_negative", Order, {"subtotal_cents": -1, "total_cents": 69}),
    ("order_amounts_not_negative", Order, {"discount_cents": -1, "total_cents": 1071}),
    ("order_amounts_not_negative", Order, {"state_tax_cents": -1, "total_cents": 1009}),
    ("order_amounts_not_negative", Order, {"surtax_cents": -1, "total_cents": 1059}),
    ("order_amounts_not_negative", Order, {"tip_cents": -1, "total_cents": 1069}),
    ("order_total_adds_up", Order, {"gift_cards_cents": 1}),
    ("order_amounts_not_negative", Order, {"gift_cards_cents": -1, "total_cents": 1069}),
    ("order_amounts_not_negative", Order, {"change_cents": -1}),
    ("a_void_has_its_time", Order, {"status": "VOIDED"}),
    ("a_void_has_its_time", Order, {"voided_at": NOON}),
    ("order_cash_rounding_within_two_cents", Order, {"cash_rounding_cents": 3}),
    ("order_cash_rounding_within_two_cents", Order, {"cash_rounding_cents": -3}),
    ("return_cash_rounding_within_four_cents", Return, {"cash_rounding_cents": 5}),
    ("return_cash_rounding_within_four_cents", Return, {"cash_rounding_cents": -5}),
    ("an_exempt_order_bears_no_tax", Order, {"exemption": {"number": "85-1"}}),
    ("order_line_adds_up", OrderLine, {"total_cents": 1071}),
    ("order_line_adds_up", OrderLine, {"discount_cents": 1}),
    ("order_line_sells_something", OrderLine, {"quantity": 0, "total_cents": 70}),
    ("order_line_sells_something", OrderLine, {"pack_size": 0}),
    ("order_line_sells_something", OrderLine, {"tax_cents": -1, "total_cents": 999}),
    ("order_line_not_below_zero", OrderLine, {"unit_price_cents": -500, "total_cents": -930}),
    ("order_line_not_below_zero", OrderLine, {"discount_cents": -1, "total_cents": 1071}),
    ("order_line_returned_within_sold", OrderLine, {"returned_quantity": 3}),
    ("order_line_refunded_within_total", OrderLine, {"returned_cents": 1071}),
    ("order_line_refunded_within_total", OrderLine, {"returned_cents": -1}),
    ("return_tax_within_total", Return, {"tax_cents": -1}),
    ("return_tax_within_total", Return, {"tax_cents": 536}),
    ("return_line_takes_something_back", ReturnLine, {"quantity": 0}),
    ("return_line_tax_within_total", ReturnLine, {"tax_cents": -1}),
    ("return_line_tax_within_total", ReturnLine, {"tax_cents": 536}),
    ("return_line_puts_back_what_is_restocked", ReturnLine, {"stock_units": -1}),
    ("return_line_puts_back_what_is_restocked", ReturnLine, {"is_restocked": False}),
    ("blind_return_tax_within_total", BlindReturn, {"tax_cents": -1}),
    ("blind_return_tax_within_total", BlindReturn, {"tax_cents": 535}),
    ("blind_return_is_approved_by_somebody", BlindReturn, {"approved_by": ""}),
    ("blind_return_line_adds_up", BlindReturnLine, {"total_cents": 534}),
    ("blind_return_line_takes_something_back", BlindReturnLine, {"quantity": 0, "total_cents": 35}),
    ("blind_return_line_takes_something_back", BlindReturnLine, {"pack_size": 0}),
    (
        "blind_return_line_takes_something_back",
        BlindReturnLine,
        {"tax_cents": -1, "total_cents": 499},
    ),
    ("blind_return_line_puts_back_what_is_restocked", BlindReturnLine, {"stock_units": -1}),
    ("blind_return_line_puts_back_what_is_restocked", BlindReturnLine, {"is_restocked": False}),
    ("receipt_format_is_known", PrintedReceipt, {"format": "image/png"}),
]

# Per rule, the table and the other values with which a second row is welcome.
UNIQUE: list[tuple[str, type[Model], dict[str, Any]]] = [
    ("one_order_per_terminal_date_and_sequence", Order, {"number": "B", "sequence": 2}),
    ("one_return_line_per_line", ReturnLine, {"line": None}),
    ("one_line_per_order_and_position", OrderLine, {"position": 1}),
    ("one_receipt_per_order_and_format", PrintedReceipt, {"format": "text/html"}),
    (
        "one_receipt_counter_per_terminal_and_date",
        ReceiptCounter,
        {"business_date": DAY.replace(day=23)},
    ),
]


def insert(model: type[Model], **changes: Any) -> Model:
    """A row that is valid but for the changes, in the first store and of its first order."""
    store = Store.objects.first() or make_store()
    if model is Order:
        return make_order(store, **changes)
    terminal = store.terminals.first() or make_terminal(store)
    if model is ParkedOrder:
        parked = {"id": uuid4(), "store": store, "terminal": terminal, "basket": {}}
        return ParkedOrder.objects.create(**{**parked, "parked_at": NOON, **changes})
    if model is ReceiptCounter:
        return ReceiptCounter.objects.create(
            **{"terminal": terminal, "business_date": DAY, **changes}
        )
    order = Order.objects.first() or make_order(store)
    if model is OrderLine:
        return make_order_line(order, **{"position": 0, **changes})
    if model in {Return, ReturnLine, BlindReturn, BlindReturnLine}:
        return _insert_return(model, order, **changes)
    receipt = {"order": order, "format": "text/plain", "body": "", "first_printed_at": NOON}
    return PrintedReceipt.objects.create(**{**receipt, **changes})


def _insert_return(model: type[Model], order: Order, **changes: Any) -> Model:
    if model is Return:
        return make_return(order, **changes)
    if model in {BlindReturn, BlindReturnLine}:
        return _insert_blind_return(model, order, **changes)
    given = Return.objects.first() or make_return(order)
    line = order.lines.first() or make_order_line(order)
    if "line" in changes:
        changes["line"] = make_order_line(order)
    return make_return_line(given, **{"line": line, **changes})


def _insert_blind_return(model: type[Model], order: Order, **changes: Any) -> Model:
    if model is BlindReturn:
        return make_blind_return(order, **changes)
    return make_blind_return_line(make_blind_return(order), order, **changes)


MODELS = [
    BlindReturn,
    BlindReturnLine,
    Order,
    OrderLine,
    ParkedOrder,
    PrintedReceipt,
    ReceiptCounter,
    Return,
    ReturnLine,
]


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS)
def test_a_valid_row_is_welcome(model: type[Model]) -> None:
    assert insert(model).pk


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "changes"), CHECKS)
def test_a_row_that_breaks_a_rule_is_refused(
    name: str, model: type[Model], changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        insert(model, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "model", "other"), UNIQUE)
def test_a_second_row_for_the_same_is_refused(
    name: str, model: type[Model], other: dict[str, Any]
) -> None:
    insert(model)
    insert(model, **other)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model, **({"number": "C"} if model is Order else {}))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes", [{"status": "VOIDED", "voided_at": NOON}, {"tip_cents": 5, "total_cents": 1075}]
)
def test_an_order_may_be_voided_and_may_have_a_tip(changes: dict[str, Any]) -> None:
    assert insert(Order, **changes).pk


@pytest.mark.django_db
def test_all_of_a_line_may_come_back() -> None:
    assert insert(OrderLine, returned_quantity=2, returned_cents=1070).pk


@pytest.mark.django_db
def test_an_order_under_a_certificate_bears_no_tax() -> None:
    row, free = file_certificate(), {"state_tax_cents": 0, "surtax_cents": 0, "total_cents": 1000}
    insert(Order, certificate=row, exemption={}, **free)
    with pytest.raises(IntegrityError, match="an_exempt_order_bears_no_tax"):
        insert(Order, certificate=row, exemption={}, number="B", sequence=2)


@pytest.mark.django_db
@pytest.mark.parametrize("voided_at", [None, NOON])
def test_an_order_has_no_other_status(voided_at: datetime | None) -> None:
    # The rule about voids knows no other status either; which of the two speaks first is open.
    with pytest.raises(IntegrityError, match=r"order_status_is_known|a_void_has_its_time"):
        insert(Order, status="PAID", voided_at=voided_at)


@pytest.mark.django_db
def test_a_receipt_number_stands_once() -> None:
    insert(Order, number="A")
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(Order, number="A", sequence=2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "other"), [(Order, {"number": "B", "sequence": 2}), (OrderLine, {"position": 1})]
)
def test_an_id_that_a_terminal_made_stands_once(model: type[Model], other: dict[str, Any]) -> None:
    key = uuid4()
    insert(model, id=key)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(model, id=key, **other)


@pytest.mark.django_db
def test_an_id_of_a_parked_basket_stands_once() -> None:
    parked = insert(ParkedOrder)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(ParkedOrder, id=parked.pk)


def test_every_constraint_of_the_tables_of_orders_is_proved_here() -> None:
    proved = {
        *CLOSING_RULES,
        *PAPER_RULES,
        "order_status_is_known",
        *(name for name, _, _ in [*CHECKS, *UNIQUE]),
    }
    proved |= {name for name, _ in REPLAY_RULES}
    tables = apps.get_app_config("orders").get_models()
    assert proved == {rule.name for table in tables for rule in table._meta.constraints}
