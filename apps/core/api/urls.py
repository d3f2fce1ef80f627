"""Paths of the core under /api/v1/."""

from django.urls import path

from apps.core.api.idempotency import IdempotencyKeyView

urlpatterns = [path("idempotency/<path:key>", IdempotencyKeyView.as_view())]
