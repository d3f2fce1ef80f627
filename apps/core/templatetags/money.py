"""Money in templates."""

from django import template

from apps.core.money import format_cents

register = template.Library()


@register.filter
def as_dollars(cents: int) -> str:
    """Cents as dollars: 1999 is "$19.99"."""
    return format_cents(cents)


@register.filter
def as_words(value: str) -> str:
    """What people read for a stored value: GIFT_CARD, or gift_card, is "Gift card"."""
    return value.replace("_", " ").capitalize()
