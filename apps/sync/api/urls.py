"""Paths of sync, under /api/."""

from django.urls import path

from apps.sync.api.reconciling import FactsView, TotalsView
from apps.sync.api.views import SyncStatusView, SyncView

urlpatterns = [
    path("sync", SyncView.as_view(), name="sync"),
    path("sync/status", SyncStatusView.as_view(), name="sync-status"),
    path("sync/totals", TotalsView.as_view(), name="sync-totals"),
    path("sync/facts", FactsView.as_view(), name="sync-facts"),
]
