"""Words of sync for templates."""

from __future__ import annotations

from django import template

from apps.sync.wording import WORDS

register = template.Library()


@register.filter
def state_word(state: str) -> str:
    """What people call a state of an undelivered fact: dead letter."""
    return WORDS.get(state, state)
