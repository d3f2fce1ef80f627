"""What `config` names is there: tasks, checks, pages, permissions."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission as Right
from django.utils.module_loading import import_string

from apps.stores.types import Permission
from config import celery_app, checks, wiring

from .repository import kinds_of_events

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    """The tasks that a worker would know."""
    celery_app.loader.import_default_modules()
    return {name for name in celery_app.tasks if not name.startswith("celery.")}


def test_every_event_stands_in_the_wiring_and_no_other() -> None:
    assert set(wiring.SUBSCRIBERS) == kinds_of_events()


def test_every_subscriber_is_a_task_of_the_worker(tasks: set[str]) -> None:
    subscribers = {name for names in wiring.SUBSCRIBERS.values() for name in names}
    assert subscribers - tasks == set()


def test_every_entry_of_the_schedule_is_a_task_of_the_worker(tasks: set[str]) -> None:
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - tasks == set()


RUNG_BY_TASKS = {"sync.send"}  # one run a destination, asked for by `sync.dispatch`


def test_every_task_is_scheduled_or_rung_or_hears_of_an_event(tasks: set[str]) -> None:
    subscribers = {name for names in wiring.SUBSCRIBERS.values() for name in names}
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks == subscribers | scheduled | RUNG_BY_TASKS


def test_no_two_events_have_one_type() -> None:
    types = [event.type for event in kinds_of_events()]
    assert len(types) == len(set(types))


@pytest.mark.django_db
@pytest.mark.parametrize("check", checks.LEDGER_CHECKS)
def test_an_empty_shop_has_books_that_balance(check: str) -> None:
    assert list(checks.LEDGER_CHECKS[check]()) == []


def dotted_names(value: Any) -> Iterator[str]:
    """Every text in a setting that names something of ours."""
    if isinstance(value, str) and re.fullmatch(r"(apps|config)(\.\w+)+", value):
        yield value
    elif isinstance(value, dict):
        yield from (name for each in value.values() for name in dotted_names(each))
    elif isinstance(value, list | tuple):
        yield from (name for each in value for name in dotted_names(each))


def test_every_dotted_name_in_the_settings_is_there() -> None:
    own = [getattr(settings, name) for name in dir(settings) if name.isupper()]
    names = set(dotted_names(own)) - set(settings.INSTALLED_APPS)
    assert {"config.wiring.SUBSCRIBERS", "apps.reports.views.fill_home"} <= names
    for name in names:
        assert find(name) is not None


def find(name: str) -> object:
    """The module of that name, or what a module has under it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return import_string(name)


# --- The back office ------------------------------------------------------------------------------


@pytest.fixture
def rights(db: None) -> set[str]:
    """Every right that Django knows, as `app.action_model`."""
    known = Right.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in known}


def test_every_page_that_a_role_opens_is_a_page_with_that_right(rights: set[str]) -> None:
    shown = shown_models()
    for permission, pages in wiring.OFFICE_PAGES.items():
        assert isinstance(permission, Permission)
        for label, actions in pages.items():
            app, model = label.split(".")
            assert label in shown, label
            assert {f"{app}.{action}_{model}" for action in actions} - rights == set()


def test_every_entry_of_the_sidebar_leads_to_a_page_under_a_right(rights: set[str]) -> None:
    groups = settings.UNFOLD["SIDEBAR"]["navigation"]
    for entry in (entry for group in groups for entry in group["items"]):
        assert str(entry["link"]).startswith("/admin/")
        if "permission" in entry:
            visitor = Visitor()
            entry["permission"](visitor)
            assert len(visitor.asked) == 1
            assert visitor.asked <= rights


def test_every_model_has_its_page_or_its_rows_on_another() -> None:
    own = {
        model._meta.label_lower
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
    }
    assert own - shown_models() == set()


def shown_models() -> set[str]:
    """What the back office shows: pages, and rows on the pages of others."""
    pages = admin.site._registry
    rows = {inline.model for page in pages.values() for inline in page.inlines}
    return {model._meta.label_lower for model in {*pages, *rows}}


class Visitor:
    """A request of somebody who may nothing, and the rights that were asked of them."""

    def __init__(self) -> None:
        self.user = self
        self.asked: set[str] = set()

    def has_perm(self, right: str) -> bool:
        self.asked.add(right)
        return False
