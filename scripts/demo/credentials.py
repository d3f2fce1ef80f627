"""Users, PINs and terminal tokens of the demo, kept in var/demo/credentials.json."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from django_subatomic.db import transaction

from apps.stores.selectors import list_registers
from apps.stores.services.staff import give_account
from apps.stores.services.terminals import issue_pairing_code
from scripts.demo.client import TillClient
from scripts.demo.hour import Counter
from scripts.demo.loading import ACTOR
from scripts.demo.shops import OWNER, SHOPS

if TYPE_CHECKING:
    from rich.console import Console

    from scripts.demo.shops import Shop

USERNAME = "owner"


@dataclass(frozen=True)
class Credentials:
    """What the file holds."""

    document: dict[str, Any]

    @property
    def base_url(self) -> str:
        return str(self.document["base_url"])

    @property
    def stripe_url(self) -> str:
        return str(self.document["stripe_status_page"])

    @property
    def username(self) -> str:
        return str(self.document["admin"]["username"])

    @property
    def password(self) -> str:
        return str(self.document["admin"]["password"])

    @property
    def shown_path(self) -> Path:
        path = credentials_file()
        with_base = settings.BASE_DIR
        return path.relative_to(with_base) if path.is_relative_to(with_base) else path

    def log_in(self, console: Console, store_code: str, staff_code: str) -> Counter:
        """Somebody logged in at a store's first till."""
        store = next(s for s in self.document["stores"] if s["code"] == store_code)
        person = next(p for p in store["staff"] if p["code"] == staff_code)
        terminal = TillClient(self.base_url, store["terminal_token"])
        pins = {"staff_code": staff_code, "pin": person["pin"]}
        session = terminal.post("sessions", pins).body
        client = TillClient(self.base_url, session["token"])
        return Counter(console, client, session["store"]["code"], session["staff"]["name"])


def credentials_file() -> Path:
    """Where they are written."""
    return Path(settings.VAR_DIR) / "demo" / "credentials.json"


def ensure(base_url: str, stripe_url: str) -> Credentials:
    """The credentials of the file where they still hold; new ones otherwise."""
    file = credentials_file()
    known = json.loads(file.read_text()) if file.exists() else {}
    tokens = {store["code"]: store["terminal_token"] for store in known.get("stores", [])}
    document = {
        "base_url": base_url,
        "stripe_status_page": f"{stripe_url}/",
        "admin": _admin(known.get("admin", {})),
        "stores": [_store(base_url, shop, tokens.get(shop.store.code)) for shop in SHOPS],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(document, opened, indent=2)
    return Credentials(document)


def _admin(known: dict[str, str]) -> dict[str, str]:
    password = known.get("password") or secrets.token_urlsafe(9)
    users = get_user_model().objects
    user = users.filter(username=USERNAME).first()
    if user is None:
        user = users.create_superuser(USERNAME, password=password)
    elif not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    with transaction():
        give_account(actor=ACTOR, staff_code=OWNER.code, user_id=user.pk, now=timezone.now())
    return {"username": USERNAME, "password": password}


def _store(base_url: str, shop: Shop, token: str | None) -> dict[str, Any]:
    if token is None or TillClient(base_url, token).post("sessions", {}).status == 401:  # noqa: PLR2004
        token = _pair(base_url, shop)
    people = [{"code": p.code, "pin": p.pin, "role": p.role.value} for p in shop.people]
    return {"code": shop.store.code, "terminal_token": token, "staff": people}


def _pair(base_url: str, shop: Shop) -> str:
    """Pair the store's first till as a manager and a cashier would: a code, then the token."""
    _, register = list_registers(store_code=shop.store.code)[0]
    with transaction():
        code = issue_pairing_code(actor=ACTOR, terminal_id=register.id, now=timezone.now())
    token: str = TillClient(base_url).post("terminals/pair", {"code": code}).body["token"]
    return token
