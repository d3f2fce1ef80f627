"""Whatever is changed in the office is in the audit, and the tills hear of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User

from apps.catalog.models import Modifier, ModifierGroup, Price, PriceBook
from apps.core.audit_checks import find_broken_links
from apps.core.models import AuditEntry
from apps.core.reference import read_revision
from tests.factories import make_checkout

from .office import BLANK, add_row, errors_of, form_on, save, send, url, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store

    from .office import Form

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(store: Store, bourbon: Product) -> Store:
    """A row at least of whatever can be changed."""
    make_checkout(store)
    group = ModifierGroup.objects.create(name="Milk")
    Modifier.objects.create(group=group, name="Oat", price_cents=75)
    Group.objects.get_or_create(name="Manager")
    return store


def some(label: str) -> Model:
    row: Model | None = apps.get_model(label)._default_manager.order_by("pk").first()
    assert row is not None
    return row


@contextmanager
def heard() -> Iterator[list[tuple[str, str, Any]]]:
    """Who did what with which facts in this block, and proof that the tills were told of it."""
    revision, last = read_revision(), AuditEntry.objects.count()
    entries: list[tuple[str, str, Any]] = []
    yield entries
    written = AuditEntry.objects.order_by("pk")[last:]
    entries += [(entry.actor_name, entry.action, entry.facts) for entry in written]
    assert read_revision() > revision
    assert list(find_broken_links()) == []


@pytest.mark.parametrize(
    ("label", "typed"),
    [
        ("catalog.category", {"name": "Whiskey", "department": "Cellar"}),
        ("catalog.modifiergroup", {"minimum": "1", "name": "Milks"}),
        ("catalog.product", {"minimum_age": "25", "name": "Old Bourbon"}),
        ("catalog.pricebook", {"name": "Everyday"}),
        ("catalog.barcode", {"pack_size": "6"}),
        ("stores.store", {"phone": "555-0100", "receipt_footer": "Thank you"}),
        ("stores.terminal", {"name": "Bar"}),
        ("stores.staff", {"name": "Anna"}),
        ("stores.taxjurisdiction", {"name": "Broward County"}),
        ("stores.taxtreatment", {"source": "s. 212.08, F.S."}),
        ("inventory.stockbalance", {"reorder_point": "12"}),
        ("auth.user", {"email": "root@example.com", "first_name": "Rita"}),
        ("auth.group", {"name": "Managers"}),
    ],
)
def test_a_change_is_written_down_with_who_and_which_fields(
    root: Client, shop: Store, label: str, typed: Form
) -> None:
    row = some(label)
    with heard() as entries:
        assert errors_of(save(root, url_of(row), **typed)) == {}
    action = f"{label.partition('.')[2]}.changed"
    assert ("root", action, {"fields": sorted(typed)}) in entries
    row.refresh_from_db()
    assert {name: str(getattr(row, name)) for name in typed} == typed


@pytest.mark.parametrize(
    ("label", "prefix", "cells", "table"),
    [
        ("catalog.modifiergroup", "modifiers", {"name": "Soy", "price_cents": "0.50"}, "Modifier"),
        ("catalog.product", "barcodes", {"gtin": "036000291452", "pack_size": 1}, "Barcode"),
        (
            "stores.store",
            "licences",
            {"kind": "2COP", "number": "7", "valid_from": "2026-01-01"},
            "Licence",
        ),
        (
            "stores.store",
            "selling_hours",
            {"weekday": "6", "opens_minute": "09:00", "closes_minute": "26:00"},
            "SellingHours",
        ),
        (
            "stores.store",
            "hours_exceptions",
            {"date": "2026-12-25", "reason": "Christmas"},
            "SellingHoursException",
        ),
        (
            "stores.taxjurisdiction",
            "rates",
            {"effective_from": "2027-01-01", "state_rate": "6", "surtax_rate": "1.5"},
            "TaxRate",
        ),
    ],
)
def test_a_row_added_on_a_page_is_written_down(
    root: Client, shop: Store, label: str, prefix: str, cells: Form, table: str
) -> None:
    address = url_of(some(label))
    with heard() as entries:
        page = send(root, address, add_row(form_on(root, address), prefix, **cells))
        assert errors_of(page) == {}
    action = f"{label.partition('.')[2]}.changed"
    assert ("root", action, {"tables": [table]}) in entries


@pytest.mark.parametrize(
    ("label", "typed"),
    [
        ("catalog.category", {"name": "Gin", "department": "Spirits"}),
        ("catalog.modifiergroup", {"name": "Sizes"}),
        ("catalog.pricebook", {"name": "Airport", "code": "AIRPORT"}),
        ("auth.group", {"name": "Visitors"}),
    ],
)
def test_something_new_is_written_down(root: Client, shop: Store, label: str, typed: Form) -> None:
    app, model = label.split(".")
    with heard() as entries:
        assert errors_of(save(root, url(f"{app}_{model}_add"), **typed)) == {}
    ((who, action, facts),) = entries
    assert (who, action) == ("root", f"{model}.added")
    assert set(typed) <= set(facts["fields"])


def test_a_price_added_in_its_list_is_written_down(
    root: Client, shop: Store, bourbon: Product
) -> None:
    book = PriceBook.objects.get()
    typed = {"product": bourbon.pk, "book": book.pk, "price_cents": "17.50"}
    with heard() as entries:
        save(root, url("catalog_price_add"), **typed)
    ((who, action, _facts),) = entries
    assert (who, action) == ("root", "price.scheduled")
    assert Price.objects.filter(price_cents=1750).exists()


def test_what_is_deleted_is_written_down_by_its_name(root: Client, store: Store) -> None:
    visitors = Group.objects.create(name="Visitors")
    with heard() as entries:
        root.post(url_of(visitors, "delete"), {"post": "yes"})
    assert entries == [("root", "group.deleted", {"name": "Visitors"})]


def test_a_password_set_anew_is_written_down_without_it(root: Client, store: Store) -> None:
    mia = User.objects.create_user("mia")
    secret = "correct horse battery"
    page = url("auth_user_password_change", mia.pk)
    form = {"password1": secret, "password2": secret, "usable_password": "true"}
    send(root, page, {**form, "password2": "another"})
    assert not AuditEntry.objects.filter(action="user.changed").exists()
    send(root, page, {**form, "set-password": "1"})
    mia.refresh_from_db()
    assert mia.check_password(secret)
    entry = AuditEntry.objects.get(action="user.changed")
    assert (entry.actor_name, entry.action, entry.subject, entry.facts) == (
        "root", "user.changed", f"user:{mia.pk}", {"fields": ["password"]},
    )  # fmt: skip


def test_a_page_that_was_sent_back_writes_nothing(root: Client, shop: Store) -> None:
    before = (AuditEntry.objects.count(), read_revision())
    page = save(root, url_of(some("catalog.category")), name="")
    assert errors_of(page)
    assert (AuditEntry.objects.count(), read_revision()) == before


def test_a_new_row_begins_with_the_amount_that_is_usual(root: Client, shop: Store) -> None:
    county = form_on(root, url_of(some("stores.taxjurisdiction")))
    assert county[f"rates-{BLANK}-surtax_cap_cents"] == "$5,000.00"  # s. 212.054(2)(b), F.S.
    choices = form_on(root, url_of(some("catalog.modifiergroup")))
    assert choices[f"modifiers-{BLANK}-price_cents"] == "$0.00"
