"""What a head office says is understood whole, or refused with a reason that a person can use."""

from __future__ import annotations

from typing import Any

import pytest

from apps.catalog.services.central.reading import (
    CentralProduct,
    Gone,
    Refused,
    Renamed,
    read_change,
    read_rename,
)
from tests.catalog.central.documents import bottle, gone, milk, priced


def reason(change: Any) -> str:
    read = read_change(change)
    assert isinstance(read, Refused), read
    return read.reason


def test_a_product_is_read_whole() -> None:
    read = read_change(bottle(modifier_groups=[milk(("Oat", 75))]))
    assert isinstance(read, CentralProduct)
    assert (read.sku, read.state["category"]) == ("BRB-1", ["Spirits", "Bourbon"])
    assert read.groups[0].choices == (("Oat", 75),)
    assert [(price.book, price.price_cents) for price in read.prices] == [("STANDARD", 2199)]


def test_a_product_that_is_gone_is_read() -> None:
    assert read_change(gone("X")) == Gone("X")


def test_a_rename_is_read() -> None:
    assert read_rename({"previous_sku": "OLD", "sku": "NEW", "at": 7}) == Renamed("OLD", "NEW")


@pytest.mark.parametrize(
    "rename",
    [7, {"sku": "N"}, {"previous_sku": "O", "sku": 7}, {"previous_sku": "", "sku": "N"},
     {"previous_sku": "O", "sku": "N\x00"}, {"previous_sku": "O" * 41, "sku": "N"}],
)  # fmt: skip
def test_what_is_no_rename_is_refused(rename: Any) -> None:
    assert isinstance(read_rename(rename), Refused)


def test_what_a_later_version_says_besides_is_passed_over() -> None:
    change = bottle(colour="amber")
    change["record"]["prices"][0]["margin"] = 3
    assert isinstance(read_change({**change, "mood": "good"}), CentralProduct)


@pytest.mark.parametrize(
    "change",
    [
        bottle(tax_class="VAPE"),
        bottle(name="x" * 121),
        bottle(minimum_age=100),
        bottle(volume_ml=1_000_001),
        bottle(unit_cost_cents=2**31),
        bottle(barcodes=[{"gtin": "123", "pack_size": 1}]),
        bottle(modifier_groups=[milk(("Oat", 2**31))]),
        bottle(modifier_groups=[milk(maximum=2**15)]),
        bottle(modifier_groups=[{**milk(), "minimum": 2}]),
        bottle("BRB-1", priced(-1)),
        bottle("BRB-1", priced(1.5)),
        bottle("BRB-1", priced(True)),  # noqa: FBT003 - JSON may say so
        bottle("BRB-1", priced(100_000_001)),
        bottle("BRB-1", priced(1, starts_at="2026-01-01T00:00:00")),
        bottle("BRB-1", priced(1, starts_at="soon")),
        bottle("BRB-1", priced(1, book="x" * 21)),
        bottle(name="a\x00b"),
        {**bottle(), "kind": "praise"},
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_sku(change: Any) -> None:
    read = read_change(change)
    assert isinstance(read, Refused)
    assert read.sku == "BRB-1"


@pytest.mark.parametrize(
    "change",
    [None, [], "x", {}, {"kind": "delete"}, {"kind": "upsert", "product": None, "record": []}],
)
def test_what_is_no_change_at_all_is_refused(change: Any) -> None:
    assert "as agreed" in reason(change) or "as this version" in reason(change)


def test_a_product_without_its_record_names_the_token() -> None:
    assert "no service token" in reason({"kind": "upsert", "product": {"sku": "BRB-1"}})


def test_a_tax_class_that_is_new_asks_for_an_update() -> None:
    assert "update it" in reason(bottle(tax_class="VAPE"))
