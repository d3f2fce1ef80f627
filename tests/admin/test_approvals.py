"""Approvals in the back office: who waits, who decides, and what each role may do alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.stores.models import Approval, RoleLimit, Store
from apps.stores.services.approvals import ask_for_approval
from apps.stores.types import ApprovalAction, Asked, Role
from tests.factories import open_till
from tests.goods import line_of
from tests.orders.sales import sold

from .office import errors_of, said, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from time_machine import Traveller

    from apps.catalog.models import Product

pytestmark = pytest.mark.django_db
LIST = "stores_approval_changelist"


@pytest.fixture
def waiting(store: Store) -> Approval:
    till, _token = open_till(store)
    asked = Asked(ApprovalAction.RETURN_ORDER, amount_cents=2139, reason="corked")
    with transaction():
        approval, _token = ask_for_approval(till=till, asked=asked, now=timezone.now())
    return approval


def decide(client: Client, approval: Approval, how: str = "approve") -> str:
    """What the page says after the button was pressed and confirmed."""
    (message,) = said(send(client, url(f"stores_approval_{how}", approval.pk), {}))
    return message


def test_what_waits_is_listed_first_of_all(manager: Client, waiting: Approval) -> None:
    page = text_of(manager.get(url(LIST)))
    wanted = ("Return order", "$21.39", "Ana", "corked", "Approve", "Deny", "now")
    assert all(word in page for word in wanted)


def test_what_was_decided_waits_no_more(manager: Client, waiting: Approval) -> None:
    decide(manager, waiting)
    assert "corked" not in text_of(manager.get(url(LIST)))
    assert "approved by Manager" in text_of(manager.get(url(LIST, state="decided")))


def test_the_page_asks_before_it_approves(manager: Client, waiting: Approval) -> None:
    page = text_of(manager.get(url("stores_approval_approve", waiting.pk)))
    assert "Return order for up to $21.39, by Ana at Till 1" in page
    waiting.refresh_from_db()
    assert waiting.decided_at is None


def test_the_list_says_how_far_a_price_is_to_be_off(manager: Client, waiting: Approval) -> None:
    Approval.objects.update(action=ApprovalAction.OVERRIDE_PRICE, percent=25)
    assert "Override price, up to 25 % off" in text_of(manager.get(url(LIST)))


def test_a_price_too_far_off_for_who_decides_goes_on_waiting(
    manager: Client, waiting: Approval
) -> None:
    Approval.objects.update(action=ApprovalAction.OVERRIDE_PRICE, percent=51)
    assert "Manager may not approve this" in decide(manager, waiting)
    assert Approval.objects.get().decided_at is None


def test_whoever_approves_does_so_as_the_person_they_are(
    manager: Client, waiting: Approval
) -> None:
    assert decide(manager, waiting) == "Ana may do it now, once, within five minutes."
    waiting.refresh_from_db()
    assert waiting.approver is not None
    assert (waiting.approver.name, waiting.is_denied) == ("Manager", False)
    assert AuditEntry.objects.get(action="approval.given").subject == f"approval:{waiting.pk}"


def test_a_denial_is_told_and_written_down(manager: Client, waiting: Approval) -> None:
    assert decide(manager, waiting, "deny") == "Ana has been told no."
    assert Approval.objects.get().is_denied
    assert AuditEntry.objects.filter(action="approval.denied").exists()


def test_what_was_decided_is_not_decided_again(manager: Client, waiting: Approval) -> None:
    decide(manager, waiting, "deny")
    assert "already" in decide(manager, waiting)
    assert Approval.objects.get().is_denied


def test_what_the_till_has_stopped_waiting_for_is_too_late(
    manager: Client, waiting: Approval
) -> None:
    Approval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "stopped waiting" in decide(manager, waiting)


def test_an_account_that_is_nobodys_decides_nothing(root: Client, waiting: Approval) -> None:
    assert "no member of staff" in decide(root, waiting)
    assert Approval.objects.get().decided_at is None


def test_an_auditor_sees_and_decides_nothing(auditor: Client, waiting: Approval) -> None:
    page = text_of(auditor.get(url(LIST)))
    assert "corked" in page
    assert "Approve" not in page.replace("Approvals", "")
    assert auditor.post(url("stores_approval_approve", waiting.pk)).status_code == 403


def test_the_menu_says_how_many_wait(manager: Client, waiting: Approval) -> None:
    menu = manager.get(url("index")).context["sidebar_navigation"]
    (entry,) = [item for group in menu for item in group["items"] if item["title"] == "Approvals"]
    assert entry["badge_callback"] == "1"


def test_an_owner_sets_what_a_role_may_do_alone(owner: Client) -> None:
    limit = RoleLimit.objects.get(role=Role.CASHIER)
    typed = {"refund_cents": "20.00", "void_cents": "", "pay_out_cents": "7.50"}
    save(owner, url_of(limit), discount_percent="5", **typed)
    limit.refresh_from_db()
    assert (limit.discount_percent, limit.refund_cents, limit.void_cents) == (5, 2000, None)
    assert limit.pay_out_cents == 750


def test_more_than_the_whole_price_is_no_limit(owner: Client) -> None:
    limit = RoleLimit.objects.get(role=Role.CASHIER)
    assert "discount_percent" in errors_of(save(owner, url_of(limit), discount_percent="101"))


def test_a_manager_sees_the_limits_and_leaves_them(manager: Client) -> None:
    limit = RoleLimit.objects.get(role=Role.CASHIER)
    assert "Shift lead" in text_of(manager.get(url("stores_rolelimit_changelist")))
    assert manager.post(url_of(limit), {"discount_percent": 50}).status_code == 403


def about(order_id: UUID | None, action: ApprovalAction = ApprovalAction.VOID_ORDER) -> Approval:
    """An approval that a cashier asks for about this order."""
    till, _token = open_till(Store.objects.get(), code="bob", number=5)
    asked = Asked(action, order_id, amount_cents=500, reason="too much")
    with transaction():
        return ask_for_approval(till=till, asked=asked, now=timezone.now())[0]


def test_whoever_decides_sees_which_order_it_is_about(
    manager: Client, store: Store, bourbon: Product, clock: Traveller
) -> None:
    till, _token = open_till(store)
    order = sold(till, line_of(bourbon, 2), cash=5_000)
    approval = about(UUID(order["id"]))
    listed = manager.get(url(LIST)).content.decode()
    assert url("orders_order_change", order["id"]) in listed
    for page in (url_of(approval), url("stores_approval_approve", approval.pk)):
        shown = text_of(manager.get(page))
        assert f"It is about {order['number']}" in shown
        assert "2 x Bourbon $42.78 Total of the order $42.78" in shown


def test_a_basket_that_nobody_has_sold_yet_is_called_that(manager: Client, store: Store) -> None:
    approval = about(uuid4())
    assert "not sold yet" in text_of(manager.get(url(LIST)))
    assert "ask Bob what is in it" in text_of(manager.get(url_of(approval)))


def test_cash_taken_out_is_about_no_basket(manager: Client, store: Store) -> None:
    approval = about(uuid4(), ApprovalAction.PAY_OUT)
    assert "not sold yet" not in text_of(manager.get(url(LIST)))
    assert "basket" not in text_of(manager.get(url_of(approval)))
