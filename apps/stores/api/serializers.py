"""What pairing and logging in take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import StrictSerializer, TextField
from apps.stores.types import Permission, Role


class PairTerminal(StrictSerializer):
    code = TextField(max_length=12, help_text="Six characters, shown once in the admin.")


class OpenSession(StrictSerializer):
    staff_code = TextField(max_length=12)
    pin = TextField(max_length=12)


class TerminalSummary(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    name = serializers.CharField()


class StoreSummary(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    timezone = serializers.CharField(help_text="IANA name.")
    county = serializers.CharField()


class StaffSummary(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField([role.value for role in Role])
    permissions = serializers.ListField(
        child=serializers.ChoiceField([permission.value for permission in Permission])
    )


class PairedTerminal(serializers.Serializer[Any]):
    terminal = TerminalSummary()
    store = StoreSummary()
    token = serializers.CharField(help_text="Shown once; keep it safe on the terminal.")


class Session(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    staff = StaffSummary()
    store = StoreSummary()
    shift = serializers.DictField(
        allow_null=True, help_text="The till's open shift as `GET shifts/current` shows it."
    )
