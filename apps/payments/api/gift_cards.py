"""Gift cards and store credit at the till: a code for a new one, and what is on one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.core.api.fields import StrictSerializer, TextField
from apps.core.api.views import send_json
from apps.payments import errors
from apps.payments.services.stored_value.presenting import present
from apps.payments.stored_value_codes import make_code, read_code
from apps.payments.stored_value_selectors import describe_account
from apps.payments.stored_value_types import StoredValueKind, StoredValueStatus
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import PermissionMissing, TooManyAttempts
from apps.stores.types import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.errors import DomainError

LONGEST_CODE = 60  # with what stands between its groups
_ASK = (*TOKEN_REFUSALS, PermissionMissing)


class CodeIn(StrictSerializer):
    """A code as it was scanned or typed. It is in the body, because addresses are logged."""

    code = TextField(max_length=LONGEST_CODE)


class CodeOut(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Kept nowhere until a sale or a return names it.")


class StoredValue(serializers.Serializer[Any]):
    """A gift card or store credit."""

    id = serializers.UUIDField(help_text="Spends nothing.")
    kind = serializers.ChoiceField([kind.value.lower() for kind in StoredValueKind])
    last4 = serializers.CharField()
    currency = serializers.CharField()
    balance_cents = serializers.IntegerField()
    status = serializers.ChoiceField([status.value.lower() for status in StoredValueStatus])


class BalanceView(TillView):
    """What is on a gift card or store credit."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "POST": (
            *_ASK,
            errors.StoredValueCodeInvalid,
            errors.StoredValueUnknown,
            errors.StoredValueCurrencyDiffers,
            TooManyAttempts,
        )
    }

    @extend_schema(
        operation_id="get_gift_card_balance", request=CodeIn, responses={200: StoredValue}
    )
    def post(self, request: Request) -> HttpResponse:
        """What is on it. A till that presents too many codes which nobody knows has to wait."""
        code = read_code(self.read(request, CodeIn)["code"])
        found = present(till=self.till(request), codes=[code])
        return send_json(describe_account(found[code]))


class CodesView(TillView):
    """Codes for new gift cards and store credits."""

    permissions: ClassVar[dict[str, Permission]] = {"POST": Permission.SELL}
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {"POST": _ASK}

    @extend_schema(operation_id="make_gift_card_code", request=None, responses={201: CodeOut})
    def post(self, request: Request) -> HttpResponse:
        """A code that nobody can guess, for a till without printed gift cards."""
        return send_json({"code": make_code()}, HTTPStatus.CREATED)
