"""What every page of the back office shares: dollars, audit, caches told, read-only books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.http import Http404
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.admin import ModelAdmin, TabularInline

from apps.core import audit
from apps.core.admin.fields import DollarsMixin, OfficeClockMixin, dollars
from apps.core.admin.keyset import NUL, KeysetChangeList, OfficeChangeList
from apps.core.reference import bump_revision
from apps.core.types import Actor, ActorKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model, QuerySet
    from django.forms import ModelForm
    from django.http import HttpRequest

_UNSPOKEN = frozenset({"password", "password1", "password2", "pin"})


def actor_of(request: HttpRequest) -> Actor:
    """The person at the admin, with a chain of their own."""
    return actor_for(cast("User", request.user))  # the admin lets nobody else in


def actor_for(user: User) -> Actor:
    """An account of the back office, with a chain of its own."""
    name = user.get_full_name() or user.get_username()
    return Actor(ActorKind.USER, str(user.pk), name, f"user:{user.pk}")


def get_row(page: ModelAdmin, request: HttpRequest, object_id: str) -> Any:
    """The row that an address names.

    Raises:
        Http404: there is none.
    """
    row = page.get_object(request, object_id)
    if row is None:
        raise Http404
    return row


class OfficeAdmin(DollarsMixin, OfficeClockMixin, ModelAdmin):
    """A page on which a manager changes things. Every change is audited; caches are told."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OfficeChangeList]:
        return OfficeChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term.replace(NUL, ""))

    def save_model(
        self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: Any
    ) -> None:
        bump_revision()  # before any row is locked, as an import does
        if change:
            # Only what was typed: a till may have written the rest since the row was read.
            columns = {field.name for field in self.opts.concrete_fields}
            obj.save(update_fields=columns & set(form.changed_data))
        else:
            super().save_model(request, obj, form, change)
        fields = sorted(set(form.changed_data) - _UNSPOKEN)
        self._note(request, obj, "changed" if change else "added", {"fields": fields})

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        bump_revision()
        self._note(request, obj, "deleted", {"name": str(obj)})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction():
            for row in queryset:
                self.delete_model(request, row)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        changed = sorted({str(f.model.__name__) for f in formsets if f.has_changed()})
        if changed:
            self._note(request, form.instance, "changed", {"tables": changed})

    def _note(self, request: HttpRequest, obj: Model, what: str, facts: dict[str, Any]) -> None:
        name = self.opts.model_name
        fact = audit.AuditFact(
            timezone.now(), actor_of(request), f"{name}.{what}", f"{name}:{obj.pk}", facts
        )
        audit.record(fact)


class ReadOnlyAdmin(ModelAdmin):
    """A book: it can be read, and nothing else. Its list is paged by key."""

    keyset: tuple[str, ...] = ("pk",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    actions: Any = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        names = super().get_fields(request, obj)
        if obj is None:
            return names
        return [dollars(name) if name.endswith("_cents") else name for name in names]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OfficeInline(DollarsMixin, OfficeClockMixin, TabularInline):
    """Rows of a table below the page they belong to."""

    extra = 0
    show_title = False
    show_change_link = False
