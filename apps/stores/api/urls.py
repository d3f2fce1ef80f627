"""Paths of pairing and sessions under /api/v1/."""

from django.urls import path

from apps.stores.api import approvals, views
from apps.stores.api import schema as schema  # noqa: PLC0414 - registers our tokens with it

urlpatterns = [
    path("terminals/pair", views.PairTerminalView.as_view()),
    path("sessions", views.SessionsView.as_view()),
    path("approvals", approvals.ApprovalsView.as_view()),
    path("approvals/requests", approvals.ApprovalRequestsView.as_view()),
    path("approvals/requests/<uuid:approval_id>", approvals.ApprovalRequestView.as_view()),
    path("sessions/current", views.CurrentSessionView.as_view()),
]
