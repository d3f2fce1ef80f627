"""Paths of the catalog under /api/v1/."""

from django.urls import path

from apps.catalog.api.views import ProductsView

urlpatterns = [path("products", ProductsView.as_view())]
