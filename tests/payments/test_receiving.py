"""Taking in events: whatever is sent, it is written down whole and once, or refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.errors import DomainError
from apps.core.models import OutboxEvent
from apps.core.outbox import subscribers_of
from apps.payments import tasks
from apps.payments.errors import WebhookNotSigned
from apps.payments.events import StripeEventReceived
from apps.payments.gateway.notices import read_notice
from apps.payments.gateway.signatures import check_signature
from apps.payments.models import StripeEvent
from apps.payments.services.receiving import receive_event
from tests.conftest import NOON
from tests.payments.telling import AT, SECRET, make_body, sign, tell

if TYPE_CHECKING:
    import time_machine
    from pytest_django import Settings

PIECES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
DOCUMENTS = st.recursive(
    PIECES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner)
)
FIELDS = ["id", "object", "type", "created", "livemode", "data"]
ACTIONS = st.dictionaries(st.sampled_from(["process_payment_intent", "refund_payment"]), DOCUMENTS)
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text() | DOCUMENTS,
        "object": st.sampled_from(["payment_intent", "charge"]) | DOCUMENTS,
        "payment_intent": DOCUMENTS,
        "action": ACTIONS | DOCUMENTS,
    },
)
HEADERS = st.one_of(
    st.text(st.characters(max_codepoint=255)),
    st.lists(
        st.tuples(st.sampled_from(["t", "v1", "v0", ""]), st.text("0123456789abcdef=-+_ é\x00"))
    ).map(lambda fields: ",".join("=".join(field) for field in fields)),
)


@pytest.fixture
def listening(settings: Settings, clock: time_machine.Traveller) -> None:
    """A shop that takes cards, and knows Stripe's secret, at noon."""
    settings.STRIPE_SECRET_KEY = "sk_test_simulated"
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]


# --- Whatever is sent -----------------------------------------------------------------------------


@given(header=HEADERS, body=st.binary())
def test_no_header_and_no_body_breaks_the_look_at_a_signature(header: str, body: bytes) -> None:
    with pytest.raises(WebhookNotSigned):
        check_signature(body, header, secrets=[SECRET], now=NOON)


@given(at=st.integers(0, 10**11) | st.integers(AT - 999, AT + 999), body=st.text())
def test_what_was_signed_near_now_is_believed_and_nothing_else(at: int, body: str) -> None:
    sent = body.encode("utf-8", "replace")
    header, secrets = sign(sent, at=at), ["whsec_other", SECRET]
    if abs(at - AT) <= 300:
        check_signature(sent, header, secrets=secrets, now=NOON)
    else:
        with pytest.raises(WebhookNotSigned):
            check_signature(sent, header, secrets=secrets, now=NOON)


@given(body=st.binary() | DOCUMENTS.map(lambda document: json.dumps(document).encode()))
def test_no_body_breaks_the_reading_of_an_event(body: bytes) -> None:
    with pytest.raises(DomainError):
        read_notice(body)


@given(field=st.sampled_from(FIELDS), value=DOCUMENTS | OBJECTS.map(lambda one: {"object": one}))
def test_an_event_with_any_field_garbled_is_read_or_refused(field: str, value: Any) -> None:
    try:
        notice = read_notice(make_body(**{field: value}))
    except DomainError:
        return
    kept = (notice.id, notice.type, notice.object_id, notice.intent_id)
    assert all(len(name) <= 80 and name.isascii() and name.isprintable() for name in kept)


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(field=st.sampled_from(FIELDS), value=DOCUMENTS | OBJECTS.map(lambda one: {"object": one}))
def test_whatever_is_signed_is_kept_or_refused_and_never_breaks(
    listening: None, field: str, value: Any
) -> None:
    before = StripeEvent.objects.count()
    response = tell(Client(), make_body(**{field: value}))
    assert response.status_code in {200, 400}
    assert StripeEvent.objects.count() - before == (response.status_code == 200)


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(header=HEADERS, body=st.binary())
def test_whatever_is_not_signed_leaves_nothing(listening: None, header: str, body: bytes) -> None:
    assert tell(Client(), body, header).status_code == 400
    assert not StripeEvent.objects.exists()


# --- What follows ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_event_that_is_published_leads_its_task_to_the_row(
    listening: None, settings: Settings
) -> None:
    data = {"object": {"id": "po_1", "object": "payout"}}
    body = make_body(id="evt_1", type="payout.paid", data=data)
    receive_event(body=body, signature=sign(body), now=NOON)
    assert subscribers_of(StripeEventReceived.type) == ("payments.work_event",)
    tasks.work_event(str(OutboxEvent.objects.get().event_id))
    assert StripeEvent.objects.get(pk="evt_1").state == "DONE"
    tasks.work_event("00000000-0000-4000-8000-000000000000")
