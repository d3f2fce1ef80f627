"""Journal lines are flat, go by a destination's own accounts, and are answered for as a batch."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as site
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.sync.options import check_options
from apps.sync.rules import Answer, Sent, Verdict
from apps.sync.transforms.chart import DEFAULT, Account, ChartUnreadable, read_chart
from apps.sync.transforms.registry import transform_of
from apps.sync.transforms.seam import Run, StoredFact

from .documents import sales

if TYPE_CHECKING:
    from .documents import Document

NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)
ID = UUID("0197c0de-0000-7000-8000-000000000001")
JOURNAL = transform_of("JOURNAL")
SALE: Document = {
    "store": "BRW",
    "order": {
        "number": "BRW-1-261122-0001",
        "business_date": "2026-11-22",
        "subtotal_cents": 1999,
        "discount_cents": 0,
        "tax_cents": 140,
        "tip_cents": 0,
        "gift_cards_cents": 0,
        "cash_rounding_cents": 0,
        "change_cents": 361,
        "tenders": [{"kind": "cash", "amount_cents": 2500}],
    },
}


def run_of(*told: tuple[str, Document], options: Any = None) -> Run:
    facts = [
        StoredFact(number, ID if number == 1 else uuid4(), kind, 1, "x", NOON, json.dumps(payload))
        for number, (kind, payload) in enumerate(told, start=1)
    ]
    return Run("b1", "cafe", facts, options or {})


def written(*told: tuple[str, Document], options: Any = None) -> list[Document]:
    body = JOURNAL.write(run_of(*told, options=options))
    return [json.loads(line) for line in body.splitlines()]


def test_a_line_is_flat_and_says_what_an_accountant_asks() -> None:
    cash, _change, sold, tax = written(("order.completed", SALE))
    assert cash == {
        "entry_id": str(ID),
        "line": 1,
        "date": "2026-11-22",
        "store": "BRW",
        "account": "1000",
        "account_name": "Cash in drawers",
        "debit_cents": 2500,
        "credit_cents": 0,
        "memo": "Sale BRW-1-261122-0001",
        "reference": "BRW-1-261122-0001",
    }
    assert [(line["account"], line["credit_cents"]) for line in (sold, tax)] == [
        ("4000", 1999),
        ("2200", 140),
    ]


@settings(max_examples=30)
@given(st.lists(sales(), max_size=4))
def test_the_lines_of_a_batch_balance(told: list[Document]) -> None:
    lines = written(*(("order.completed", sale) for sale in told))
    assert sum(line["debit_cents"] - line["credit_cents"] for line in lines) == 0
    assert all(min(line["debit_cents"], line["credit_cents"]) == 0 for line in lines)
    names = [(line["entry_id"], line["line"]) for line in lines]
    assert len(names) == len(set(names))


def test_facts_without_money_leave_the_body_empty() -> None:
    assert JOURNAL.write(run_of(("product.updated", {}), ("payment.captured", {}))) == b""


def test_the_same_facts_are_the_same_bytes() -> None:
    assert JOURNAL.write(run_of(("order.completed", SALE))) == JOURNAL.write(
        run_of(("order.completed", SALE))
    )


# --- The chart of accounts ------------------------------------------------------------------------


def test_every_account_has_a_code_of_its_own() -> None:
    assert set(DEFAULT) == set(Account)
    assert len({named.code for named in DEFAULT.values()}) == len(DEFAULT)


def test_a_destination_has_its_own_codes_and_keeps_the_others() -> None:
    options = {"accounts": {"cash": {"code": "57000"}, "sales": {"name": "Umsatz"}}}
    cash, _change, sold, _tax = written(("order.completed", SALE), options=options)
    assert (cash["account"], cash["account_name"]) == ("57000", "Cash in drawers")
    assert (sold["account"], sold["account_name"]) == ("4000", "Umsatz")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "accounts"),
        ({"accounts": []}, "accounts"),
        ({"accounts": {"petty": {}}}, "No account is called petty"),
        ({"accounts": {"cash": "1000"}}, "cash: write a code"),
        ({"accounts": {"cash": {"number": "1000"}}}, "cash: write a code"),
        ({"accounts": {"cash": {"code": 1000}}}, "its code is a text"),
        ({"accounts": {"cash": {"code": " "}}}, "its code is a text"),
        ({"accounts": {"cash": {"name": "x" * 81}}}, "its name one of"),
        ({"accounts": {"cash": {"name": "a\nb"}}}, "its code is a text"),
    ],
)
def test_a_chart_that_cannot_be_read_is_refused_with_what_to_write(options: Any, said: str) -> None:
    with pytest.raises(ChartUnreadable, match=said):
        read_chart(options)
    with pytest.raises(ValidationError, match=said):
        check_options(options)


def test_a_chart_that_cannot_be_read_stops_no_books() -> None:
    cash, *_ = written(("order.completed", SALE), options={"accounts": {"cash": 1}})
    assert cash["account"] == "1000"


# --- Answers --------------------------------------------------------------------------------------

SENT = Sent("b1", 1, [str(ID), "other"], NOON)


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"batch_id": "b1", "lines": 4}', Verdict.DELIVERED),
        (200, b'{"batch_id": "b2"}', Verdict.BROKEN),
        (200, b"[]", Verdict.BROKEN),
        (200, b"<html>", Verdict.BROKEN),
        (204, b"", Verdict.BROKEN),
        (422, b"{}", Verdict.REFUSED),
        (413, b"{}", Verdict.TOO_LARGE),
        (503, b"", Verdict.WAIT),
        (401, b"", Verdict.STOP),
        (None, b"", Verdict.SILENT),
    ],
)
def test_only_an_answer_that_names_the_batch_delivers_it(
    status: int | None, body: bytes, verdict: Verdict
) -> None:
    outcome = JOURNAL.read(Answer(status=status, body=body, fault="timeout"), SENT)
    assert outcome.verdict == verdict
    assert outcome.arrived_count == (2 if verdict is Verdict.DELIVERED else 0)


def test_the_page_of_the_journal_names_every_account_as_it_is() -> None:
    page = (Path(site.BASE_DIR) / "docs" / "operations" / "journal.md").read_text()
    for account, named in DEFAULT.items():
        assert f"| `{account}` | {named.code} | {named.name}" in page
