"""Money in templates."""

from enum import StrEnum

from django import template

from apps.core.choices import label
from apps.core.money import format_cents

register = template.Library()


@register.filter
def as_dollars(cents: int) -> str:
    """Cents as dollars: 1999 is "$19.99"."""
    return format_cents(cents)


@register.filter
def as_words(member: StrEnum) -> str:
    """What people read for a stored value: GIFT_CARD is "Gift card"."""
    return label(member)
