"""Paths of the catalog under /api/v1/."""

from django.urls import path

from apps.catalog.api.changes import ChangesView
from apps.catalog.api.snapshots import SnapshotView
from apps.catalog.api.views import ProductsView

urlpatterns = [
    path("products", ProductsView.as_view()),
    path("catalog/changes", ChangesView.as_view()),
    path("catalog/snapshot", SnapshotView.as_view()),
]
