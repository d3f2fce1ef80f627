"""An answered request is let go of at once."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

from django.test import RequestFactory

from apps.core.api.views import ApiView, send_json

if TYPE_CHECKING:
    from django.http import HttpResponse

seen: list[weakref.ref[object]] = []


class EchoView(ApiView):
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Any) -> HttpResponse:
        seen.extend((weakref.ref(self), weakref.ref(request)))
        return send_json(request.data)


def test_neither_view_nor_body_waits_for_the_collector() -> None:
    gc.disable()
    try:
        sent = RequestFactory().post("/echo", b'{"lines": []}', content_type="application/json")
        answer = EchoView.as_view()(sent)
        assert [kept() for kept in seen] == [None, None]
    finally:
        gc.enable()
    assert answer.content == b'{"lines":[]}'
