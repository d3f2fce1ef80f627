"""When a store may sell alcohol: its own ordinance, week by week and date by date."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from apps.core.clock import MINUTES_PER_DAY
from apps.stores.models.store import Store

LATEST_CLOSE = 2 * MINUTES_PER_DAY
WEEKDAYS = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]


def clock_face(minute: int) -> str:
    """Minutes past midnight as people write them: 1560 is "02:00 (next day)"."""
    days, rest = divmod(minute, MINUTES_PER_DAY)
    if minute == MINUTES_PER_DAY:
        return "24:00"
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{text} (next day)" if days else text


class SellingHours(models.Model):
    """A weekly span of lawful sale. It belongs to the day on which it begins."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="selling_hours")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    opens_minute = models.PositiveSmallIntegerField(
        help_text="Minutes past midnight.", validators=[MaxValueValidator(MINUTES_PER_DAY)]
    )
    closes_minute = models.PositiveSmallIntegerField(
        help_text="Minutes past midnight; 1560 is 02:00 of the next day.",
        validators=[MaxValueValidator(LATEST_CLOSE)],
    )
    ordinance = models.CharField(max_length=120, blank=True, help_text="Number and date.")

    class Meta:
        verbose_name_plural = "selling hours"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="selling_weekday_exists"),
            models.CheckConstraint(
                condition=Q(
                    opens_minute__lte=MINUTES_PER_DAY,
                    closes_minute__gt=F("opens_minute"),
                    closes_minute__lte=LATEST_CLOSE,
                ),
                name="selling_hours_close_after_they_open",
            ),
        ]

    def __str__(self) -> str:
        span = f"{clock_face(self.opens_minute)}-{clock_face(self.closes_minute)}"
        return f"{WEEKDAYS[self.weekday][1]} {span}"


class SellingHoursException(models.Model):
    """The hours of one date, in place of the weekly ones; without times, no sale on that day."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="hours_exceptions")
    date = models.DateField()
    opens_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    closes_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "date"], name="one_hours_exception_per_store_and_date"
            ),
            models.CheckConstraint(
                condition=Q(opens_minute__isnull=True, closes_minute__isnull=True)
                | Q(
                    opens_minute__isnull=False,
                    closes_minute__isnull=False,
                    opens_minute__lte=MINUTES_PER_DAY,
                    closes_minute__gt=F("opens_minute"),
                    closes_minute__lte=LATEST_CLOSE,
                ),
                name="exception_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.reason}"
