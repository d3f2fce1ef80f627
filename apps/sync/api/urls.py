"""Paths of sync, under /api/sync."""

from django.urls import path

from apps.sync.api.reconciling import FactsView, TotalsView
from apps.sync.api.views import SyncStatusView, SyncView

urlpatterns = [
    path("", SyncView.as_view(), name="sync"),
    path("/status", SyncStatusView.as_view(), name="sync-status"),
    path("/totals", TotalsView.as_view(), name="sync-totals"),
    path("/facts", FactsView.as_view(), name="sync-facts"),
]
