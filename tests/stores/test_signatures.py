"""Only what the store signed comes in; and an envelope is found for whatever does."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from ordersops.stores.platforms import platforms
from ordersops.stores.platforms.generic import Generic
from ordersops.stores.platforms.shopify import Shopify

SHOPIFY, GENERIC = Shopify(), Generic()
NOW = datetime.now(UTC)
BODY = '{"id":820982911946154508,"note":"grüß"}'.encode()


def shopify(body: bytes, secret: str) -> dict[str, str]:
    return {"x-shopify-hmac-sha256": base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()}


def standard(body: bytes, secrets: Iterable[str], at: datetime = NOW) -> dict[str, str]:
    made = " ".join(Webhook(secret).sign("msg_1", at, body.decode()) for secret in secrets)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": made}


def test_the_platforms_are_found_by_settings() -> None:
    assert set(platforms()) == {"shopify", "woocommerce", "generic"}


def test_a_good_shopify_signature_is_taken() -> None:
    for secrets in (["current"], ["other", "current"], ["current", "previous"]):
        assert SHOPIFY.is_genuine(headers=shopify(BODY, "current"), body=BODY, secrets=secrets, now=NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-shopify-hmac-sha256": ""},
        {"x-shopify-hmac-sha256": "naïve ÿ \udcff"},
        {"x-shopify-hmac-sha256": "AAAA"},
        shopify(BODY, "wrong"),
        shopify(BODY + b" ", "current"),
    ],
)
def test_a_bad_shopify_signature_is_refused(headers: dict[str, str]) -> None:
    assert not SHOPIFY.is_genuine(headers=headers, body=BODY, secrets=["current", "previous"], now=NOW)


def test_an_empty_secret_signs_nothing() -> None:
    assert not SHOPIFY.is_genuine(headers=shopify(BODY, ""), body=BODY, secrets=[""], now=NOW)
    assert not GENERIC.is_genuine(headers=standard(BODY, [GENERIC.new_secret()]), body=BODY, secrets=[""], now=NOW)


def test_a_good_standard_signature_is_taken() -> None:
    current, previous = GENERIC.new_secret(), GENERIC.new_secret()
    for made, held in (
        ([current], [current]),
        ([previous], [current, previous]),
        ([previous, current], [current]),
        ([current], [previous, current]),
    ):
        assert GENERIC.is_genuine(headers=standard(BODY, made), body=BODY, secrets=held, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,ÿÿÿ"},
        {"webhook-signature": "v1,AAAA v1a,BBBB"},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e400"},
    ],
)
def test_a_bad_standard_signature_is_refused(change: dict[str, str]) -> None:
    secret = GENERIC.new_secret()
    assert not GENERIC.is_genuine(headers=standard(BODY, [secret]) | change, body=BODY, secrets=[secret], now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_future_signature_is_refused(minutes: int) -> None:
    secret = GENERIC.new_secret()
    headers = standard(BODY, [secret], NOW + timedelta(minutes=minutes))
    assert not GENERIC.is_genuine(headers=headers, body=BODY, secrets=[secret], now=NOW)


def test_a_body_that_is_no_text_is_refused() -> None:
    secret = GENERIC.new_secret()
    assert not GENERIC.is_genuine(headers=standard(BODY, [secret]), body=b"\xff\xfe", secrets=[secret], now=NOW)


@pytest.mark.parametrize("secret", ["whsec_!!!", "whsec_", "é", "whsec_a"])
def test_a_secret_that_is_none_refuses(secret: str) -> None:
    assert not GENERIC.is_genuine(headers=standard(BODY, [GENERIC.new_secret()]), body=BODY, secrets=[secret], now=NOW)


def test_new_secrets_are_good_ones() -> None:
    for platform in (SHOPIFY, GENERIC):
        assert platform.secret_problem(platform.new_secret()) == ""
        assert platform.new_secret() != platform.new_secret()
        assert platform.secret_problem("short") != ""


# --- Envelopes --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("topic", "body", "resource"),
    [
        ("orders/create", b'{"id":820982911946154508,"x":1}', "order:820982911946154508"),
        ("orders/create", b'{ "x": 1, "id": 9223372036854775807 }', "order:9223372036854775807"),
        ("orders/delete", b'{"id":5}', "order:5"),
        ("orders/edited", b'{"order_edit":{"id":1,"order_id":6}}', "order:6"),
        ("refunds/create", b'{"id":1,"order_id":7,"x":2}', "order:7"),
        ("refunds/create", b'{"id":1,"x":2,"order_id":8}', "order:8"),
        ("disputes/create", b'{"id":1,"order_id":9}', "order:9"),
        ("orders/risk_assessment_changed", b'{"risk_level":"low","admin_graphql_api_order_id":"gid://shopify/Order/10"}', "order:10"),
        ("customers/update", b'{"id":11}', "customer:11"),
    ],
)
def test_a_shopify_resource_is_what_it_is_about(topic: str, body: bytes, resource: str) -> None:
    assert SHOPIFY.envelope(headers={"x-shopify-topic": topic}, body=body).resource == resource


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"null", b'{"id":null}', b'{"id":{}}', b"[" * 100_000, b'{"id":' + b"9" * 5000 + b"}"]
)
def test_an_unreadable_body_gets_a_resource_of_its_own(body: bytes) -> None:
    for platform, headers in ((SHOPIFY, {"x-shopify-topic": "orders/create"}), (GENERIC, {})):
        envelope = platform.envelope(headers=headers, body=body)
        assert envelope.resource.startswith("delivery:")
        assert envelope.dedupe_key
        assert len(envelope.resource) <= 220


def test_a_shopify_envelope_reads_the_headers() -> None:
    headers = {
        "x-shopify-topic": "orders/create",
        "x-shopify-webhook-id": "w-1",
        "x-shopify-event-id": "e-1",
        "x-shopify-triggered-at": "2026-03-01T12:00:00.123456789Z",
    }
    envelope = SHOPIFY.envelope(headers=headers, body=BODY)
    assert (envelope.topic, envelope.delivery_id, envelope.event_id) == ("orders/create", "w-1", "e-1")
    assert envelope.source_at == datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
    assert envelope.dedupe_key == "orders/create:w-1"
    assert SHOPIFY.envelope(headers=headers | {"x-shopify-topic": "orders/paid"}, body=BODY).dedupe_key != envelope.dedupe_key


def test_without_a_delivery_id_the_body_stands_for_itself() -> None:
    keys = {
        SHOPIFY.envelope(headers={"x-shopify-topic": topic}, body=body).dedupe_key for topic in ("a", "b") for body in (b"1", b"2", b"1")
    }
    assert len(keys) == 4
    assert f"a:{hashlib.sha256(b'1').hexdigest()}" in keys


def test_long_headers_fit_their_columns() -> None:
    long = {f"x-shopify-{name}": "x" * 5000 for name in ("topic", "webhook-id", "event-id", "triggered-at")} | {"webhook-id": "y" * 5000}
    for platform in (SHOPIFY, GENERIC):
        envelope = platform.envelope(headers=long, body=json.dumps({"event": "z" * 5000, "order_id": "o" * 5000}).encode())
        assert len(envelope.topic) <= 120
        assert len(envelope.dedupe_key) <= 300
        assert len(envelope.resource) <= 220
        assert max(len(envelope.delivery_id), len(envelope.event_id)) <= 200


def test_a_generic_envelope_reads_the_event() -> None:
    body = json.dumps({"event": "order.created", "order_id": "#1001", "occurred_at": "2026-03-01T12:00:00Z"}).encode()
    envelope = GENERIC.envelope(headers={"webhook-id": "msg_1"}, body=body)
    assert (envelope.topic, envelope.resource, envelope.dedupe_key) == ("order.created", "order:#1001", "msg_1")
    assert envelope.source_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    customer = GENERIC.envelope(headers={"webhook-timestamp": "0"}, body=b'{"event":"customer.updated","customer":{"id":"c-1"}}')
    assert customer.resource == "customer:c-1"
    assert customer.source_at == datetime(1970, 1, 1, tzinfo=UTC)
