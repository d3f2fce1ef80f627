"""Card readers of a till's store, and the secrets with which an app speaks to them itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from drf_spectacular.utils import extend_schema

from apps.core.api.views import send_json
from apps.payments import errors
from apps.payments.api import serializers
from apps.payments.api.serializers import describe_reader
from apps.payments.selectors import list_readers
from apps.payments.services.presenting import show_client_secret
from apps.payments.services.readers import make_connection_token
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import PermissionMissing
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.errors import DomainError

_READ = (*TOKEN_REFUSALS, PermissionMissing)


class ReadersView(TillView):
    """The card readers of the store."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.SELL}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {"GET": _READ}

    @extend_schema(operation_id="list_readers", responses=serializers.ReadersOut)
    def get(self, request: Request) -> HttpResponse:
        """The card readers that a payment may name."""
        readers = list_readers(store_id=self.till(request).store.id)
        return send_json({"results": [describe_reader(reader) for reader in readers]})


class ConnectionTokenView(TillView):
    """Hands out connection tokens of Stripe Terminal."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (*_READ, errors.CardsBusy, errors.CardsNotTaken, errors.StripeSilent)
    }

    @extend_schema(
        operation_id="create_connection_token",
        request=serializers.ConnectionTokenIn,
        responses={201: serializers.ConnectionTokenOut},
    )
    def post(self, request: Request) -> HttpResponse:
        """A secret for the readers of this store. It is new each time, and kept nowhere."""
        self.read(request, serializers.ConnectionTokenIn)
        secret = make_connection_token(store_id=self.till(request).store.id)
        return send_json({"secret": secret}, HTTPStatus.CREATED)


class ClientSecretView(TillView):
    """Lets an app bring a card to a payment that names no reader."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.SELL}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "GET": (
            *_READ,
            errors.PaymentUnknown,
            errors.PaymentStateConflict,
            errors.CardsBusy,
            errors.CardsNotTaken,
            errors.StripeSilent,
        )
    }

    @extend_schema(operation_id="get_client_secret", responses=serializers.ClientSecretOut)
    def get(self, request: Request, payment_id: UUID) -> HttpResponse:
        """The secret of a payment that waits for its card. Stripe is asked each time."""
        store_id = self.till(request).store.id
        secret = show_client_secret(store_id=store_id, payment_id=payment_id)
        return send_json({"client_secret": secret})
