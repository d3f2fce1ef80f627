"""Paths of card payments and drawers under /api/v1/."""

from django.urls import path

from apps.payments.api import gift_cards, readers, shifts, views

urlpatterns = [
    path("readers", readers.ReadersView.as_view()),
    path("terminals/connection-token", readers.ConnectionTokenView.as_view()),
    path("gift-cards/balance", gift_cards.BalanceView.as_view()),
    path("gift-cards/codes", gift_cards.CodesView.as_view()),
    path("shifts", shifts.ShiftsView.as_view()),
    path("shifts/current", shifts.CurrentShiftView.as_view()),
    path("shifts/current/cash-movements", shifts.CashMovementsView.as_view()),
    path("payments", views.PaymentsView.as_view()),
    path("payments/<uuid:payment_id>", views.PaymentView.as_view()),
    path("payments/<uuid:payment_id>/client-secret", readers.ClientSecretView.as_view()),
    path("payments/<uuid:payment_id>/capture", views.CaptureView.as_view()),
    path("payments/<uuid:payment_id>/cancel", views.CancelView.as_view()),
    path("payments/<uuid:payment_id>/refunds", views.RefundsView.as_view()),
]
