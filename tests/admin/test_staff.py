"""Staff in the back office: PINs that nobody reads, roles that open pages, people who leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from apps.core.models import AuditEntry
from apps.stores.models import PinAttempt, Staff
from apps.stores.types import Role
from tests.factories import PIN, api_client, make_checkout, make_staff, make_store, open_till
from tests.goods import basket, make_snack

from .office import errors_of, form_on, hire, save, send, signed_in, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import Checkout

    from .office import Form

pytestmark = pytest.mark.django_db

NEW_PIN = "8264"


@pytest.fixture
def chips(store: Store) -> Product:
    """Sold at any hour of the day."""
    return make_snack(on_hand=10, store=store)


@pytest.fixture
def checkout(store: Store) -> Checkout:
    """A till where Ana may log in."""
    return make_checkout(store)


@pytest.fixture
def ana(checkout: Checkout) -> Staff:
    return checkout.staff


def log_in(checkout: Checkout, pin: str = PIN, code: str = "ana") -> str:
    """What comes of a login: the name of the person, or the code of the refusal."""
    answer = api_client(checkout.token).post("sessions", {"staff_code": code, "pin": pin}).json()
    outcome: str = answer["staff"]["name"] if "staff" in answer else answer["code"]
    return outcome


def new_person(store: Store, **typed: Any) -> Form:
    form = {"name": "Ben", "code": "ben", "role": "CASHIER", "pin": NEW_PIN, "is_active": "on"}
    return {**form, "stores": [store.pk], **typed}


def without(form: Form, name: str) -> Form:
    """The form with a box that is not ticked."""
    return {key: value for key, value in form.items() if key != name}


# --- PINs -----------------------------------------------------------------------------------------


def test_somebody_new_logs_in_with_the_pin_they_were_given(
    owner: Client, checkout: Checkout
) -> None:
    page = save(owner, url("stores_staff_add"), **new_person(checkout.store))
    assert errors_of(page) == {}
    assert log_in(checkout, NEW_PIN, "ben") == "Ben"


def test_a_new_pin_takes_the_place_of_the_old_one(
    owner: Client, checkout: Checkout, ana: Staff
) -> None:
    save(owner, url_of(ana), pin=NEW_PIN)
    assert log_in(checkout) == "pin-wrong"
    assert log_in(checkout, NEW_PIN) == "Ana"


def test_a_page_saved_without_a_pin_leaves_the_old_one(
    owner: Client, checkout: Checkout, ana: Staff
) -> None:
    save(owner, url_of(ana), name="Anna")
    assert log_in(checkout) == "Anna"


@pytest.mark.parametrize("pin", ["", "123", "1234", "١٢٣٥"])
def test_a_pin_that_a_stranger_would_try_is_refused(owner: Client, store: Store, pin: str) -> None:
    page = save(owner, url("stores_staff_add"), **new_person(store, pin=pin))
    assert errors_of(page)["pin"]
    assert not Staff.objects.filter(code="ben").exists()


def test_a_pin_is_shown_and_written_down_nowhere(owner: Client, store: Store) -> None:
    wrong = save(owner, url("stores_staff_add"), **new_person(store, code="b e n"))
    assert errors_of(wrong)["code"]
    save(owner, url("stores_staff_add"), **new_person(store))
    ben = Staff.objects.get(code="ben")
    pages = [wrong, owner.get(url_of(ben)), owner.get(url("stores_staff_changelist"))]
    written = str([*AuditEntry.objects.values(), *LogEntry.objects.values()])
    for text in (*(page.content.decode() for page in pages), written, str(ben.__dict__)):
        assert NEW_PIN not in text.replace(ben.pin_hash, "")
    for page in pages:
        assert ben.pin_hash not in page.content.decode()


def test_a_new_pin_is_in_the_audit_without_its_digits(owner: Client, ana: Staff) -> None:
    save(owner, url_of(ana), pin=NEW_PIN, name="Anna")
    entries = AuditEntry.objects.filter(subject=f"staff:{ana.pk}").order_by("pk")
    assert list(entries.values_list("action", "actor_name", "facts")) == [
        ("staff.changed", "owner", {"fields": ["name"]}),
        ("staff.pin_set", "owner", {}),
    ]


def test_a_new_pin_unlocks_whoever_tried_too_often(
    owner: Client, checkout: Checkout, ana: Staff
) -> None:
    outcomes = [log_in(checkout, "9302") for _ in range(6)]
    assert outcomes == ["pin-wrong"] * 5 + ["pin-locked"]
    assert log_in(checkout) == "pin-locked"
    save(owner, url_of(ana), pin=NEW_PIN)
    assert log_in(checkout, NEW_PIN) == "Ana"
    assert not PinAttempt.objects.exists()


def test_a_new_pin_ends_the_sessions_of_the_old_one(
    owner: Client, store: Store, chips: Product
) -> None:
    till, token = open_till(store)
    save(owner, url("stores_staff_change", till.clerk.id), pin=NEW_PIN)
    answer = api_client(token).post("orders", basket(chips), key=str(uuid4()))
    assert answer.status_code == 401


# --- Codes and stores -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"code": "ANA"}, "__all__"),
        ({"code": "ana"}, "code"),
        ({"code": "Ana Lou"}, "code"),
        ({"stores": []}, "stores"),
        ({"role": "EMPEROR"}, "role"),
    ],
)
def test_a_person_that_cannot_be_is_an_error_at_its_field(
    owner: Client, ana: Staff, store: Store, typed: Form, field: str
) -> None:
    page = save(owner, url("stores_staff_add"), **new_person(store, **typed))
    assert field in errors_of(page)
    assert Staff.objects.filter(name="Ben").count() == 0


# --- Roles ----------------------------------------------------------------------------------------


def groups_of(staff: Staff) -> tuple[list[str], bool]:
    """The groups of a person's account, and whether it may log in here."""
    user = User.objects.get(staff=staff)
    return list(user.groups.values_list("name", flat=True)), user.is_staff


@pytest.mark.parametrize(
    ("role", "groups", "answers"),
    [
        ("OWNER", ["Owner"], (200, 200)),
        ("AUDITOR", ["Auditor"], (200, 403)),
        ("CASHIER", [], (302, 302)),
        ("SHIFT_LEAD", [], (302, 302)),
    ],
)
def test_another_role_moves_the_account_to_the_group_of_that_role(
    owner: Client, store: Store, role: str, groups: list[str], answers: tuple[int, int]
) -> None:
    mia = hire(Role.MANAGER, "mia")
    mia.stores.add(store)
    client = signed_in(mia.user)
    save(owner, url_of(mia), role=role)
    assert groups_of(mia) == (groups, answers[0] == 200)
    pages = (url("index"), url("catalog_product_add"))
    assert tuple(client.get(page).status_code for page in pages) == answers


def test_an_account_given_to_a_manager_opens_the_office_to_it(
    owner: Client, store: Store, db: None
) -> None:
    account = User.objects.create_user("mia")
    page = new_person(store, role="MANAGER", user=account.pk)
    save(owner, url("stores_staff_add"), **page)
    assert groups_of(Staff.objects.get(code="ben")) == (["Manager"], True)
    assert signed_in(account).get(url("catalog_product_changelist")).status_code == 200


def test_whoever_set_it_up_is_locked_out_by_no_role(owner: Client, store: Store) -> None:
    root = User.objects.create_superuser("root")
    save(owner, url("stores_staff_add"), **new_person(store, user=root.pk))
    assert signed_in(root).get(url("index")).status_code == 200


def test_the_role_at_the_till_changes_with_the_next_call(
    owner: Client, store: Store, chips: Product
) -> None:
    till, token = open_till(store)
    sold = api_client(token).post("orders", basket(chips), key=str(uuid4())).json()
    void = (f"orders/{sold['id']}/void", {"reason": "wrong bottle"})
    assert api_client(token).post(*void, key=str(uuid4())).status_code == 403
    save(owner, url("stores_staff_change", till.clerk.id), role="SHIFT_LEAD")
    assert api_client(token).post(*void, key=str(uuid4())).status_code == 200


def test_the_table_of_roles_stands_beside_the_list(owner: Client, ana: Staff) -> None:
    page = text_of(owner.get(url("stores_staff_changelist")))
    assert "Void order - yes yes yes -" in page.replace("\N{EN DASH}", "-")
    assert "Ana ana Cashier BRW" in page


# --- Leaving --------------------------------------------------------------------------------------


def test_who_left_cannot_log_in_at_a_till(owner: Client, checkout: Checkout, ana: Staff) -> None:
    send(owner, url_of(ana), without(form_on(owner, url_of(ana)), "is_active"))
    assert log_in(checkout) == "pin-wrong"


def test_who_left_sells_nothing_on_an_open_session(
    owner: Client, store: Store, chips: Product
) -> None:
    till, token = open_till(store)
    address = url("stores_staff_change", till.clerk.id)
    send(owner, address, without(form_on(owner, address), "is_active"))
    answer = api_client(token).post("orders", basket(chips), key=str(uuid4()))
    assert answer.status_code == 401


def test_who_is_moved_to_another_store_logs_in_here_no_more(
    owner: Client, checkout: Checkout, ana: Staff
) -> None:
    miami = make_store("MIA", county="Miami-Dade")
    save(owner, url_of(ana), stores=[miami.pk])
    assert log_in(checkout) == "pin-wrong"


def test_nobody_is_deleted(root: Client, store: Store) -> None:
    ana = make_staff(store)
    assert root.post(url_of(ana, "delete"), {"post": "yes"}).status_code == 403
    assert Staff.objects.count() == 1
