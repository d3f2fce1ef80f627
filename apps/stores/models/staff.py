"""People at the tills, their sessions and their wrong PINs."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from apps.core.choices import choices, is_one_of
from apps.stores.models.store import Store
from apps.stores.models.terminal import Terminal
from apps.stores.types import Role


class Staff(models.Model):
    """A member of staff: a code says who, a PIN proves it, a role says what they may do."""

    code = models.CharField(
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+$", "Letters and digits only.")],
        help_text="What they type at the till before the PIN.",
    )
    name = models.CharField(max_length=80, help_text="As printed on receipts.")
    role = models.CharField(max_length=12, choices=choices(Role))
    pin_hash = models.CharField(max_length=128, editable=False)
    stores = models.ManyToManyField(Store, related_name="staff", help_text="Where they may work.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        help_text="Their account in this back office, if they have one.",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "staff"
        constraints = [
            is_one_of("role", Role, name="staff_role_is_known"),
            models.UniqueConstraint(
                Lower("code"),
                name="one_staff_code_whatever_its_case",
                violation_error_message="Somebody has this code already, perhaps in other case.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class TillSession(models.Model):
    """A cashier logged in at a terminal: 12 hours at most, 30 minutes without a touch."""

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, related_name="sessions")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"session {self.pk}"


class PinAttempt(models.Model):
    """A try at a PIN, written down before the PIN is looked at; a right PIN clears them."""

    staff_code = models.CharField(max_length=64)
    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["staff_code", "at"], name="pin_attempts_of_a_code")]

    def __str__(self) -> str:
        return f"{self.staff_code} at {self.at:%Y-%m-%d %H:%M:%S}"
