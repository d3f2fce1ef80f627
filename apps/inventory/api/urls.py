"""Paths of the stock under /api/v1/."""

from django.urls import path

from apps.inventory.api import views

urlpatterns = [
    path("stock", views.StockView.as_view()),
    path("stock/adjustments", views.AdjustmentsView.as_view()),
]
