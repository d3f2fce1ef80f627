"""The people of a shop: a program at the counter and a manager with a browser. HTTP only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.admin.office import form_on, save, send, url, url_of
from tests.factories import PIN, ApiClient, api_client
from tests.goods import ADULT, line_of

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from apps.catalog.models import Product
    from apps.stores.models import Terminal

type Document = dict[str, Any]


class Refused(Exception):
    """The answer was a problem; `document` is what it said."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.document = document
        self.code: str = document["code"]


class TillProgram:
    """What runs at a counter: it is paired once, and one person after the other logs in."""

    def __init__(self, code: str) -> None:
        paired = api_client().post("terminals/pair", {"code": code})
        self._terminal = api_client(read(paired)["token"])
        self.api = self._terminal

    def log_in(self, staff_code: str) -> None:
        """Whoever was logged in hands the till over."""
        session = self._terminal.post("sessions", {"staff_code": staff_code, "pin": PIN})
        self.api = ApiClient(read(session)["token"], self._terminal.client)

    def scan(self, barcode: str) -> Document:
        return read(self.api.get("products/lookup", barcode=barcode))

    def quote(self, basket: Document) -> Document:
        return read(self.api.post("orders/quote", basket))

    def sell(self, basket: Document, cash: int, *, key: str = "") -> Document:
        """Take the buyer's document and this much cash, and sell."""
        body = {**basket, "age_check": ADULT, "tenders": [{"kind": "cash", "amount_cents": cash}]}
        return read(self.api.post("orders", body, key=key or str(uuid4())))

    def park(self, basket: Document) -> None:
        read(self.api.post("orders/park", basket))

    def resume(self, basket: Document) -> Document:
        """The basket as it was parked."""
        order: Document = read(self.api.post(f"orders/parked/{basket['id']}/resume"))["order"]
        return order

    def void(self, order: Document) -> Document:
        path = f"orders/{order['id']}/void"
        return read(self.api.post(path, {"reason": "wrong bottle"}, key=str(uuid4())))

    def print(self, order: Document) -> list[str]:
        """The lines of the paper receipt, with single spaces."""
        answer = self.api.get(f"orders/{order['id']}/receipt")
        return [" ".join(line.split()) for line in answer.content.decode().splitlines()]

    def answer_under(self, key: str) -> Document:
        """The order that was answered under a key."""
        body: Document = read(self.api.get(f"idempotency/{key}"))["body"]
        return body

    def on_hand(self, product: Product) -> int:
        (level,) = read(self.api.get("stock", product=str(product.pk)))["results"]
        return int(level["on_hand"])


class BackOffice:
    """A manager's browser."""

    def __init__(self, browser: Client) -> None:
        self._browser = browser

    def pair(self, terminal: Terminal) -> str:
        """The code that the page shows."""
        page = send(self._browser, url("stores_terminal_pair", terminal.pk), {})
        return str(page.context["code"])

    def revoke(self, terminal: Terminal) -> None:
        send(self._browser, url("stores_terminal_revoke", terminal.pk), {})

    def take_off(self, product: Product) -> None:
        """Switch a product off on its page."""
        form = form_on(self._browser, url_of(product))
        del form["is_active"]
        send(self._browser, url_of(product), {**form, "_save": "Save"})

    def charge(self, product: Product, dollars: str) -> None:
        """Give a product another price from now on."""
        address, book = url("catalog_price_add"), product.prices.get().book_id
        save(self._browser, address, book=book, product=product.pk, price_cents=dollars)


def basket_of(*products: Product) -> Document:
    """One of each, neither checked nor paid."""
    return {"id": str(uuid4()), "lines": [line_of(product) for product in products]}


def read(answer: Response) -> Document:
    """What was answered.

    Raises:
        Refused: it was a problem.
    """
    document: Document = answer.json()
    if answer.status_code >= 400:
        raise Refused(document)
    return document
