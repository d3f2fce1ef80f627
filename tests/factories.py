"""Stores, tills, people and their clients, with good defaults: say only what the test is about."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.test import Client
from django_subatomic.db import transaction

from apps.core.types import Actor, ActorKind
from apps.stores.models import (
    Licence,
    SellingHours,
    Staff,
    Store,
    TaxJurisdiction,
    TaxRate,
    TaxTreatment,
    Terminal,
    TillSession,
)
from apps.stores.selectors import find_paired_terminal, find_till, hash_token
from apps.stores.service_types import NewServiceToken, Scope
from apps.stores.services import reference_data
from apps.stores.services.service_tokens import issue_service_token
from apps.stores.types import (
    LicenceKind,
    OutletKind,
    PairedTerminal,
    Role,
    Till,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

MANAGER = Actor(ActorKind.USER, "7", "Maria", "user:7")
LICENSED_SINCE = date(2020, 1, 1)
SESSION_LIFE = timedelta(hours=12)
PIN = "4071"


def make_store(
    code: str = "BRW",
    *,
    county: str = "Broward",
    outlet_kind: OutletKind = OutletKind.PACKAGE_STORE,
    licence: str | None = LicenceKind.PS_3,
    timezone: str = "America/New_York",
    all_day: bool = False,
    **fields: Any,
) -> Store:
    """A store under the law of its county; `all_day` sells alcohol around the clock."""
    _file_treatments()
    store = Store.objects.create(
        code=code,
        outlet_kind=outlet_kind,
        timezone=timezone,
        jurisdiction=make_county(county),
        **{"name": f"{county} Liquors", "address": "1 Main Street", **fields},
    )
    if licence:
        Licence.objects.create(
            store=store, kind=licence, number=f"{code}-1", valid_from=LICENSED_SINCE
        )
    if all_day:
        SellingHours.objects.bulk_create(
            SellingHours(store=store, weekday=day, opens_minute=0, closes_minute=1440)
            for day in range(7)
        )
    return store


def make_county(name: str = "Broward") -> TaxJurisdiction:
    """A Florida county with the rates that stand in the reference tables."""
    rows = [row for row in reference_data._rows("florida_tax_rates.csv") if row["county"] == name]
    county, is_new = TaxJurisdiction.objects.get_or_create(fips=rows[0]["fips"], name=name)
    if is_new:
        TaxRate.objects.bulk_create(
            TaxRate(
                jurisdiction=county,
                effective_from=date.fromisoformat(row["effective_from"]),
                state_rate=row["state_rate"],
                surtax_rate=row["surtax_rate"],
            )
            for row in rows
        )
    return county


def make_terminal(store: Store, number: int = 1) -> Terminal:
    """A till that is not paired yet."""
    return Terminal.objects.create(store=store, number=number, name=f"Till {number}")


def make_staff(store: Store, role: Role = Role.CASHIER, code: str = "ana", pin: str = PIN) -> Staff:
    """Somebody who works in a store."""
    staff = Staff.objects.create(
        code=code, name=code.capitalize(), role=role, pin_hash=make_password(pin)
    )
    staff.stores.add(store)
    return staff


@dataclass(frozen=True, slots=True)
class Checkout:
    """A paired till and the cashier who works at it, with nobody logged in."""

    store: Store
    terminal: Terminal
    token: str
    staff: Staff

    @property
    def paired(self) -> PairedTerminal:
        """The till as its own token presents it."""
        paired = find_paired_terminal(token=self.token)
        assert paired is not None
        return paired


def make_checkout(store: Store | None = None) -> Checkout:
    """A till paired without a code, where Ana may log in."""
    store = store or make_store()
    token = f"tht_{secrets.token_urlsafe(32)}"
    terminal = make_terminal(store)
    terminal.token_hash = hash_token(token)
    terminal.save(update_fields=["token_hash"])
    return Checkout(store, terminal, token, make_staff(store))


def make_service_token(
    *scopes: Scope, name: str = "Miami", source: str = "miami", store: Store | None = None
) -> str:
    """The token of a program that may do everything, or what `scopes` name."""
    new = NewServiceToken(name, scopes or tuple(Scope), source, store.pk if store else None)
    with transaction():
        return issue_service_token(actor=MANAGER, new=new, now=datetime.now(UTC))


def open_till(
    store: Store | None = None,
    role: Role = Role.CASHIER,
    *,
    code: str = "ana",
    number: int = 1,
    now: datetime | None = None,
) -> tuple[Till, str]:
    """Somebody logged in at a new terminal since `now` (this instant), and their token."""
    now = now or datetime.now(UTC)
    store = store or make_store()
    token = f"ths_{secrets.token_urlsafe(32)}"
    TillSession.objects.create(
        terminal=make_terminal(store, number),
        staff=make_staff(store, role, code),
        token_hash=hash_token(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_LIFE,
    )
    till = find_till(token=token, now=now)
    assert till is not None
    return till, token


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A terminal program: sends JSON under /api/v1/ and carries its token."""

    token: str | None
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: str) -> ApiResponse:
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers(None))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> ApiResponse:
        return self.client.post(
            f"/api/v1/{path}",
            {} if body is None else body,
            content_type="application/json",
            headers=self._headers(key),
        )

    def delete(self, path: str) -> ApiResponse:
        return self.client.delete(f"/api/v1/{path}", headers=self._headers(None))

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return headers if key is None else {**headers, "Idempotency-Key": key}


def api_client(token: str | None = None) -> ApiClient:
    """A client that presents `token`; without one, a stranger."""
    return ApiClient(token)


def _file_treatments() -> None:
    """Put on file what is taxed where, unless it is there."""
    if TaxTreatment.objects.exists():
        return
    columns = {OutletKind.PACKAGE_STORE: "package_store", OutletKind.CAFE: "cafe"}
    TaxTreatment.objects.bulk_create(
        TaxTreatment(
            tax_class=row["tax_class"],
            outlet_kind=kind,
            effective_from=reference_data.TREATMENTS_FROM,
            is_taxable=row[column] == "taxable",
        )
        for row in reference_data._rows("florida_tax_classes.csv")
        for kind, column in columns.items()
    )
