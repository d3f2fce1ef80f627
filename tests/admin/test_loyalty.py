"""An owner sets a loyalty programme up; a manager sees points and adjusts them for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.core.models import AuditEntry
from apps.customers.models import LoyaltyAccount, LoyaltyProgramme
from tests.customers.people import make_customer
from tests.customers.points import make_points, make_programme

from .office import errors_of, save, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> LoyaltyAccount:
    return make_points(make_programme(), make_customer(), 250)


def adjust(client: Client, account: LoyaltyAccount, points: str, reason: str) -> str:
    address = url("customers_loyaltyaccount_adjust", account.pk)
    return text_of(send(client, address, {"points": points, "reason": reason}))


def test_a_programme_is_typed_in_dollars(owner: Client) -> None:
    page = save(
        owner,
        url("customers_loyaltyprogramme_add"),
        name="Regulars",
        hundred_points_cents="0.50",
        points_per_dollar="2",
        minimum_points="200",
        tax_classes=["SNACK"],
    )
    assert page.status_code == 200
    row = LoyaltyProgramme.objects.get()
    assert (row.hundred_points_cents, row.points_per_dollar, row.counts_alcohol) == (50, 2, False)
    assert row.tax_classes == ["SNACK"]
    assert AuditEntry.objects.filter(action="loyaltyprogramme.added").exists()
    assert "2 a dollar, on all but alcohol" in text_of(
        owner.get(url("customers_loyaltyprogramme_changelist"))
    )


def test_a_programme_that_gives_nothing_is_refused_beside_its_field(owner: Client) -> None:
    page = save(
        owner,
        url("customers_loyaltyprogramme_add"),
        name="Regulars",
        hundred_points_cents="1",
        points_per_dollar="0",
        minimum_points="1",
    )
    assert "points_per_dollar" in errors_of(page)


def test_a_customers_page_tells_what_happened_to_their_points(
    manager: Client, account: LoyaltyAccount
) -> None:
    page = text_of(manager.get(url_of(account.customer)))
    assert "Adjusted: +250, 250 then" in page
    assert "by Maria: welcome" in page


def test_points_are_adjusted_for_a_reason_and_never_below_nothing(
    manager: Client, account: LoyaltyAccount
) -> None:
    assert "-50 points" in adjust(manager, account, "-50", "typed twice")
    adjust(manager, account, "-50", "")
    adjust(manager, account, "0", "nothing")
    assert "The customer has 200 points." in adjust(manager, account, "-201", "too many")
    assert LoyaltyAccount.objects.get().balance == 200
    facts = AuditEntry.objects.filter(action="points.adjusted").order_by("pk").last()
    assert facts
    assert facts.facts == {"points": -50, "reason": "typed twice"}


def test_an_auditor_adjusts_nothing(auditor: Client, account: LoyaltyAccount) -> None:
    address = url("customers_loyaltyaccount_adjust", account.pk)
    assert auditor.post(address, {"points": "1", "reason": "x"}).status_code == 403
    assert "Adjust" not in text_of(auditor.get(url_of(account.customer))).replace("Adjusted", "")
