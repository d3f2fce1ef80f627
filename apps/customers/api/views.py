"""Customers at the till: register one, find one by phone or e-mail, read one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from django.utils import timezone
from django_subatomic.db import transaction
from drf_spectacular.utils import extend_schema

from apps.core.api.views import send_json
from apps.core.errors import FieldKeyMissing
from apps.customers import errors
from apps.customers.api import serializers
from apps.customers.api.throttles import LookupThrottle
from apps.customers.points import describe_points
from apps.customers.selectors import describe_customer, get_customer, list_by_contact
from apps.customers.services.registering import register_customer
from apps.customers.types import ContactKind, NewCustomer
from apps.stores.api.views import TOKEN_REFUSALS, TillView
from apps.stores.errors import PermissionMissing
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from apps.core.errors import DomainError

_READ = (*TOKEN_REFUSALS, PermissionMissing, errors.LookupLimited, FieldKeyMissing)


class CustomersView(TillView):
    """The customers of the company."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.SELL, "POST": Permission.SELL}
    throttle_classes = [LookupThrottle]
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "GET": (*_READ, errors.ContactInvalid),
        "POST": (
            *TOKEN_REFUSALS,
            PermissionMissing,
            errors.ContactInvalid,
            errors.CustomerExists,
            FieldKeyMissing,
        ),
    }

    @extend_schema(
        operation_id="find_customers",
        parameters=[serializers.CustomerQuery],
        responses=serializers.CustomersOut,
    )
    def get(self, request: Request) -> HttpResponse:
        """The customers with exactly this phone number or e-mail address, newest first."""
        # Not `self.read`, which remembers what was asked.
        query = serializers.CustomerQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        ((word, text),) = query.validated_data.items()
        found = list_by_contact(kind=ContactKind(word.upper()), text=text)
        results = [describe_customer(customer) for customer in found]
        return send_json({"results": results, "next": None, "previous": None})

    @extend_schema(
        operation_id="register_customer",
        request=serializers.CustomerIn,
        responses={201: serializers.CustomerOut},
    )
    def post(self, request: Request) -> HttpResponse:
        """Register a customer. It needs no idempotency key: its id is one."""
        till, asked = self.till(request), self.read(request, serializers.CustomerIn)
        with transaction():
            customer = register_customer(
                actor=till.actor,
                store_id=till.store.id,
                new=NewCustomer(**asked),
                now=timezone.now(),
            )
        return send_json(describe_customer(customer), HTTPStatus.CREATED)


class CustomerView(TillView):
    """One customer."""

    permissions: ClassVar[dict[str, Permission]] = {"GET": Permission.SELL}
    throttle_classes = [LookupThrottle]
    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {
        "GET": (*_READ, errors.CustomerUnknown)
    }

    @extend_schema(operation_id="get_customer", responses=serializers.WholeCustomerOut)
    def get(self, request: Request, customer_id: UUID) -> HttpResponse:
        """A customer by their id, with their points in the programme of this store."""
        document = describe_customer(get_customer(customer_id=customer_id))
        points = describe_points(store_id=self.till(request).store.id, customer_id=customer_id)
        return send_json({**document, "points": points})
