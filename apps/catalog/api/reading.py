"""Who reads the catalog as a whole, and for which store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone

from apps.catalog.api.serializers import describe_item
from apps.catalog.services.copies import Reader
from apps.core.api.fields import StrictSerializer, TextField
from apps.core.api.views import ApiView
from apps.core.errors import DomainError, FieldError, ValidationFailed
from apps.core.reference import read_revision
from apps.stores import errors
from apps.stores.api.services import SessionOrServiceAuthentication
from apps.stores.selectors import find_store_id, get_store_profile
from apps.stores.service_types import Scope, ServiceCaller
from apps.stores.types import Till

if TYPE_CHECKING:
    from rest_framework.request import Request

    from apps.catalog.services.copies import Copy
    from apps.stores.types import StoreProfile

REFUSALS: tuple[type[DomainError], ...] = (
    errors.TokenRequired,
    errors.TokenInvalid,
    errors.PermissionMissing,
    errors.StoreUnknown,
)


class StoreQuery(StrictSerializer):
    store = TextField(
        required=False, max_length=20, help_text="Code of the store, for a token of no store."
    )


class CatalogView(ApiView):
    """A call for tills, and for programs whose token may read the catalog."""

    caller: ClassVar[tuple[type, ...]] = (Till, ServiceCaller)
    authentication_classes = [SessionOrServiceAuthentication]
    scopes: ClassVar[dict[str, Scope]] = {"GET": Scope.CATALOG_READ}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {"GET": REFUSALS}

    @staticmethod
    def reader(request: Request, code: str | None) -> Reader:
        """Who calls, about the store of their token or of that code.

        Raises:
            PermissionMissing: the token is another store's.
            StoreUnknown: there is no store of that code.
            ValidationFailed: neither names a store.
        """
        caller: Any = request.auth
        revision = read_revision()  # a session remembers its own for a moment
        store = _store_for(caller.store, code, revision)
        return Reader(store, revision, timezone.now(), isinstance(caller, ServiceCaller))


def _store_for(own: StoreProfile | None, code: str | None, revision: int) -> StoreProfile:
    if own is not None and code in {None, own.code}:
        return own
    if own is not None:
        raise errors.PermissionMissing(
            f"This token is for the store {own.code}. Leave `store` out, or use another token.",
            permission=f"store:{code}",
        )
    if code is None:
        missing = FieldError("/store", "required", "This token is for no store of its own.")
        raise ValidationFailed("Say which store is meant: ?store=<code>.", errors=[missing])
    store_id = find_store_id(code=code)
    if store_id is None:
        raise errors.StoreUnknown(f"There is no store {code!r}.", store=code)
    return get_store_profile(store_id=store_id, revision=revision)


def describe_copy(copy: Copy, reader: Reader) -> dict[str, Any]:
    """A product that the store sells, as a change; one that it does not sell is to be deleted."""
    if copy.item is None:
        gone = {"id": copy.id, "sku": copy.sku}
        return {"kind": "delete", "product": gone}
    change: dict[str, Any] = {"kind": "upsert", "product": describe_item(copy.item, reader.now)}
    return {**change, "record": copy.record} if copy.record else change
