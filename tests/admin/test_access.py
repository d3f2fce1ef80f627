"""Who may open and change what: the role table of the spec, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from apps.stores.models import Staff, Store
from apps.stores.types import Role
from tests.orders.sales import count_rows

from .everything import make_everything
from .office import form_on, hire, office, signed_in, text_of, url, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

pytestmark = pytest.mark.django_db

NOBODY_IS_HERE = "00000000-0000-0000-0000-000000000000"
# What whoever runs or audits the shops reads. Accounts and the machine's own books are not theirs.
SEEN = {
    "core_auditentry", "stores_store", "stores_staff", "stores_terminal", "stores_taxjurisdiction",
    "stores_taxtreatment", "stores_approval", "stores_rolelimit", "stores_servicetoken",
    "sync_catalogsource",
    "catalog_product", "catalog_price", "catalog_category",
    "catalog_modifiergroup", "catalog_pricebook", "catalog_importrun", "catalog_barcode",
    "catalog_promotion", "catalog_priceedition", "catalog_editionprice", "orders_basketreplay",
    "customers_customer", "customers_exemptioncertificate",
    "customers_loyaltyprogramme", "customers_loyaltyaccount", "customers_loyaltyentry",
    "catalog_storepricebook", "inventory_stockbalance", "inventory_stockmovement",
    "inventory_stockdocument", "inventory_countrequest", "orders_order", "orders_parkedorder",
    "orders_return", "orders_exchange", "orders_blindreturn", "orders_blindreturnline",
    "orders_receiptemail", "orders_printjob", "orders_zreport", "orders_zamendment",
    "orders_dayclose",
    "payments_shift", "payments_cashmovement", "payments_drawercount",
    "payments_tender", "payments_payment", "payments_refund", "payments_attempt",
    "payments_stripeevent", "payments_dispute", "payments_difference", "payments_reconciliation",
    "payments_storedvalueaccount", "payments_storedvalueentry",
    "payments_payout", "payments_balanceentry", "payments_reader", "payments_location",
    "core_outboxevent", "sync_destination", "sync_batch", "sync_attempt", "sync_undelivered",
    "sync_peer", "sync_sequencegap", "sync_receivedbatch", "sync_receivedfact",
    "sync_rejectedfact", "sync_remotesale", "sync_remotereturn", "sync_remotepayment",
    "sync_remoteshift", "sync_remotestock", "sync_syncreconciliation",
}  # fmt: skip
MANAGER_ADDS = {
    "stores_terminal", "catalog_product", "catalog_price", "catalog_category",
    "catalog_modifiergroup", "catalog_pricebook", "catalog_barcode", "catalog_storepricebook",
    "orders_dayclose", "orders_zreport",
    "catalog_promotion", "catalog_priceedition",
    "customers_customer", "customers_exemptioncertificate",
}  # fmt: skip
OWNER_ADDS = MANAGER_ADDS | {
    "stores_store", "stores_staff", "stores_servicetoken", "stores_taxjurisdiction",
    "stores_taxtreatment", "customers_loyaltyprogramme", "sync_catalogsource", "sync_destination",
    "sync_peer",
}  # fmt: skip


def models() -> Iterator[tuple[str, type[Model]]]:
    """Every table that the back office shows, by the name its addresses begin with."""
    for model in admin.site._registry:
        yield f"{model._meta.app_label}_{model._meta.model_name}", model


def some(model: type[Model]) -> Model:
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"make_everything makes no {model.__name__}"
    return row


def answering(client: Client, page: str) -> set[str]:
    """The tables whose list or add page opens for this browser."""
    answers = {name: client.get(url(f"{name}_{page}")).status_code for name, _ in models()}
    assert set(answers.values()) <= {200, 302, 403}, answers
    return {name for name, status in answers.items() if status == 200}


# --- What opens -----------------------------------------------------------------------------------


def test_every_list_and_every_row_opens_for_whoever_set_it_up(root: Client) -> None:
    make_everything()
    addresses = [url(f"{name}_changelist") for name, _ in models()]
    addresses += [url_of(some(model)) for _, model in models()]
    answers = {address: root.get(address).status_code for address in addresses}
    assert {address for address, status in answers.items() if status != 200} == set()


def test_every_add_page_that_is_allowed_opens(root: Client) -> None:
    make_everything()
    accounts = {"auth_user", "auth_group"}
    assert answering(root, "add") == OWNER_ADDS | accounts


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER, Role.AUDITOR])
def test_each_office_role_opens_the_lists_of_its_work_and_no_others(role: Role) -> None:
    assert answering(office(role), "changelist") == SEEN


@pytest.mark.parametrize(
    ("role", "tables"),
    [(Role.MANAGER, MANAGER_ADDS), (Role.OWNER, OWNER_ADDS), (Role.AUDITOR, set())],
)
def test_each_office_role_adds_what_the_table_allows(role: Role, tables: set[str]) -> None:
    assert answering(office(role), "add") == tables


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR])
def test_a_store_is_seen_whole_with_its_licence_and_its_hours(role: Role) -> None:
    make_everything()
    page = text_of(office(role).get(url_of(some(Store))))
    assert "BRW-1" in page
    assert "Christmas" in page


def test_a_row_that_does_not_exist_leads_home_and_to_no_crash(root: Client) -> None:
    for name, _ in models():
        for key in ("nonsense", "999999999", NOBODY_IS_HERE):
            assert root.get(url(f"{name}_change", key)).status_code == 302, (name, key)


@pytest.mark.parametrize(
    "action",
    [
        "stores_terminal_pair",
        "stores_terminal_revoke",
        "stores_servicetoken_revoke",
        "catalog_importrun_undo",
    ],
)
def test_an_action_on_a_row_that_does_not_exist_is_not_found(root: Client, action: str) -> None:
    for key in ("nonsense", "999999999", NOBODY_IS_HERE):
        assert root.get(url(action, key)).status_code == 404


# --- Who stays outside ----------------------------------------------------------------------------


def test_a_stranger_is_sent_to_the_login_from_every_list(db: None) -> None:
    for name, _ in models():
        answer = Client().get(url(f"{name}_changelist"))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, url("login"))


@pytest.mark.parametrize("role", [Role.CASHIER, Role.SHIFT_LEAD])
def test_who_only_works_at_the_till_does_not_get_in(role: Role) -> None:
    assert office(role).get(url("index")).status_code == 302


def test_a_manager_who_left_does_not_get_in(owner: Client, store: Store) -> None:
    left = hire(Role.MANAGER, "mia")
    left.stores.add(store)
    client = signed_in(left.user)
    form = form_on(owner, url_of(left))
    del form["is_active"]
    owner.post(url_of(left), form)
    assert client.get(url("index")).status_code == 302


def test_an_account_taken_from_its_person_loses_their_role(owner: Client, store: Store) -> None:
    former = hire(Role.MANAGER, "mia")
    former.stores.add(store)
    client = signed_in(former.user)
    owner.post(url_of(former), {**form_on(owner, url_of(former)), "user": ""})
    assert Staff.objects.get(pk=former.pk).user is None
    assert client.get(url("index")).status_code == 302


def test_staff_without_a_role_sees_no_list_and_no_figures(db: None) -> None:
    client = signed_in(User.objects.create_user("temp", is_staff=True))
    home = client.get(url("index"))
    assert "no role" in text_of(home)
    assert "$" not in text_of(home)
    assert answering(client, "changelist") == set()


# --- An auditor changes nothing -------------------------------------------------------------------


def test_an_auditor_opens_every_row_and_finds_no_button_to_save(auditor: Client) -> None:
    make_everything()
    tables = dict(models())
    for name in SEEN & answering(auditor, "changelist"):
        page = auditor.get(url_of(some(tables[name])))
        assert page.status_code == 200, name
        assert b'name="_save"' not in page.content, name


def test_whatever_an_auditor_posts_changes_nothing(auditor: Client) -> None:
    make_everything()
    rows = count_rows()
    for name, model in models():
        row = some(model)
        for address in (url(f"{name}_add"), url_of(row), url_of(row, "delete")):
            answer = auditor.post(address, {"post": "yes", "_save": "1"})
            assert answer.status_code in {302, 403}, address
        auditor.post(
            url(f"{name}_changelist"),
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )
    assert count_rows() == rows


def test_an_auditor_neither_imports_nor_moves_nor_pairs(auditor: Client) -> None:
    make_everything()
    by_name = dict(models())
    terminal, run = some(by_name["stores_terminal"]), some(by_name["catalog_importrun"])
    for address in (
        url("catalog_importrun_upload"),
        url("catalog_import_confirm", NOBODY_IS_HERE),
        url("catalog_importrun_undo", run.pk),
        url("inventory_stockdocument_move"),
        url("stores_terminal_pair", terminal.pk),
        url("stores_terminal_revoke", terminal.pk),
    ):
        assert auditor.get(address).status_code == 403, address
        assert auditor.post(address).status_code == 403, address


def test_an_auditor_sees_no_button_that_would_be_refused(auditor: Client) -> None:
    make_everything()
    tables = dict(models())
    run, terminal = some(tables["catalog_importrun"]), some(tables["stores_terminal"])
    assert "Import products" not in text_of(auditor.get(url("catalog_importrun_changelist")))
    assert "Take back" not in text_of(auditor.get(url_of(run)))
    assert "Revoke" not in text_of(auditor.get(url_of(terminal)))
    assert "Add" not in text_of(auditor.get(url("catalog_product_changelist"))).split()


def test_a_forged_form_without_its_token_is_refused(root: Client) -> None:
    make_everything()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="root"))
    terminal = some(dict(models())["stores_terminal"])
    for address in (url("stores_terminal_pair", terminal.pk), url("inventory_stockdocument_move")):
        assert strict.post(address).status_code == 403
