"""An hour at three counters, over the terminal API, printed as the cashiers would read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.core.money import format_cents

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from scripts.demo.client import Answer, TillClient

WIDTH = 62


def licence(born: str, expires: str) -> str:
    """The barcode of a made-up Florida licence; both dates as MMDDCCYY."""
    return (
        "@\n\x1e\rANSI 636010100102DL00410252ZF02930023DLDAQS000000000001\nDCSSAMPLE\nDACALEX\n"
        f"DADTEST\nDBD01152024\nDBB{born}\nDBA{expires}\nDBC1\nDAJFL\nDCGUSA\r"
    )


ADULT = {"method": "scan", "barcode_data": licence("07041985", "07042032")}
EXPIRED = {"method": "scan", "barcode_data": licence("07041985", "07042020")}


def minor() -> dict[str, str]:
    """The licence of somebody who turns 21 next week."""
    born = datetime.now(UTC) - timedelta(days=365.25 * 21 - 7)
    return {"method": "scan", "barcode_data": licence(f"{born:%m%d%Y}", "07042032")}


@dataclass
class Counter:
    """One till with somebody logged in, and the sale on its screen."""

    console: Console
    client: TillClient
    name: str
    clerk: str
    sold: int = 0
    cents: int = 0
    cash_cents: int = 0  # what the drawer has of it
    ids: dict[str, int] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """What the screen shows beside a sale."""
        self.console.print(f"  [dim]{self.name}, {self.clerk}:[/dim] {text}")

    def find(self, name: str) -> dict[str, Any]:
        """The first product that a search for its name or SKU finds."""
        found: dict[str, Any] = self.client.get("products", search=name, limit="1").body["results"][
            0
        ]
        return found

    def line(self, name: str, quantity: int = 1, *, pack: int = 1, **extra: Any) -> dict[str, Any]:
        """A line as the scanner makes it: by the barcode of the pack, or by name without one."""
        product = self.find(name)
        line: dict[str, Any] = {"id": str(uuid4()), "quantity": quantity, **extra}
        codes = {code["pack_size"]: code["gtin"] for code in product["barcodes"]}
        if pack in codes:
            return {**line, "barcode": codes[pack]}
        return {**line, "product_id": product["id"]}

    def sell(self, *lines: dict[str, Any], pays: int, age: Any = None, **more: Any) -> Answer:
        """Ring up lines for cash, in dollars, and print what comes of it."""
        body = {
            "id": str(uuid4()),
            "lines": list(lines),
            "age_check": age,
            "tenders": [{"kind": "cash", "amount_cents": pays * 100}],
            **more,
        }
        answer = self.client.post("orders", body, key=body["id"])
        self.show(answer)
        return answer

    def show(self, answer: Answer) -> None:
        """A sale as its receipt sums it up, or the refusal as the screen shows it."""
        if answer.is_refusal:
            self.say(f"[yellow]refused[/yellow] {answer.body['code']}: {answer.body['detail']}")
            return
        order = answer.body
        self.sold, self.cents = self.sold + 1, self.cents + order["total_cents"]
        self.cash_cents += cash_in(order)
        again = ", [cyan]the same answer again[/cyan]" if answer.is_replay else ""
        self.console.print(f"  [bold]{order['number']}[/bold] {self.name}, {self.clerk}{again}")
        for line in order["lines"]:
            pack = f" ({line['pack_size']}-pack)" if line["pack_size"] > 1 else ""
            amount = format_cents(line["quantity"] * line["unit_price_cents"])
            text = f"{line['quantity']} x {line['name']}{pack}"
            self.console.print(f"    {text[:WIDTH]:<{WIDTH}} {amount:>10}")
            for choice in line["modifiers"]:
                self.console.print(f"      [dim]+ {choice['name']}[/dim]")
            for off in line["discounts"]:
                less = f"-{format_cents(off['amount_cents'])}"
                self.console.print(
                    f"      [cyan]{off['name'][: WIDTH - 2]:<{WIDTH - 2}} {less:>10}[/cyan]"
                )
        sums = (
            f"tax {format_cents(order['tax_cents'])}, change {format_cents(order['change_cents'])}"
        )
        total = format_cents(order["total_cents"])
        self.console.print(f"    [dim]{sums:<{WIDTH}}[/dim] [bold green]{total:>10}[/bold green]")
        for warning in order["warnings"]:
            self.say(f"[yellow]{warning['detail']}[/yellow]")


def cash_in(order: dict[str, Any]) -> int:
    """What an order left in the drawer, in cents."""
    taken = [t["amount_cents"] for t in order["tenders"] if t["kind"] == "cash"]
    return int(sum(taken)) - int(order["change_cents"])


type Login = Callable[[str], Counter]
