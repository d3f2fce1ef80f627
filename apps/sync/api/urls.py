"""Paths of sync, under /api/."""

from django.urls import path

from apps.sync.api.views import SyncStatusView, SyncView

urlpatterns = [
    path("sync", SyncView.as_view(), name="sync"),
    path("sync/status", SyncStatusView.as_view(), name="sync-status"),
]
