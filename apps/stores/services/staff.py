"""People: their PINs and their accounts in the back office."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as AdminPermission
from django.db.models import Q
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.stores.errors import PinTooSimple
from apps.stores.models import PinAttempt, Staff, TillSession
from apps.stores.rules import PERMISSIONS
from apps.stores.types import Permission, Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.core.types import JSON, Actor

SHORTEST_PIN = 4
OFFICE_ROLES = (Role.MANAGER, Role.OWNER, Role.AUDITOR)
# Per permission, the admin pages it opens: "app.model" and the actions allowed on it.
type OfficePages = Mapping[Permission, Mapping[str, tuple[str, ...]]]


@transaction_required
def set_pin(*, actor: Actor, staff_id: int, pin: str, now: datetime) -> None:
    """Give a member of staff a new PIN; it unlocks them and ends their sessions.

    Raises:
        PinTooSimple: fewer than four digits, all the same, or a run such as 1234.
    """
    check_pin(pin)
    staff = Staff.objects.get(pk=staff_id)
    Staff.objects.filter(pk=staff_id).update(pin_hash=make_password(pin))
    PinAttempt.objects.filter(staff_code=staff.code.casefold()).delete()
    TillSession.objects.filter(staff_id=staff_id, ended_at__isnull=True).update(ended_at=now)
    audit.record(audit.AuditFact(now, actor, "staff.pin_set", f"staff:{staff_id}", {}))


def check_pin(pin: str) -> None:
    """Refuse a PIN that a stranger would try first.

    Raises:
        PinTooSimple: fewer than four digits, all the same, or a run such as 1234.
    """
    if not re.fullmatch(r"[0-9]{4,12}", pin):
        raise PinTooSimple(f"A PIN has {SHORTEST_PIN} to 12 digits.")
    if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        raise PinTooSimple("Choose digits that are neither all the same nor in a row.")


@transaction_required
def give_account(*, actor: Actor, staff_code: str, user_id: int, now: datetime) -> None:
    """Say whose a back-office account is; nothing where it is theirs already."""
    staff = Staff.objects.get(code__iexact=staff_code)
    if Staff.objects.filter(pk=staff.pk).exclude(user=user_id).update(user=user_id):
        facts: dict[str, JSON] = {"user": user_id}
        audit.record(audit.AuditFact(now, actor, "staff.account_given", f"staff:{staff.pk}", facts))
        give_office_role(actor=actor, staff_id=staff.pk, now=now)


@transaction_required
def give_office_role(*, actor: Actor, staff_id: int, now: datetime) -> None:
    """Put a person's back-office account into the group of their role, and in no other's."""
    staff = Staff.objects.select_related("user").get(pk=staff_id)
    if staff.user is None:
        return
    role = Role(staff.role)
    groups = Group.objects.filter(name__in=[group_name(r) for r in OFFICE_ROLES])
    staff.user.groups.remove(*groups)
    if role in OFFICE_ROLES and staff.is_active:
        staff.user.groups.add(Group.objects.get(name=group_name(role)))
    works_here = role in OFFICE_ROLES and staff.is_active
    staff.user.is_staff = works_here or staff.user.is_superuser  # whoever set it up stays in
    staff.user.save(update_fields=["is_staff"])
    facts: dict[str, JSON] = {"role": role.value, "may_log_in": staff.user.is_staff}
    audit.record(audit.AuditFact(now, actor, "staff.office_role_given", f"staff:{staff_id}", facts))


def group_name(role: Role) -> str:
    """The Django group that carries a role's permissions in the admin."""
    return role.value.replace("_", " ").capitalize()


@transaction_required
def sync_office_roles(pages: OfficePages) -> None:
    """Make one admin group per office role and give it the pages that the role table allows."""
    for role in OFFICE_ROLES:
        group, _ = Group.objects.get_or_create(name=group_name(role))
        wanted = Q(pk__in=[])
        for permission in PERMISSIONS[role] & pages.keys():
            for label, actions in pages[permission].items():
                app, model = label.split(".")
                codenames = [f"{action}_{model}" for action in actions]
                wanted |= Q(content_type__app_label=app, codename__in=codenames)
        group.permissions.set(AdminPermission.objects.filter(wanted))
