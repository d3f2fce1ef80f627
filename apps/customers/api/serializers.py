"""What the calls about customers take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import IdField, StrictSerializer, TextField, YesOrNoField
from apps.customers.rules import LONGEST_EMAIL, LONGEST_NAME, LONGEST_PHONE


class CustomerIn(StrictSerializer):
    """Who somebody is. The id makes a retry harmless: the same again is the same customer."""

    id = IdField(help_text="Made by the terminal; kept on every retry.")
    name = TextField(max_length=LONGEST_NAME)
    phone = TextField(max_length=LONGEST_PHONE, required=False, allow_blank=True)
    email = TextField(max_length=LONGEST_EMAIL, required=False, allow_blank=True)
    accepts_marketing = YesOrNoField(
        required=False, help_text="Whether they have agreed to be written to. False if left out."
    )


class CustomerQuery(StrictSerializer):
    """Either of the two, whole: there is no search by parts."""

    phone = TextField(max_length=LONGEST_PHONE, required=False)
    email = TextField(max_length=LONGEST_EMAIL, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Name a phone or an email.", code="phone-or-email")
        return attrs


class CustomerOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="Empty once the customer was forgotten.")
    phone = serializers.CharField(help_text="With + and the country.")
    email = serializers.CharField()
    accepts_marketing = serializers.BooleanField()
    registered_at = serializers.DateTimeField()
    forgotten = serializers.BooleanField()


class CustomerPoints(serializers.Serializer[Any]):
    programme = serializers.CharField()
    balance = serializers.IntegerField(help_text="Below nothing where goods came back.")
    worth_cents = serializers.IntegerField()
    minimum_points = serializers.IntegerField(help_text="The fewest that can be used at once.")


class WholeCustomerOut(CustomerOut):
    points = CustomerPoints(allow_null=True, help_text="Null in a store without a programme.")


class CustomersOut(serializers.Serializer[Any]):
    """At most twenty; a phone may be shared."""

    results = CustomerOut(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
