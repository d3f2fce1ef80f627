"""Long lists in the admin: pages found by key, never by counting, fast at a million rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Q
from unfold.views import ChangeList

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, QueryDict

OLDER, NEWER = "older", "newer"
NUL = "\x00"  # PostgreSQL cannot store it, so no text can hold it


class OfficeChangeList(ChangeList):
    """A change list that refuses what no database can look for."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        if any(NUL in value for values in request.GET.lists() for value in values[1]):
            raise IncorrectLookupParameters
        return super().get_queryset(request, *args, **kwargs)


class KeysetPaginator(Paginator):  # type: ignore[type-arg]
    """Only names the template; the change list has done the work."""

    template_name = "core/admin/keyset_pages.html"


class KeysetChangeList(OfficeChangeList):
    """A change list in one fixed order, `model_admin.keyset`, whose pages begin where one ended.

    The order is newest first: every field of the keyset descends, and the last one is unique.
    """

    older_url: str | None = None
    newer_url: str | None = None

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        # Out of the address: whoever filters or searches from here begins at the newest again.
        asked: QueryDict = request.GET.copy()
        self._tokens = {name: asked.pop(name, [""])[-1] for name in (OLDER, NEWER)}
        request.GET = asked  # type: ignore[assignment]
        super().__init__(request, *args, **kwargs)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        return [f"-{name}" for name in self._keyset]

    def get_results(self, request: HttpRequest) -> None:
        size = self.list_per_page
        newer = self._position(self._tokens[NEWER])
        older = self._position(self._tokens[OLDER])
        queryset = self.queryset
        if newer:
            queryset = queryset.filter(self._beyond(newer, "gt")).reverse()
        elif older:
            queryset = queryset.filter(self._beyond(older, "lt"))
        rows = list(queryset[: size + 1])
        has_more = len(rows) > size
        rows = rows[:size]
        if newer:
            rows.reverse()
        if rows and (has_more if newer else bool(older)):
            self.newer_url = self._url(NEWER, rows[0])
        if rows and (has_more or newer):
            self.older_url = self._url(OLDER, rows[-1])
        self._publish(rows)

    def _publish(self, rows: list[Model]) -> None:
        """What Django's templates ask of a change list."""
        self.result_list = rows
        self.result_count = len(rows)
        self.full_result_count = len(rows)  # no "show all"
        self.show_full_result_count = False
        self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        self.paginator = KeysetPaginator(rows, self.list_per_page)

    @property
    def _keyset(self) -> tuple[str, ...]:
        keyset: tuple[str, ...] = getattr(self.model_admin, "keyset", ("pk",))
        return keyset

    def _beyond(self, position: list[Any], direction: str) -> Q:
        """Rows past a position: by the first field, or equal there and by the next.

        The bound says nothing new, but it is what an index can seek to; an OR is not.
        """
        bound = Q(**{f"{self._keyset[0]}__{direction}e": position[0]})
        condition, equal = Q(), Q()
        for name, value in zip(self._keyset, position, strict=True):
            condition |= equal & Q(**{f"{name}__{direction}": value})
            equal &= Q(**{name: value})
        return bound & condition

    def _position(self, token: str) -> list[str] | None:
        if not token:
            return None
        try:
            position: list[str] = signing.loads(token, salt=self._salt)
        except signing.BadSignature as error:
            raise IncorrectLookupParameters from error
        return position

    def _url(self, direction: str, row: Model) -> str:
        """A page's address. It is signed, so whatever comes back is a position in this list."""
        values = [str(getattr(row, name)) for name in self._keyset]
        return self.get_query_string({direction: signing.dumps(values, salt=self._salt)})

    @property
    def _salt(self) -> str:
        return f"{self.opts.label} by {' '.join(self._keyset)}"
