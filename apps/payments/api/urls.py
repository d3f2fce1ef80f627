"""Paths of card payments under /api/v1/."""

from django.urls import path

from apps.payments.api import views

urlpatterns = [
    path("payments", views.PaymentsView.as_view()),
    path("payments/<uuid:payment_id>", views.PaymentView.as_view()),
    path("payments/<uuid:payment_id>/capture", views.CaptureView.as_view()),
    path("payments/<uuid:payment_id>/cancel", views.CancelView.as_view()),
    path("payments/<uuid:payment_id>/refunds", views.RefundsView.as_view()),
]
