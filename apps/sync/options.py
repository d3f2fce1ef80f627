"""What a person may write in the options of a destination."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from apps.sync.transforms.chart import ChartUnreadable, read_chart


def check_options(options: Any) -> None:
    """Refuse a chart of accounts that cannot be read.

    Raises:
        ValidationError: it says what to write.
    """
    try:
        read_chart(options)
    except ChartUnreadable as fault:
        raise ValidationError(str(fault), code="chart-unreadable") from fault
