"""PINs that a stranger would not guess, and accounts of the office in the groups of their role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.stores.errors import PinTooSimple
from apps.stores.models import Staff, Store
from apps.stores.selectors import find_till
from apps.stores.services.sessions import open_session
from apps.stores.services.staff import check_pin, give_office_role, set_pin, sync_office_roles
from apps.stores.types import Role
from config.wiring import OFFICE_PAGES
from tests.factories import MANAGER, make_staff, open_till

if TYPE_CHECKING:
    from datetime import datetime

    from tests.factories import Checkout


@pytest.mark.parametrize("pin", ["4071", "1235", "0910", "112233", "907812345678", "7654321012"])
def test_a_pin_that_takes_a_thought_to_guess_is_taken(pin: str) -> None:
    check_pin(pin)


@pytest.mark.parametrize(
    "pin",
    ["", "407", "4071407140714", "40a1", " 4071", "4071\n", "٤٠٧١", "-4071", "0000", "999999",
     "1234", "456789", "7890", "4321", "0987", "9876543210"],
)  # fmt: skip
def test_a_pin_that_is_short_alike_or_in_a_row_is_refused(pin: str) -> None:
    with pytest.raises(PinTooSimple):
        check_pin(pin)


def new_pin(staff_id: int, pin: str, now: datetime) -> None:
    with transaction():
        set_pin(actor=MANAGER, staff_id=staff_id, pin=pin, now=now)


@pytest.mark.django_db
def test_a_new_pin_ends_the_sessions_opened_with_the_old(now: datetime) -> None:
    till, token = open_till(now=now)
    new_pin(till.clerk.id, "6182", now)
    assert find_till(token=token, now=now) is None


def test_a_new_pin_takes_the_place_of_the_old(checkout: Checkout, now: datetime) -> None:
    new_pin(checkout.staff.pk, "6182", now)
    opened = open_session(terminal=checkout.paired, staff_code="ana", pin="6182", now=now)
    assert opened.till.clerk.id == checkout.staff.pk


def test_a_pin_too_simple_leaves_everything_as_it_was(checkout: Checkout, now: datetime) -> None:
    with pytest.raises(PinTooSimple):
        new_pin(checkout.staff.pk, "1111", now)
    assert Staff.objects.get().pin_hash == checkout.staff.pin_hash
    assert not AuditEntry.objects.exists()


def test_a_new_pin_is_on_the_audit_and_the_pin_is_not(checkout: Checkout, now: datetime) -> None:
    new_pin(checkout.staff.pk, "6182", now)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name) == ("staff.pin_set", "Maria")
    assert entry.facts == {}


# --- The office -----------------------------------------------------------------------------------


@pytest.fixture
def office(db: None) -> None:
    """The groups of the office, with the pages that this installation wires to them."""
    with transaction():
        sync_office_roles(OFFICE_PAGES)


def employ(store: Store, role: Role) -> tuple[Staff, User]:
    """Somebody with an account in the office that stands in their role's group."""
    staff = make_staff(store, role)
    user = User.objects.create_user("ana")
    Staff.objects.filter(pk=staff.pk).update(user=user)
    give_role(staff)
    return staff, User.objects.get(pk=user.pk)


def give_role(staff: Staff) -> None:
    with transaction():
        give_office_role(actor=MANAGER, staff_id=staff.pk, now=timezone.now())


def groups_of(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER, Role.AUDITOR])
def test_an_office_role_opens_the_admin_in_its_own_group(store: Store, role: Role) -> None:
    _, user = employ(store, role)
    assert user.is_staff
    assert groups_of(user) == {role.capitalize()}


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("role", [Role.CASHIER, Role.SHIFT_LEAD])
def test_people_of_the_tills_have_no_admin(store: Store, role: Role) -> None:
    _, user = employ(store, role)
    assert not user.is_staff
    assert groups_of(user) == set()


@pytest.mark.usefixtures("office")
def test_a_new_role_takes_the_account_out_of_the_old_group_and_no_other(store: Store) -> None:
    staff, user = employ(store, Role.OWNER)
    user.groups.add(Group.objects.create(name="Football"))
    Staff.objects.update(role=Role.AUDITOR)
    give_role(staff)
    assert groups_of(user) == {"Auditor", "Football"}


@pytest.mark.usefixtures("office")
def test_whoever_leaves_loses_the_admin(store: Store) -> None:
    staff, user = employ(store, Role.OWNER)
    Staff.objects.update(is_active=False)
    give_role(staff)
    user.refresh_from_db()
    assert not user.is_staff
    assert groups_of(user) == set()


@pytest.mark.usefixtures("office")
def test_somebody_without_an_account_needs_no_group(store: Store) -> None:
    give_role(make_staff(store, Role.MANAGER))
    assert not User.objects.exists()


def pages_of(role: Role) -> set[str]:
    group = Group.objects.get(name=role.capitalize())
    return set(group.permissions.values_list("codename", flat=True))


@pytest.mark.usefixtures("office")
def test_an_auditor_only_views() -> None:
    pages = pages_of(Role.AUDITOR)
    assert {"view_order", "view_product", "view_stockmovement", "view_auditentry"} <= pages
    assert {page.partition("_")[0] for page in pages} == {"view"}


@pytest.mark.usefixtures("office")
def test_a_manager_sets_up_tills_and_goods_but_neither_staff_nor_stores() -> None:
    pages = pages_of(Role.MANAGER)
    assert {"change_terminal", "change_product", "add_price", "add_stockdocument"} <= pages
    assert not pages & {"change_staff", "add_staff", "change_store", "change_taxrate"}


@pytest.mark.usefixtures("office")
def test_an_owner_may_all_that_a_manager_may_and_sets_up_stores_and_people() -> None:
    pages = pages_of(Role.OWNER)
    assert pages_of(Role.MANAGER) < pages
    assert {"change_staff", "change_store", "change_taxjurisdiction"} <= pages


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("book", ["order", "stockmovement", "tender", "auditentry", "product"])
def test_nobody_deletes_what_books_refer_to(book: str) -> None:
    assert f"delete_{book}" not in pages_of(Role.OWNER)


@pytest.mark.usefixtures("office")
def test_a_page_taken_off_the_wiring_is_taken_from_the_group() -> None:
    with transaction():
        sync_office_roles({})
    assert pages_of(Role.OWNER) == set()
