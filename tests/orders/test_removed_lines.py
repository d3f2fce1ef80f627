"""What was rung up and then taken off leaves a trace: the audit tells it with the sale."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry
from apps.orders.services.quoting import quote_order
from tests.conftest import NOON
from tests.goods import basket, line_of

from .sales import ask, fresh, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till


def quote(till: Till, order_id: str, *lines: dict[str, Any]) -> None:
    body = basket(*lines, id=order_id)
    quote_order(till=fresh(till), request=ask(body), now=NOON)


def removed() -> list[dict[str, Any]]:
    entries = AuditEntry.objects.filter(action="line.removed").order_by("sequence")
    return [entry.facts for entry in entries]


ORDER = str(UUID(int=7))


def test_a_line_that_was_quoted_and_not_sold_is_told(
    till: Till, bourbon: Product, chips: Product
) -> None:
    kept, gone = line_of(chips), line_of(bourbon, 2)
    quote(till, ORDER, kept, gone)
    send(till, basket(kept, id=ORDER))
    assert removed() == [
        {"order": ORDER, "product": bourbon.pk, "quantity": 2, "amount_cents": 3998}
    ]
    entry = AuditEntry.objects.get(action="line.removed")
    assert (entry.actor_name, entry.subject) == ("Ana", f"order-line:{gone['id']}")
    assert find_broken_link(till.scope) is None


def test_less_than_was_quoted_is_told(till: Till, bourbon: Product) -> None:
    line = line_of(bourbon, 3)
    quote(till, ORDER, line)
    send(till, basket({**line, "quantity": 1}, id=ORDER))
    assert [facts["quantity"] for facts in removed()] == [2]


def test_a_line_that_only_an_earlier_quote_showed_is_told(
    till: Till, bourbon: Product, chips: Product
) -> None:
    kept, gone = line_of(chips), line_of(bourbon)
    quote(till, ORDER, kept, gone)
    quote(till, ORDER, kept)
    send(till, basket(kept, id=ORDER), now=NOON + timedelta(minutes=20))
    assert [facts["product"] for facts in removed()] == [bourbon.pk]


def test_what_was_added_since_the_quote_is_nothing_to_tell(
    till: Till, bourbon: Product, chips: Product
) -> None:
    line = line_of(chips)
    quote(till, ORDER, line)
    send(till, basket({**line, "quantity": 2}, line_of(bourbon), id=ORDER))
    assert removed() == []


def test_a_sale_without_a_quote_has_removed_nothing(till: Till, chips: Product) -> None:
    sold(till, chips)
    assert removed() == []
