"""Print jobs: asked for, leased by the agent at the printer, and reported."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from django_subatomic.db import transaction
from drf_spectacular.utils import extend_schema

from apps.core.api.views import send_json
from apps.orders.api import print_answers as answers
from apps.orders.api.refusals import PRINT_ASK_REFUSALS, PRINT_REFUSALS, READ_REFUSALS, Refusals
from apps.orders.selectors import get_print_job
from apps.orders.services.print_jobs import asking, leasing
from apps.orders.types import NewPrintJob, PrintKind
from apps.stores.api.permissions import require
from apps.stores.api.views import TillView
from apps.stores.types import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

_NEEDS = {
    PrintKind.RECEIPT: Permission.PRINT_RECEIPT,
    PrintKind.Z: Permission.RUN_DRAWER,
    PrintKind.DRAWER: Permission.RUN_DRAWER,  # and a limit of the role, or an approval
}


class _PrintView(TillView):
    permissions: ClassVar[dict[str, Permission]] = {
        "GET": Permission.PRINT_RECEIPT,
        "POST": Permission.PRINT_RECEIPT,
    }


class PrintJobsView(_PrintView):
    """The queue of a printer."""

    idempotent: ClassVar[frozenset[str]] = frozenset({"POST"})
    refusals: ClassVar[Refusals] = {"POST": PRINT_ASK_REFUSALS}

    @extend_schema(
        operation_id="ask_print",
        request=answers.PrintJobIn,
        responses={201: answers.PrintJobOut},
    )
    def post(self, request: Request) -> HttpResponse:
        """Have a receipt or a Z printed, or the drawer of this till opened without a sale."""
        asked, till = self.read(request, answers.PrintJobIn), self.till(request)
        wanted = NewPrintJob(**{**asked, "kind": PrintKind(asked["kind"].upper())})
        require(till, _NEEDS[wanted.kind])

        def act() -> tuple[int, dict[str, Any]]:
            job = asking.ask_print(till=till, request=wanted, now=timezone.now())
            return HTTPStatus.CREATED, answers.describe_print_job(job)

        return self.once(request, act)


class PrintJobView(_PrintView):
    """One job of the store."""

    refusals: ClassVar[Refusals] = {"GET": PRINT_REFUSALS}

    @extend_schema(operation_id="get_print_job", responses=answers.PrintJobOut)
    def get(self, request: Request, job_id: UUID) -> HttpResponse:
        """Where a job stands."""
        job = get_print_job(store_id=self.till(request).store.id, job_id=job_id)
        return send_json(answers.describe_print_job(job))


class LeaseView(_PrintView):
    """Hands jobs to the agent at a till's printer."""

    refusals: ClassVar[Refusals] = {"POST": READ_REFUSALS}

    @extend_schema(
        operation_id="lease_print", request=answers.LeaseIn, responses={200: answers.LeaseOut}
    )
    def post(self, request: Request) -> HttpResponse:
        """Take the job that has waited longest at this till, for a minute, with its bytes.

        A job whose lease ran out is handed out again, and then says that it is a copy.
        """
        self.read(request, answers.LeaseIn)
        with transaction():
            leased = leasing.lease_print(till=self.till(request), now=timezone.now())
            return send_json(answers.describe_lease(leased))


class DoneView(_PrintView):
    """Ends a job."""

    refusals: ClassVar[Refusals] = {"POST": PRINT_REFUSALS}

    @extend_schema(
        operation_id="finish_print",
        request=answers.DoneIn,
        responses={200: answers.PrintJobOut},
    )
    def post(self, request: Request, job_id: UUID) -> HttpResponse:
        """It is printed. The same again is answered the same."""
        fence, till = self.read(request, answers.DoneIn)["fence"], self.till(request)
        with transaction():
            job = leasing.finish_print(till=till, job_id=job_id, fence=fence, now=timezone.now())
            return send_json(answers.describe_print_job(job))


class FailedView(_PrintView):
    """Gives a job back."""

    refusals: ClassVar[Refusals] = {"POST": PRINT_REFUSALS}

    @extend_schema(
        operation_id="fail_print",
        request=answers.FailedIn,
        responses={200: answers.PrintJobOut},
    )
    def post(self, request: Request, job_id: UUID) -> HttpResponse:
        """It could not be printed. It is tried three times; a drawer once."""
        asked, till = self.read(request, answers.FailedIn), self.till(request)
        with transaction():
            job = leasing.fail_print(till=till, job_id=job_id, **asked, now=timezone.now())
            return send_json(answers.describe_print_job(job))
