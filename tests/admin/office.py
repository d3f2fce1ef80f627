"""The back office as a person uses it: signs in by role, opens a page, fills its form in, sends it.

A form is sent with everything that its page holds, as a browser would send it, so a test names
only what the person typed.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction

from apps.stores.models import Staff
from apps.stores.services.staff import give_office_role, sync_office_roles
from config.wiring import OFFICE_PAGES
from tests.factories import MANAGER, PIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.types import Role

type Form = dict[str, Any]

BLANK = "__prefix__"  # Django's mark of the empty row that a browser copies for a new one


def hire(role: Role, code: str = "") -> Staff:
    """Somebody of that role with an account in the back office."""
    code = code or role.value.lower().replace("_", "")
    staff = Staff.objects.create(
        code=code,
        name=code.capitalize(),
        role=role,
        pin_hash=make_password(PIN),
        user=User.objects.create_user(code),
    )
    with transaction():
        sync_office_roles(OFFICE_PAGES)
        give_office_role(actor=MANAGER, staff_id=staff.pk, now=timezone.now())
    return staff


def signed_in(user: User | None) -> Client:
    """A browser in which this account is signed in."""
    client = Client()
    assert user is not None
    client.force_login(user)
    return client


def office(role: Role) -> Client:
    """A browser in which somebody of that role is signed in."""
    return signed_in(hire(role).user)


def url(name: str, *args: object, **query: object) -> str:
    """The address of an admin page: `url("catalog_product_change", 7)`."""
    address = reverse(f"admin:{name}", args=args)
    return f"{address}?{urlencode(query)}" if query else address


def url_of(row: Model, page: str = "change") -> str:
    """The address of a row's own page."""
    meta = row._meta
    return url(f"{meta.app_label}_{meta.model_name}_{page}", quote(row.pk))


def save(client: Client, address: str, **typed: Any) -> Page:
    """Open a page, type these values, press Save, and follow to where that leads."""
    return send(client, address, {**form_on(client, address), **typed, "_save": "Save"})


def send(client: Client, address: str, form: Form) -> Page:
    """Send a form and follow to where that leads."""
    return client.post(address, form, follow=True)


def form_on(client: Client, address: str) -> Form:
    """The largest form of a page with the values it shows."""
    page = client.get(address, follow=True)
    assert page.status_code == 200, f"{address} answers {page.status_code}"
    reader = _FormReader()
    reader.feed(page.content.decode())
    return max(reader.forms, key=len)


def add_row(form: Form, prefix: str, **cells: Any) -> Form:
    """The form with one row more in the table of that prefix, as "Add another" would make it."""
    count = int(form[f"{prefix}-TOTAL_FORMS"])
    start = f"{prefix}-{BLANK}-"
    blank = {name.removeprefix(start): form[name] for name in form if name.startswith(start)}
    row = {f"{prefix}-{count}-{name}": value for name, value in {**blank, **cells}.items()}
    return {**form, **row, f"{prefix}-TOTAL_FORMS": count + 1}


def errors_of(page: Page) -> dict[str, str]:
    """What a page that was sent back says is wrong: by field, rows as `prices-0-starts_at`."""
    return {name: " ".join(texts) for form in _forms_of(page) for name, texts in _errors(form)}


def said(page: Page) -> list[str]:
    """The messages at the top of a page."""
    return [str(message) for message in page.context["messages"]]


def text_of(page: Page) -> str:
    """What the content of a page reads like, without its tags and with single spaces."""
    reader = _TextReader()
    reader.feed(page.content.decode())
    return " ".join(" ".join(reader.texts).split())


def _forms_of(page: Page) -> Iterator[Any]:
    if "adminform" in page.context:
        yield page.context["adminform"].form
        for inline in page.context["inline_admin_formsets"]:
            yield from inline.formset.forms
    elif "form" in page.context:
        yield page.context["form"]
        yield from page.context.get("lines", ())


def _errors(form: Any) -> Iterator[tuple[str, list[str]]]:
    for name, texts in form.errors.items():
        yield (form.add_prefix(name), list(texts))


class _TextReader(HTMLParser):
    """Collects the texts inside `<div id="main">`: heading, buttons, content."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._depth = 0  # of div elements, from the main one on
        self._is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div" and (self._depth or ("id", "main") in attrs):
            self._depth += 1
        self._is_code = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "div" and self._depth > 0
        self._is_code = False

    def handle_data(self, data: str) -> None:
        if self._depth and not self._is_code:
            self.texts.append(data)


class _FormReader(HTMLParser):
    """Collects what the forms of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._tag = ""  # select or textarea, while one is being read, and its name
        self._name = ""
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self._is_open = True
        elif self._tag == "select" and tag == "option":
            self._choose(given)
        elif self._is_open and given.get("name") and "disabled" not in given:
            self._read(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._tag:
            self._tag = ""
        self._is_open = self._is_open and tag != "form"

    def handle_data(self, data: str) -> None:
        if self._tag == "textarea":
            self.forms[-1][self._name] += data

    def _read(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], given["name"], given.get("type", "text")
        if tag == "input" and kind == "checkbox":
            if "checked" in given:
                form[name] = given.get("value", "on")
        elif tag == "input" and kind not in {"submit", "file", "button"}:
            form[name] = given.get("value", "")
        elif tag in {"select", "textarea"}:
            self._tag, self._name = tag, name
            form[name] = [] if "multiple" in given else "" if tag == "textarea" else None

    def _choose(self, option: dict[str, str]) -> None:
        form, name, value = self.forms[-1], self._name, option.get("value", "")
        if isinstance(form[name], list):
            form[name] += [value] if "selected" in option else []
        elif form[name] is None or "selected" in option:  # the first one, unless another is chosen
            form[name] = value
