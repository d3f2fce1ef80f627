"""A page that asks before something is done, and a message that says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from apps.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse, QueryDict
    from unfold.admin import ModelAdmin

type Said = tuple[int, str]  # a level of Django's messages, and a sentence


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form that was sent holds, if it was: a form of buttons alone may hold nothing."""
    return request.POST if request.method == "POST" else None


def confirm(
    page: ModelAdmin,
    request: HttpRequest,
    form: Form,
    question: dict[str, Any],
    do: Callable[[dict[str, Any]], Said],
) -> HttpResponse:
    """Show a form until it is confirmed, then do what it says and go back to where one was.

    `question` holds `title`, `text`, `confirm` (the button; empty, where there is nothing to do)
    and `back` (an address), and the name of a `template` that shows more. What the domain refuses
    is said above the form, which can then be mended.
    """
    if request.method == "POST" and form.is_valid():
        try:
            level, sentence = do(form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
        else:
            messages.add_message(request, level, sentence)
            return HttpResponseRedirect(question["back"])
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "form": form,
        **question,
    }
    return TemplateResponse(request, question.get("template", "core/admin/ask.html"), context)
