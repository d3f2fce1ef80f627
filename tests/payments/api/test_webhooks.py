"""`POST /webhooks/stripe`: what Stripe has signed is written down; what it has not is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core.models import OutboxEvent
from apps.payments.models import StripeEvent
from tests.payments.telling import AT, NEXT_SECRET, PATH, SECRET, make_body, sign, tell

if TYPE_CHECKING:
    import time_machine
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
    from pytest_django import Settings
    from pytest_django.fixtures import DjangoAssertNumQueries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("listening")]
MIB = 1024 * 1024


@pytest.fixture
def listening(settings: Settings, clock: time_machine.Traveller) -> None:
    """A shop that takes cards, and knows Stripe's secret, at noon."""
    settings.STRIPE_SECRET_KEY = "sk_test_simulated"
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]


def refusal(response: Response) -> tuple[int, str]:
    """Status and code of a refusal that left nothing behind."""
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not StripeEvent.objects.exists()
    assert not OutboxEvent.objects.exists()
    return response.status_code, response.json()["code"]


# --- What Stripe has signed -----------------------------------------------------------------------


def test_an_event_is_written_down_and_its_task_is_called(client: Client) -> None:
    assert tell(client, make_body(id="evt_1")).status_code == 200
    event = StripeEvent.objects.get(pk="evt_1")
    assert (event.type, event.object_id, event.intent_id) == (
        "payment_intent.succeeded",
        "pi_1",
        "pi_1",
    )
    assert (event.state, event.due_at) == ("WAITING", event.received_at)
    assert OutboxEvent.objects.get().aggregate == "stripe-event:evt_1"


def test_an_event_that_comes_again_changes_nothing(client: Client) -> None:
    tell(client, make_body(id="evt_1"))
    StripeEvent.objects.update(state="DONE", due_at=None)
    assert tell(client, make_body(id="evt_1", type="charge.captured")).status_code == 200
    event = StripeEvent.objects.get()
    assert (event.type, event.state) == ("payment_intent.succeeded", "DONE")
    assert OutboxEvent.objects.count() == 1


@pytest.mark.parametrize("kind", ["customer.created", "payment_intent.created", "v1.odd_kind"])
def test_an_event_that_moves_nothing_here_is_kept_and_left(client: Client, kind: str) -> None:
    assert tell(client, make_body(type=kind)).status_code == 200
    event = StripeEvent.objects.get()
    assert (event.state, event.due_at) == ("IGNORED", None)
    assert not OutboxEvent.objects.exists()


def test_an_event_about_something_without_a_name_is_kept_and_left(client: Client) -> None:
    balance = {"object": {"object": "balance"}}
    assert tell(client, make_body(type="balance.available", data=balance)).status_code == 200
    assert StripeEvent.objects.get().state == "IGNORED"


def test_an_event_in_another_version_is_taken_because_its_object_is_looked_up_anew(
    client: Client,
) -> None:
    assert tell(client, make_body(api_version="2019-02-19")).status_code == 200
    assert StripeEvent.objects.get().state == "WAITING"


@pytest.mark.parametrize(
    ("kind", "shown", "intent"),
    [
        ("charge.captured", {"object": "charge", "payment_intent": "pi_2"}, "pi_2"),
        ("charge.captured", {"object": "charge", "payment_intent": {"id": "pi_2"}}, "pi_2"),
        ("charge.captured", {"object": "charge", "payment_intent": None}, ""),
        ("charge.captured", {"object": "charge", "payment_intent": "pi\x00"}, ""),
        ("refund.updated", {"object": "refund", "payment_intent": "pi_2"}, "pi_2"),
        (
            "terminal.reader.action_failed",
            {
                "object": "terminal.reader",
                "action": {"process_payment_intent": {"payment_intent": "pi_2"}},
            },
            "pi_2",
        ),
        ("terminal.reader.action_succeeded", {"object": "terminal.reader", "action": None}, ""),
        ("terminal.reader.action_succeeded", {"action": {"process_payment_intent": 1}}, ""),
    ],
)
def test_it_is_noted_which_payment_an_event_is_about(
    client: Client, kind: str, shown: dict[str, Any], intent: str
) -> None:
    tell(client, make_body(type=kind, data={"object": {"id": "x_1", **shown}}))
    event = StripeEvent.objects.get()
    assert (event.object_id, event.intent_id) == ("x_1", intent)


def test_an_event_is_taken_in_with_two_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tell(client, make_body())
    with CaptureQueriesContext(connection) as queries:
        tell(client, make_body())
    sent = [query["sql"].split()[0] for query in queries.captured_queries]
    assert [word for word in sent if word not in {"BEGIN", "COMMIT"}] == ["INSERT", "INSERT"]


def test_a_form_token_is_not_asked_for_and_no_session_is_begun(db: None) -> None:
    response = tell(Client(enforce_csrf_checks=True), make_body())
    assert (response.status_code, response.cookies) == (200, {})


# --- Signatures -----------------------------------------------------------------------------------


def test_while_a_secret_is_rotated_either_is_believed(client: Client, settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [NEXT_SECRET, SECRET]
    for secret in (SECRET, NEXT_SECRET):
        body = make_body()
        assert tell(client, body, sign(body, secret)).status_code == 200
    assert StripeEvent.objects.count() == 2


def test_one_right_signature_among_several_is_enough(client: Client) -> None:
    body = make_body()
    both = sign(body, NEXT_SECRET) + "," + sign(body).partition(",")[2]
    assert tell(client, body, both).status_code == 200


def test_a_signature_of_another_secret_is_refused(client: Client) -> None:
    body = make_body()
    assert refusal(tell(client, body, sign(body, NEXT_SECRET))) == (400, "signature-invalid")


def test_a_body_that_was_changed_after_it_was_signed_is_refused(client: Client) -> None:
    body = make_body()
    assert refusal(tell(client, body + b" ", sign(body))) == (400, "signature-invalid")


@pytest.mark.parametrize(("seconds", "status"), [(-301, 400), (-300, 200), (300, 200), (301, 400)])
def test_a_signature_holds_for_five_minutes_either_way(
    client: Client, seconds: int, status: int
) -> None:
    body = make_body()
    response = tell(client, body, sign(body, at=AT + seconds))
    assert response.status_code == status
    assert StripeEvent.objects.exists() == (status == 200)


BROKEN = {
    "none": "",
    "no signature": f"t={AT}",
    "no time": "v1=00",
    "two times": f"t={AT},t={AT},v1=00",
    "no number": "t=noon,v1=00",
    "a negative time": "t=-1,v1=00",
    "a time beyond all calendars": f"t={'9' * 400},v1=00",
    "another scheme": f"t={AT},v0=00",
    "letters that compare to nothing": f"t={AT},v1=é",
    "digits of another script": "t=١٢٣,v1=00",
    "a NUL": f"t={AT},v1=\x00",
    "no end": f"t={AT}," + ",".join(["v1=00"] * 100_000),
    "signs alone": ",,,===,",
}


@pytest.mark.parametrize("header", BROKEN.values(), ids=BROKEN)
def test_a_header_that_cannot_be_read_is_refused(client: Client, header: str) -> None:
    assert refusal(tell(client, make_body(), header)) == (400, "signature-invalid")


def test_two_headers_of_which_one_is_right_are_refused(client: Client) -> None:
    body = make_body()
    together = f"{sign(body)},{sign(body)}"  # as a server joins them
    assert refusal(tell(client, body, together)) == (400, "signature-invalid")


def test_without_a_header_nothing_is_believed(client: Client) -> None:
    response = client.post(PATH, make_body(), content_type="application/json")
    assert refusal(response) == (400, "signature-invalid")


@pytest.mark.parametrize("missing", ["STRIPE_WEBHOOK_SECRETS", "STRIPE_SECRET_KEY"])
def test_until_it_is_set_up_stripe_keeps_its_events(
    client: Client, settings: Settings, missing: str
) -> None:
    setattr(settings, missing, "")
    response = tell(client, make_body())
    assert refusal(response) == (503, "webhooks-not-set-up")
    assert int(response.headers["Retry-After"]) > 0


# --- Bodies that Stripe would not send ------------------------------------------------------------


def test_a_body_of_more_than_a_mebibyte_is_not_read(client: Client) -> None:
    response = client.post(PATH, b" " * (MIB + 1), content_type="application/json")
    assert refusal(response) == (413, "body-too-large")


def test_a_body_of_a_mebibyte_is_read(client: Client) -> None:
    assert tell(client, make_body().ljust(MIB)).status_code == 200


def test_a_body_that_is_no_text_is_refused(client: Client) -> None:
    response = tell(client, b"\xff\xfe", f"t={AT},v1=00")
    assert refusal(response) == (400, "signature-invalid")
    assert "not UTF-8" in response.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"id": 1,}', "\ufeff{}".encode()])
def test_a_signed_body_that_is_no_json_is_refused(client: Client, body: bytes) -> None:
    assert refusal(tell(client, body)) == (400, "json-invalid")


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"evt_1"', b"{}"])
def test_a_signed_body_that_is_no_event_is_refused(client: Client, body: bytes) -> None:
    assert refusal(tell(client, body)) == (400, "validation-failed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None), ("id", 1), ("id", ""), ("id", "evt_\x00"), ("id", "evt_" + "1" * 80),
        ("id", "evt_1\n"), ("object", "v2.core.event"), ("object", None),
        ("type", None), ("type", []), ("type", "charge"), ("type", "charge.\x00"),
        ("type", "a." + "b" * 80), ("created", None), ("created", "now"), ("created", True),
        ("created", -1), ("created", 2**63), ("created", 1.5), ("livemode", None),
        ("livemode", True), ("data", None), ("data", {}), ("data", {"object": None}),
        ("data", {"object": "pi_1"}), ("data", {"object": {}}),
        ("data", {"object": {"id": 1}}), ("data", {"object": {"id": "pi_\x00"}}),
    ],
)  # fmt: skip
def test_an_event_that_lacks_what_every_event_has_is_refused(
    client: Client, field: str, value: Any
) -> None:
    response = tell(client, make_body(**{field: value}))
    assert refusal(response) == (400, "validation-failed")
    assert response.json()["errors"][0]["pointer"].startswith(f"/{field}")


def test_an_event_of_test_mode_does_not_meet_a_live_key(client: Client, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_live_x"
    assert refusal(tell(client, make_body())) == (400, "validation-failed")
    assert tell(client, make_body(livemode=True)).status_code == 200


# --- How it is asked ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_events_are_posted_and_nothing_else(client: Client, method: str) -> None:
    response = client.generic(method, PATH)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "", "odd"])
def test_the_bytes_count_and_not_what_they_are_called(client: Client, kind: str) -> None:
    body = make_body()
    headers = {"Stripe-Signature": sign(body)}
    assert client.generic("POST", PATH, body, kind, headers=headers).status_code == 200


def test_while_the_database_is_away_stripe_is_asked_to_come_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("apps.payments.views.receive_event", fail)
    response = tell(client, make_body())
    assert refusal(response) == (503, "database-unavailable")
