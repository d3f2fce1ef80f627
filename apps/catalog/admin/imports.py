"""Imports: upload, look at what would change, confirm; and take a run back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.catalog.forms import UploadForm
from apps.catalog.models import ImportChange, ImportRun
from apps.catalog.services.imports.states import describe_difference
from apps.catalog.services.imports.undoing import undo_import
from apps.catalog.services.imports.uploads import is_kept, keep_upload, run_upload
from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 200


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Every file that was taken in, newest first."""

    keyset = ("imported_at", "pk")
    list_display = ("file_name", "imported_at", "actor_name", "book", "counts", "state")
    list_select_related = ("book",)
    fields = ("file_name", "imported_at", "actor_name", "book", "counts", "undone_at")
    readonly_fields = ("counts",)
    actions_list = ("upload",)
    actions_detail = ("undo",)
    change_form_after_template = "catalog/admin/import_changes.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.confirm_view)
        confirm = path("confirm/<uuid:token>/", view, name="catalog_import_confirm")
        return [confirm, *super().get_urls()]

    def has_import_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for the actions that take a file in or back."""
        return request.user.has_perm("catalog.add_importrun")

    @display(description="New, changed, as they were")
    def counts(self, run: ImportRun) -> str:
        return f"{run.created_count:,} / {run.changed_count:,} / {run.unchanged_count:,}"

    @display(description="State", label={"in force": "success", "taken back": "warning"})
    def state(self, run: ImportRun) -> str:
        return "taken back" if run.undone_at else "in force"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        changes = context["original"].changes.select_related("product")
        rows = [
            (
                change.product,
                change.before is None,
                describe_difference(change.before, change.after),
            )
            for change in changes.order_by("pk")[:SHOWN]
        ]
        context |= {"import_changes": rows, "shown": SHOWN}
        return super().render_change_form(request, context, *args, **kwargs)

    @action(description="Import products", icon="upload_file", permissions=["import"])
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take a file and show what it would change."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._page(request, "catalog/admin/import_upload.html", {"form": form})
        file, book = form.cleaned_data["file"], form.cleaned_data["book"]
        token = keep_upload(file.read())
        request.session[f"import:{token}"] = [file.name, book]
        url = reverse("admin:catalog_import_confirm", args=[token])
        return HttpResponseRedirect(url)

    def confirm_view(self, request: HttpRequest, token: Any) -> HttpResponse:
        """Show a dry run of the stored file; on confirmation, take it in."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        known = request.session.get(f"import:{token}")
        if known is None or not is_kept(token):
            messages.error(request, "That file is not here any more. Choose it again.")
            return HttpResponseRedirect(_upload_url())
        name, book = known
        is_confirmed = request.method == "POST"
        try:
            report = run_upload(
                actor=actor_of(request),
                token=token,
                named=(name, book),
                now=timezone.now(),
                dry_run=not is_confirmed,
            )
        except DomainError as refusal:
            messages.error(request, refusal.detail)
            return HttpResponseRedirect(_upload_url())
        if report.is_applied:
            messages.success(request, f"{name}: {report.created} new, {report.changed} changed.")
            return HttpResponseRedirect(
                reverse("admin:catalog_importrun_change", args=[report.run_id])
            )
        context = {
            "report": report,
            "changes": report.changes[:SHOWN],
            "hidden": max(0, report.created + report.changed - SHOWN),
            "file_name": name,
            "book": book,
            "upload_url": _upload_url(),
        }
        return self._page(request, "catalog/admin/import_preview.html", context)

    @action(description="Take back", icon="undo", permissions=["import"])
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then put every product back as it was before the run."""
        run = get_row(self, request, object_id)
        if request.method == "POST":
            try:
                with transaction():
                    undo_import(actor=actor_of(request), run_id=run.pk, now=timezone.now())
                messages.success(request, f"{run.file_name} was taken back.")
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[object_id]))
        text = (
            f"{run.created_count:,} products that {run.file_name} made will be removed (or switched"
            f" off, where they were sold), and {run.changed_count:,} put back as they were."
        )
        context = {"text": text, "confirm": "Take the import back", "title": "Take back?"}
        return self._page(request, "core/admin/confirm.html", context)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": "Import products"}
        return TemplateResponse(request, template, {**shared, "opts": self.opts, **context})


@admin.register(ImportChange)
class ImportChangeAdmin(ReadOnlyAdmin):
    """What runs changed, product by product."""

    list_display = ("run", "product")
    list_select_related = ("run", "product")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # shown on the page of their run


def _upload_url() -> str:
    return reverse("admin:catalog_importrun_upload")
