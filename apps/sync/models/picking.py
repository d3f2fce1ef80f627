"""Managers that pick some facts out of the inbox."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.sync.types import ReceivedState


class OfTypes(models.Manager[Any]):
    """Facts of some types that were taken in."""

    def __init__(self, *types: str) -> None:
        super().__init__()
        self.types = types

    def get_queryset(self) -> models.QuerySet[Any]:
        accepted = super().get_queryset().filter(state=ReceivedState.ACCEPTED)
        return accepted.filter(type__in=self.types)


class Rejected(models.Manager[Any]):
    """Facts that were not taken in."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(state=ReceivedState.REJECTED)
