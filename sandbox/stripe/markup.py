"""The pieces of the status page: how it looks, forms, tables, amounts and times."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AMOUNTS = frozenset({"Amount", "Fee", "Net"})

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --good: #1a7f4b; --bad: #c0362c; }
@media (prefers-color-scheme: dark) { :root { --good: #5cc78f; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 16px; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.05rem; margin: 28px 0 8px; }
header p { margin: 4px 0; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 6px 10px; text-align: left; white-space: nowrap; }
th { background: var(--soft); font-weight: 600; } tr + tr td { border-top: 1px solid var(--line); }
td.money, th.money { font-variant-numeric: tabular-nums; text-align: right; }
code { font-size: .86em; } .good { color: var(--good); } .bad { color: var(--bad); }
.card { border: 1px solid var(--line); border-radius: 8px; margin: 8px 0; padding: 12px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; } form { display: inline-flex;
flex-wrap: wrap; gap: 8px; margin: 0; }
button, select, input { border: 1px solid var(--line); border-radius: 6px; font: inherit;
min-height: 40px; max-width: 100%; padding: 6px 12px; } button { cursor: pointer; }
button:focus-visible, select:focus-visible, input:focus-visible {
outline: 3px solid #5b8def; outline-offset: 2px; }
.cards { column-gap: 8px; columns: 320px 3; }
.cards .card { break-inside: avoid; margin: 0 0 8px; } h3 { font-size: 1rem; margin: 0 0 8px; }
.asking, label { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
label { gap: 2px; } ::placeholder { color: inherit; opacity: .7; }
ul { list-style: none; margin: 12px 0 0; padding: 0; } li { border-top: 1px solid var(--line);
overflow-wrap: anywhere; padding: 8px 0; }
.none { margin: 0; opacity: .75; padding: 10px; }
"""


def document(content: str) -> str:
    """A whole page of HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Stripe simulator</title><style>{STYLE}</style></head>"
        f"<body>{content}</body></html>"
    )


def section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def card(title: str, content: str) -> str:
    return f'<div class="card"><h3>{title}</h3>{content}</div>'


def button(path: str, label: str, **fields: str) -> str:
    """A form that is nothing but a button."""
    return form(path, hidden(**fields) + press(label))


def form(path: str, content: str, *, is_asking: bool = False) -> str:
    """A form for one of the simulator's own calls; one that asks for fields stacks them."""
    look = ' class="asking"' if is_asking else ""
    return f'<form{look} method="post" action="/_sandbox/{path}">{hidden(page="1")}{content}</form>'


def hidden(**fields: str) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in fields.items()
    )


def press(label: str, **fields: str) -> str:
    """A form's button; pressed, it sends a field of its own if it has one."""
    sent = "".join(f' name="{name}" value="{escape(value)}"' for name, value in fields.items())
    return f"<button{sent}>{escape(label)}</button>"


def choice(name: str, label: str, options: Mapping[str, str]) -> str:
    """A choice of values, each with what people read."""
    listed = "".join(
        f'<option value="{escape(value)}">{escape(text)}</option>'
        for value, text in options.items()
    )
    return f'<label>{escape(label)}<select name="{name}">{listed}</select></label>'


def number(name: str, label: str, value: int, *, least: int = 0) -> str:
    return (
        f'<label>{escape(label)}<input type="number" name="{name}" value="{value}" '
        f'min="{least}" required></label>'
    )


def text(name: str, label: str, usual: str, suggestions: Iterable[str]) -> str:
    """A field for free text: left empty it stands for what is usual."""
    listed = "".join(f'<option value="{escape(value)}">' for value in suggestions)
    return (
        f'<label>{escape(label)}<input name="{name}" placeholder="{escape(usual)}" '
        f'list="{name}s" autocomplete="off"></label><datalist id="{name}s">{listed}</datalist>'
    )


def listing(entries: Iterable[str]) -> str:
    """A list of entries that are HTML already; nothing at all if there is none."""
    items = "".join(f"<li>{entry}</li>" for entry in entries)
    return f"<ul>{items}</ul>" if items else ""


def table(titles: Iterable[str], rows: list[list[str]]) -> str:
    if not rows:
        return nothing("Nothing yet.")
    head = "".join(
        f'<th class="money">{title}</th>' if title in AMOUNTS else f"<th>{title}</th>"
        for title in titles
    )
    body = "".join("<tr>" + "".join(cell(value) for value in row) + "</tr>" for row in rows)
    whole = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table>{whole}</table></div>'


def cell(value: str) -> str:
    is_money = value.startswith(("$", "-$"))
    return f'<td class="money">{value}</td>' if is_money else f"<td>{value}</td>"


def nothing(text: str) -> str:
    return f'<p class="none card">{text}</p>'


def money(cents: int, currency: str) -> str:
    """An amount of two-decimal currency as people read it."""
    sign, symbol = ("-" if cents < 0 else ""), ("$" if currency == "usd" else "")
    suffix = "" if symbol else f" {escape(currency.upper())}"
    return f"{sign}{symbol}{abs(cents) / 100:,.2f}{suffix}"


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %H:%M:%S UTC")


def code(value: Any) -> str:
    return f"<code>{escape(str(value))}</code>"


def toned(text: str, *, is_good: bool) -> str:
    return f'<span class="{"good" if is_good else "bad"}">{escape(text)}</span>'
