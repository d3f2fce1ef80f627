"""Tax is taken once over the whole sale, rounded once, and cut to the lines to the cent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.money import round_to_nickel
from apps.orders.rules import TaxBase, order_number, share_returned, tax_sale

from .baskets import BOURBON, CAP_CENTS, CHIPS, CIGARS, line, price, rates

if TYPE_CHECKING:
    from apps.orders.types import BasketLine, PricedBasket

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "tax_vectors.json").read_text(encoding="utf-8")
)["vectors"]
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])


def cents(dollars: str) -> int:
    return int(Decimal(dollars) * 100)


def basket_of(vector: dict[str, Any]) -> PricedBasket:
    lines = [
        line(cents(entry["unit_price"]), entry["qty"], item=BOURBON if entry["taxable"] else CHIPS)
        for entry in vector["lines"]
    ]
    return price(lines, vector["surtax_pct"])


def totals(basket: PricedBasket) -> tuple[int, ...]:
    """What stands on the receipt below the lines."""
    return (
        basket.subtotal_cents,
        basket.discount_cents,
        basket.state_tax_cents,
        basket.surtax_cents,
        basket.total_cents,
    )


# --- The vectors ----------------------------------------------------------------------------------


@each_vector
def test_a_vector_gets_its_tax_and_its_two_parts(vector: dict[str, Any]) -> None:
    basket = basket_of(vector)
    assert basket.tax_cents == cents(vector["tax"])
    assert basket.state_tax_cents == cents(vector["state_part"])
    assert basket.surtax_cents == cents(vector["surtax_part"])


@each_vector
def test_a_vector_gets_its_totals(vector: dict[str, Any]) -> None:
    basket = basket_of(vector)
    assert basket.subtotal_cents == cents(vector["subtotal"])
    assert basket.total_cents == cents(vector["total"])
    assert round_to_nickel(basket.total_cents) == cents(vector["cash_total_nickel"])


@each_vector
def test_the_lines_of_a_vector_add_up_to_it(vector: dict[str, Any]) -> None:
    basket = basket_of(vector)
    assert sum(priced.tax_cents for priced in basket.lines) == cents(vector["tax"])
    assert sum(priced.total_cents for priced in basket.lines) == cents(vector["total"])


# --- Whatever is in the basket --------------------------------------------------------------------

surtaxes = st.sampled_from(["0.0", "0.5", "1.0", "1.5", "2.0"])
basket_lines = st.builds(
    line,
    st.one_of(st.integers(0, 20_000), st.integers(CAP_CENTS - 10, CAP_CENTS + 10_000)),
    st.integers(1, 30),
    item=st.sampled_from([BOURBON, CHIPS, CIGARS]),
    pack_size=st.sampled_from([1, 6, 12]),
)
baskets = st.lists(basket_lines, min_size=1, max_size=8)


@given(lines=baskets, surtax=surtaxes)
def test_totals_add_up_and_no_part_is_negative(lines: list[BasketLine], surtax: str) -> None:
    basket = price(lines, surtax)
    assert all(amount >= 0 for amount in totals(basket))
    assert basket.tax_cents == basket.state_tax_cents + basket.surtax_cents
    assert basket.total_cents == basket.subtotal_cents - basket.discount_cents + basket.tax_cents
    assert basket.subtotal_cents == sum(entry.quantity * entry.unit_price_cents for entry in lines)


@given(lines=baskets, surtax=surtaxes)
def test_each_line_adds_up_and_all_lines_are_the_whole(
    lines: list[BasketLine], surtax: str
) -> None:
    basket = price(lines, surtax)
    for priced in basket.lines:
        net = priced.subtotal_cents - priced.discount_cents
        assert priced.total_cents == net + priced.tax_cents
    assert sum(priced.tax_cents for priced in basket.lines) == basket.tax_cents
    assert sum(priced.total_cents for priced in basket.lines) == basket.total_cents


@given(lines=baskets, surtax=surtaxes, dice=st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_total(
    lines: list[BasketLine], surtax: str, dice: Any
) -> None:
    shuffled = dice.sample(lines, len(lines))
    assert totals(price(shuffled, surtax)) == totals(price(lines, surtax))


@given(lines=baskets, surtax=surtaxes, where=st.integers(0, 7), first=st.integers(1, 29))
def test_splitting_a_line_in_two_changes_no_total(
    lines: list[BasketLine], surtax: str, where: int, first: int
) -> None:
    whole = lines[where % len(lines)]
    first = 1 + first % whole.quantity
    parts = [replace(whole, quantity=first)]
    if whole.quantity > first:
        parts.append(replace(whole, quantity=whole.quantity - first))
    others = [entry for entry in lines if entry is not whole]
    assert totals(price([*others, *parts], surtax)) == totals(price([*others, whole], surtax))


@given(lines=baskets, surtax=surtaxes)
def test_no_line_bears_a_cent_more_or_less_than_its_share(
    lines: list[BasketLine], surtax: str
) -> None:
    basket = price(lines, surtax)
    exact = [exact_tax(entry, surtax) for entry in lines]
    for priced, own in zip(basket.lines, exact, strict=True):
        share = basket.tax_cents * own / sum(exact) if any(exact) else Fraction(0)
        assert abs(priced.tax_cents - share) < 1


@given(lines=baskets, surtax=surtaxes)
def test_the_tax_is_within_half_a_cent_of_the_exact_tax(
    lines: list[BasketLine], surtax: str
) -> None:
    exact = sum((exact_tax(entry, surtax) for entry in lines), Fraction(0))
    assert abs(price(lines, surtax).tax_cents - exact) <= Fraction(1, 2)


def exact_tax(entry: BasketLine, surtax: str) -> Fraction:
    """The tax of a line in cents, as the statute says it, in fractions."""
    if entry.item is CHIPS:
        return Fraction(0)
    net = entry.quantity * entry.unit_price_cents
    capped = min(net, entry.quantity * entry.pack_size * CAP_CENTS)
    return Fraction(6, 100) * net + Fraction(surtax) / 100 * capped


# --- What the law picks out -----------------------------------------------------------------------


def test_what_is_exempt_bears_no_tax_beside_what_is_not() -> None:
    taxed, exempt = price([line(1000), line(1000, item=CHIPS)]).lines
    assert (taxed.is_taxable, taxed.tax_cents) == (True, 70)
    assert (exempt.is_taxable, exempt.tax_cents, exempt.total_cents) == (False, 0, 1000)


@pytest.mark.parametrize(
    ("quantity", "pack_size", "price_cents", "surtax_cents"),
    [
        (1, 1, 500_000, 5_000),
        (1, 1, 500_001, 5_000),
        (1, 1, 900_000, 5_000),
        (2, 1, 400_000, 8_000),  # $8,000 in all, but each bottle below the cap
        (2, 1, 900_000, 10_000),
        (1, 6, 3_000_000, 30_000),  # a case of six at the cap
        (1, 6, 6_000_000, 30_000),
    ],
)
def test_the_county_takes_from_the_first_5000_dollars_of_each_bottle(
    quantity: int, pack_size: int, price_cents: int, surtax_cents: int
) -> None:
    basket = price([line(price_cents, quantity, pack_size=pack_size)])
    assert basket.surtax_cents == surtax_cents
    assert basket.state_tax_cents == quantity * price_cents * 6 // 100


def test_a_cap_that_one_bottle_leaves_open_is_no_other_bottles() -> None:
    assert price([line(900_000), line(100_000)]).surtax_cents == 5_000 + 1_000


def test_a_thousand_packs_of_a_million_dollars_are_taxed_to_the_cent() -> None:
    quantity, pack_size, million = 10_000, 1_000, 100_000_000
    lines = [line(pack_size * million + 1, quantity, pack_size=pack_size) for _ in range(500)]
    basket = price(lines, "1.5")
    subtotal = 500 * quantity * (pack_size * million + 1)
    surtax = Fraction(15, 1000) * 500 * quantity * pack_size * CAP_CENTS
    assert basket.subtotal_cents == subtotal
    assert basket.state_tax_cents == Fraction(6, 100) * subtotal
    assert basket.surtax_cents == surtax
    assert sum(priced.tax_cents for priced in basket.lines) == basket.tax_cents
    assert basket.total_cents < 2**63  # what a column holds


def test_no_base_at_all_is_no_tax() -> None:
    tax = tax_sale([], rates())
    assert (tax.state_cents, tax.surtax_cents, tax.shares) == (0, 0, ())


def test_a_tax_that_rounds_to_nothing_has_shares_of_nothing() -> None:
    tax = tax_sale([TaxBase(1, 1), TaxBase(2, 1)], rates())
    assert (tax.state_cents, tax.surtax_cents, tax.shares) == (0, 0, (0, 0))


# --- What else a basket knows ---------------------------------------------------------------------


def test_a_basket_asks_for_the_highest_age_of_its_lines() -> None:
    teen = replace(CHIPS, minimum_age=18)
    assert price([line(1, item=CHIPS)]).minimum_age == 0
    assert price([line(1, item=teen), line(1), line(1, item=CHIPS)]).minimum_age == 21


def test_a_basket_has_alcohol_where_a_line_has() -> None:
    assert price([line(1, item=CHIPS), line(1)]).has_alcohol
    assert not price([line(1, item=CHIPS), line(1, item=CIGARS)]).has_alcohol


@pytest.mark.parametrize(
    ("sequence", "number"), [(1, "BRW-3-261122-0001"), (12_345, "BRW-3-261122-12345")]
)
def test_a_receipt_number_names_store_till_date_and_count(sequence: int, number: str) -> None:
    day = date(2026, 11, 22)
    assert order_number(store_code="BRW", terminal_number=3, day=day, sequence=sequence) == number


# --- What goes back -------------------------------------------------------------------------------


@st.composite
def sold_lines(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    """A line's net and tax in cents, and how many of its units each of several returns takes."""
    returns = draw(st.lists(st.integers(1, 40), min_size=1, max_size=12))
    return draw(st.integers(0, 10**7)), draw(st.integers(0, 10**6)), returns


@given(line=sold_lines())
def test_whatever_returns_a_line_takes_they_end_at_what_was_paid(
    line: tuple[int, int, list[int]],
) -> None:
    net, tax, returns = line
    before, shares = 0, []
    for quantity in returns:
        share = share_returned(
            total_cents=net + tax,
            tax_cents=tax,
            sold=sum(returns),
            before=before,
            quantity=quantity,
        )
        assert 0 <= share.tax_cents <= share.total_cents
        shares.append(share)
        before += quantity
    assert sum(share.total_cents for share in shares) == net + tax
    assert sum(share.tax_cents for share in shares) == tax


@given(line=sold_lines())
def test_what_has_gone_back_is_never_a_cent_from_its_part(
    line: tuple[int, int, list[int]],
) -> None:
    net, tax, (first, *rest) = line
    sold = first + sum(rest)
    share = share_returned(
        total_cents=net + tax, tax_cents=tax, sold=sold, before=0, quantity=first
    )
    assert abs(share.tax_cents - Fraction(tax * first, sold)) <= Fraction(1, 2)
    assert abs(share.total_cents - Fraction((net + tax) * first, sold)) <= 1


def test_a_unit_gives_back_its_price_and_the_cents_of_tax_are_cut_evenly() -> None:
    shares = [
        share_returned(total_cents=3 * 1000 + 200, tax_cents=200, sold=3, before=n, quantity=1)
        for n in range(3)
    ]
    assert [(share.total_cents, share.tax_cents) for share in shares] == [
        (1067, 67),
        (1066, 66),
        (1067, 67),
    ]
