"""Which head office this installation reads its catalog from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from celery import current_app
from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.sync.errors import HeadOfficeUnknown, SyncStateConflict
from apps.sync.models import CatalogSource
from apps.sync.models.catalog import ONLY_ROW
from apps.sync.rules import is_safe_address
from apps.sync.signing import is_token

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON, Actor

PULL_TASK = "sync.pull_catalog"
_LONGEST_URL, _LONGEST_CODE = 500, 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class NewHeadOffice:
    """A head office as an owner types it in. It never shows its token in a log.

    Without a token the one that is known is kept.
    """

    url: str
    token: str = ""
    store_code: str = ""
    is_active: bool = True

    def __repr__(self) -> str:
        return f"NewHeadOffice({self.url})"


@transaction_required
def enter_head_office(*, actor: Actor, new: NewHeadOffice, now: datetime) -> None:
    """Read products and prices from there from now on.

    Another address or store is another catalog: it is read from the beginning, and whoever reads
    at this moment stops.

    Raises:
        SyncStateConflict: the address, the store or the token is none.
    """
    url = new.url.strip().rstrip("/")
    _refuse_bad_address(url)
    _refuse_unusable(new)
    known = CatalogSource.objects.select_for_update().filter(pk=ONLY_ROW).first()
    if known is None and not new.token:
        raise SyncStateConflict(
            "A service token of the head office is needed. Ask an owner there to make one (Service"
            " tokens, Add), and enter it here."
        )
    columns: dict[str, object] = {
        "url": url, "store_code": new.store_code, "is_active": new.is_active
    }  # fmt: skip
    if new.token:
        columns["token"] = new.token
    if known is None:
        CatalogSource.objects.create(pk=ONLY_ROW, **columns)
    else:
        if (known.url, known.store_code) != (url, new.store_code):
            columns |= {"cursor": "", "refused": [], "books": [], "last_error": ""}
        ended = {"lease_epoch": F("lease_epoch") + 1, "leased_until": None}
        CatalogSource.objects.filter(pk=ONLY_ROW).update(**columns, **ended)
    facts: dict[str, JSON] = {
        "url": url,
        "store": new.store_code,
        "is_active": new.is_active,
        "fields": ["token"] if new.token else [],
    }
    audit.record(audit.AuditFact(now, actor, "head_office.entered", "catalog:head-office", facts))


@transaction_required
def note_asked(*, actor: Actor, wants_whole: bool, now: datetime) -> None:
    """Write down that somebody wants the catalog read now.

    Raises:
        HeadOfficeUnknown: there is no head office, or it is switched off.
    """
    if not CatalogSource.objects.filter(is_active=True).exists():
        raise HeadOfficeUnknown("Reading is switched off. Switch it on first.")
    facts: dict[str, JSON] = {"whole": wants_whole}
    audit.record(audit.AuditFact(now, actor, "catalog.pull_asked", "catalog:head-office", facts))


def ring(*, wants_whole: bool = False) -> bool:
    """Ask a worker to read the catalog; whether one could be asked."""
    asked = {"wants_whole": wants_whole}
    try:
        current_app.send_task(PULL_TASK, kwargs=asked, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - a broker may raise anything; the schedule catches up
        log.warning("pull_bell_unanswered", reason=repr(error))
        return False
    return True


def _refuse_bad_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_good = is_safe_address(url) and parts.path in {"", "/"}
    except ValueError:
        is_good = False
    if not is_good or parts.query or parts.fragment or parts.username:
        raise SyncStateConflict("An address is like https://office.example.com, with no path.")
    if len(url) > _LONGEST_URL:
        raise SyncStateConflict(f"An address has at most {_LONGEST_URL} characters.")


def _refuse_unusable(new: NewHeadOffice) -> None:
    if new.token and not is_token(new.token):
        raise SyncStateConflict(
            "This is no token. Copy it as the head office showed it, in one line, without spaces."
        )
    if len(new.store_code) > _LONGEST_CODE:
        raise SyncStateConflict(f"The code of a store has at most {_LONGEST_CODE} characters.")
