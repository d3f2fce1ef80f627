"""Paths of the sale under /api/v1/."""

from django.urls import path

from apps.orders.api import (
    closing,
    exchanging,
    finding,
    lookup,
    mailing,
    parking,
    print_jobs,
    receipts,
    returning,
    returning_blind,
    selling,
)

urlpatterns = [
    path("products/lookup", lookup.LookupView.as_view()),
    path("orders", selling.OrdersView.as_view()),
    path("orders/quote", selling.QuoteView.as_view()),
    path("orders/park", parking.ParkView.as_view()),
    path("orders/parked", parking.ParkedOrdersView.as_view()),
    path("orders/parked/<uuid:order_id>/resume", parking.ResumeView.as_view()),
    path("orders/<uuid:order_id>", finding.OrderView.as_view()),
    path("orders/<uuid:order_id>/void", finding.VoidView.as_view()),
    path("orders/<uuid:order_id>/returns", returning.ReturnsView.as_view()),
    path("orders/<uuid:order_id>/exchanges", exchanging.ExchangesView.as_view()),
    path("orders/<uuid:order_id>/receipt", receipts.ReceiptView.as_view()),
    path("returns", returning_blind.BlindReturnsView.as_view()),
    path("orders/<uuid:order_id>/receipt/email", mailing.ReceiptEmailView.as_view()),
    path("print-jobs", print_jobs.PrintJobsView.as_view()),
    path("print-jobs/lease", print_jobs.LeaseView.as_view()),
    path("print-jobs/<uuid:job_id>", print_jobs.PrintJobView.as_view()),
    path("print-jobs/<uuid:job_id>/done", print_jobs.DoneView.as_view()),
    path("print-jobs/<uuid:job_id>/failed", print_jobs.FailedView.as_view()),
    path("shifts/current/close", closing.CloseShiftView.as_view()),
    path("shifts/<uuid:shift_id>/z", closing.ZView.as_view()),
]
